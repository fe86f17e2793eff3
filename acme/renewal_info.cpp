#include "acme/renewal_info.hpp"

#include "core/encoding.hpp"
#include "db/repositories/acme_repository.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

using namespace std::chrono_literals;

constexpr auto kShortLifetime = std::chrono::hours(24 * 10);
constexpr std::string_view kRetryAfterSeconds = "21600"; // six hours (section 4.3.3)

bool has_top_bit(char octet)
{
    return (static_cast<unsigned char>(octet) & 0x80U) != 0;
}

/// The magnitude of a minimal, positive DER INTEGER; nothing for others.
std::optional<std::string> magnitude(std::string octets)
{
    if (octets.empty() || octets.size() > 21 || has_top_bit(octets.front())) {
        return std::nullopt;
    }
    if (octets.front() != '\0') {
        return octets;
    }
    if (octets.size() == 1 || !has_top_bit(octets[1])) {
        return std::nullopt;
    }
    return octets.substr(1);
}

bool ca_has_ended(const issuance::Configuration& configuration, const Certificate& certificate, Time now)
{
    const auto* authority = certificate.authority_id ? configuration.authority(*certificate.authority_id) : nullptr;
    return authority == nullptr || authority->status(now) != AuthorityStatus::Active;
}

/// Whether the ACME server that gave it out signs with another CA by now.
bool ca_was_replaced(const issuance::Configuration& configuration, db::Session& session, const Certificate& certificate)
{
    const auto account = certificate.acme_account_id
                             ? db::AcmeAccountRepository(session).find(*certificate.acme_account_id)
                             : std::nullopt;
    const auto* server = account ? configuration.acme_server(account->server_id) : nullptr;
    return server != nullptr && certificate.authority_id != server->authority_id;
}

struct Suggestion {
    RenewalWindow window{};
    std::string explanation_url{};
};

std::string suggestion_json(const Suggestion& suggestion)
{
    json::Writer out;
    out.begin_object()
        .begin_object("suggestedWindow")
        .member("start", to_rfc3339(suggestion.window.start))
        .member("end", to_rfc3339(suggestion.window.end))
        .end_object();
    if (suggestion.window.moved && !suggestion.explanation_url.empty()) {
        out.member("explanationURL", suggestion.explanation_url);
    }
    out.end_object();
    return out.take();
}

Outcome<Suggestion> suggest(Context& context, db::Session& session, const std::string& slug, const std::string& text)
{
    const auto configuration = context.core.configuration.current(session);
    const auto* server = configuration->acme_server_by_slug(slug);
    if (server == nullptr) {
        return not_found("ACME server");
    }
    const auto id = parse_cert_id(text);
    if (!id) {
        return malformed("this is no certificate identifier (RFC 9773 section 4.1)");
    }
    const auto certificate = find_by_cert_id(context, session, *id);
    if (!certificate) {
        return not_found("certificate");
    }
    return Suggestion{.window = renewal_window(context, session, *certificate, context.core.clock.now()),
                      .explanation_url = server->explanation_url};
}

} // namespace

std::optional<CertId> parse_cert_id(std::string_view text)
{
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) {
        return std::nullopt;
    }
    const auto key_id = from_base64url(text.substr(0, dot));
    auto serial = from_base64url(text.substr(dot + 1));
    auto number = serial ? magnitude(std::move(*serial)) : std::nullopt;
    if (!key_id || key_id->empty() || !number) {
        return std::nullopt;
    }
    return CertId{.authority_key_id = to_hex(*key_id), .serial_number = to_hex(*number)};
}

std::string to_text(const CertId& id)
{
    auto serial = from_hex(id.serial_number).value_or("");
    if (!serial.empty() && has_top_bit(serial.front())) {
        serial.insert(serial.begin(), '\0');
    }
    return to_base64url(from_hex(id.authority_key_id).value_or("")) + '.' + to_base64url(serial);
}

std::optional<Certificate> find_by_cert_id(Context& context, db::Session& session, const CertId& id)
{
    const auto configuration = context.core.configuration.current(session);
    for (const auto& authority : configuration->authorities) {
        if (authority.subject_key_id != id.authority_key_id) {
            continue;
        }
        auto found = db::CertificateRepository(session).find_by_serial(authority.id, id.serial_number);
        if (found && found->source == CertificateSource::Managed) {
            return found;
        }
    }
    return std::nullopt;
}

RenewalWindow renewal_window(Context& context, db::Session& session, const Certificate& certificate, Time now)
{
    const auto configuration = context.core.configuration.current(session);
    if (certificate.revoked_at || db::BlockedKeyRepository(session).contains(certificate.spki_sha256) ||
        ca_has_ended(*configuration, certificate, now) || ca_was_replaced(*configuration, session, certificate)) {
        return {.start = now - 24h, .end = now - 1h, .moved = true};
    }
    const auto lifetime = certificate.valid_to - certificate.valid_from;
    const auto start =
        lifetime <= kShortLifetime ? certificate.valid_from + lifetime / 2 : certificate.valid_from + lifetime / 3 * 2;
    return {.start = start, .end = start + lifetime / 15};
}

http::Awaitable<Outcome<http::Response>> renewal_info(Context& context, const http::Request& request)
{
    auto suggestion = co_await context.core.store.read([&](db::Session& session) {
        return suggest(context, session, request.parameter("server"), request.parameter("id"));
    });
    if (!suggestion) {
        co_return std::unexpected(std::move(suggestion).error());
    }
    auto response = http::json_response(200, suggestion_json(*suggestion));
    response.with("Retry-After", std::string(kRetryAfterSeconds));
    co_return response;
}

Outcome<bool> check_replaces(Context& context, db::Session& session, const AcmeAccount& account,
                             const std::string& replaces, const std::vector<Name>& names, Time now)
{
    const auto id = parse_cert_id(replaces);
    if (!id) {
        return malformed("\"replaces\" is no certificate identifier (RFC 9773 section 4.1)");
    }
    const auto certificate = find_by_cert_id(context, session, *id);
    if (!certificate) {
        return malformed("the certificate to be replaced is not one of ours");
    }
    if (certificate->acme_account_id != account.id) {
        return unauthorized("the certificate to be replaced was issued to another account");
    }
    const bool shared = std::ranges::any_of(names, [&](const Name& name) {
        return std::ranges::find(certificate->names, name) != certificate->names.end();
    });
    if (!shared) {
        return malformed("the order has no name of the certificate that it is to replace");
    }
    const auto successor = db::CertificateRepository(session).hold_successor(certificate->id);
    if (successor || db::AcmeOrderRepository(session).find_replacement(replaces, now)) {
        return refuse(ErrorType::AlreadyReplaced, 409, "another order replaces the certificate already");
    }
    return now >= renewal_window(context, session, *certificate, now).start;
}

} // namespace chancery::acme
