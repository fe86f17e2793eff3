#include "acme/validation/tls_alpn01.hpp"

#include "acme/validation/reach.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"
#include "pki/names.hpp"
#include "pki/oids.hpp"
#include "pki/tbs.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

constexpr std::string_view kProtocol = "acme-tls/1";

/// The only extension with this number; null when there is none, or more than one.
const pki::Extension* only_extension(const std::vector<pki::Extension>& extensions, std::string_view oid)
{
    const bool once = std::ranges::count(extensions, oid, &pki::Extension::oid) == 1;
    return once ? pki::find_extension(extensions, oid) : nullptr;
}

bool is_identifier(const pki::Extension& extension, const Name& identifier)
{
    const auto names = pki::read_general_names(extension.value);
    const auto name = names && names->size() == 1 ? pki::name_of(names->front()) : std::nullopt;
    if (!name || name->type != identifier.type) {
        return false;
    }
    return identifier.type == NameType::Dns ? equal_ignoring_case(name->value, identifier.value)
                                            : name->value == identifier.value;
}

/// Who could not even be connected to may be tried at another address.
bool never_connected(const http::FetchError& error)
{
    return error.kind != http::FetchError::Kind::Protocol;
}

std::unexpected<Error> failed(const ValidationTask& task, const http::FetchError& error)
{
    return refuse(never_connected(error) ? ErrorType::Connection : ErrorType::Tls, 400,
                  "the TLS connection to " + task.identifier.value + " failed: " + error.detail);
}

ValidationResult judge(const http::TlsPeer& peer, const ValidationTask& task)
{
    if (peer.protocol != kProtocol) {
        return refuse(ErrorType::Tls, 400, "the target did not agree on the protocol acme-tls/1 by ALPN");
    }
    if (auto objection = tls_alpn_objection(peer.certificate, task.identifier, task.key_authorization)) {
        return refuse(ErrorType::IncorrectResponse, 403, "the target's certificate " + *objection);
    }
    return Proof{};
}

} // namespace

std::string tls_alpn_server_name(const Name& identifier)
{
    if (identifier.type != NameType::Ip) {
        return identifier.value;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    auto octets = pki::ip_bytes(identifier.value);
    std::ranges::reverse(octets);
    const bool v4 = octets.size() == 4;
    std::string name;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (v4) {
            name += std::to_string(octet) + '.';
        } else {
            name += {kDigits[octet & 15U], '.', kDigits[octet >> 4], '.'};
        }
    }
    return name + (v4 ? "in-addr.arpa" : "ip6.arpa");
}

std::optional<std::string> tls_alpn_objection(std::string_view certificate_der, const Name& identifier,
                                              std::string_view key_authorization)
{
    const auto info = pki::parse_certificate(certificate_der);
    if (!info) {
        return "cannot be read";
    }
    if (!info->self_signed) {
        return "is not self-signed";
    }
    const auto parts = pki::split_signed(certificate_der);
    const auto tbs = parts ? pki::read_tbs(parts->body) : std::nullopt;
    const auto* names = tbs ? only_extension(tbs->extensions, pki::oids::kSubjectAltName) : nullptr;
    if (names == nullptr || !is_identifier(*names, identifier)) {
        return "does not have the identifier as its only subject alternative name";
    }
    const auto* proof = only_extension(tbs->extensions, pki::oids::kAcmeIdentifier);
    if (proof == nullptr || !proof->critical) {
        return "does not have one critical acmeIdentifier extension";
    }
    const auto digest = pki::der::only(proof->value, pki::der::kOctetString);
    if (!digest || !equal_constant_time(digest->content, pki::sha256(key_authorization))) {
        return "has an acmeIdentifier that is not the key authorization's digest";
    }
    return std::nullopt;
}

http::Awaitable<ValidationResult> validate_tls_alpn01(const ValidationTools& tools, ValidationTask task)
{
    const auto deadline = std::chrono::steady_clock::now() + tools.settings.validation_timeout;
    const auto addresses = co_await reachable_addresses(tools, task.identifier.value, deadline);
    if (!addresses) {
        co_return std::unexpected(addresses.error());
    }
    http::FetchError last{.kind = http::FetchError::Kind::Timeout, .detail = "no time is left"};
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        const auto share = share_of_time(deadline, addresses->size() - i);
        if (!share) {
            break;
        }
        http::Probe wanted{.address = (*addresses)[i],
                           .port = tools.settings.tls_alpn01_port,
                           .server_name = tls_alpn_server_name(task.identifier),
                           .protocol = std::string(kProtocol),
                           .timeout = *share};
        const auto peer = co_await tools.prober.probe(std::move(wanted));
        if (peer) {
            co_return judge(*peer, task);
        }
        last = peer.error();
        if (!never_connected(last)) {
            break;
        }
    }
    co_return failed(task, last);
}

} // namespace chancery::acme
