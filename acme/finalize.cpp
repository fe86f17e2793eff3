#include "acme/finalize.hpp"

#include "acme/caa_check.hpp"
#include "acme/orders.hpp"
#include "acme/renewal_info.hpp"
#include "acme/resources.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "db/repositories/acme_repository.hpp"
#include "issuance/orders.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <set>

namespace chancery::acme {
namespace {

struct Finalized {
    AcmeOrder order{};
    issuance::Accepted accepted{};
};

std::unexpected<Error> bad_csr(std::string detail)
{
    return refuse(ErrorType::BadCsr, 400, std::move(detail));
}

/// The order's parameters as the inventory keeps them.
std::string original_request(const AcmeOrder& order, const pki::Csr& csr)
{
    json::Writer out;
    out.begin_object().member("common_name", csr.subject.common_name).begin_array("identifiers");
    for (const auto& name : order.identifiers) {
        out.begin_object().member("type", name_of(name.type)).member("value", name.value).end_object();
    }
    out.end_array().member("csr", to_base64(csr.der));
    if (order.not_before) {
        out.member("not_before", to_rfc3339(*order.not_before));
    }
    if (order.not_after) {
        out.member("not_after", to_rfc3339(*order.not_after));
    }
    out.end_object();
    return out.take();
}

issuance::CertificateRequest make_request(const AcmeOrder& order, const AcmeServer& server, const pki::Csr& csr)
{
    const auto* profile = server.profile(order.profile);
    auto request = timed_request(order.not_before, order.not_after, server, profile);
    if (profile != nullptr) {
        request.key_usage = profile->key_usage;
        request.extended_key_usage = profile->extended_key_usage;
        request.revocation_information = profile->revocation_information;
    }
    request.names = order.identifiers;
    request.csr = csr;
    request.digest = server.digest;
    request.authority_id = server.authority_id;
    request.acme_account_id = order.account_id;
    request.original = original_request(order, csr);
    // Of the CSR's subject only the CN is proven: the order's validations say nothing of organizations. A name longer
    // than a CN may be (RFC 5280, ub-common-name) stays among the SANs.
    constexpr std::size_t kMaxCommonName = 64;
    const auto cn = name_of_cn(csr.subject.common_name);
    if (cn && cn->value.size() <= kMaxCommonName) {
        request.subject.common_name = cn->value;
    }
    return request;
}

/// What the server permits, and the order's profile where that says something, too.
Outcome<void> check_key_algorithm(const AcmeServer& server, const AcmeOrder& order, const pki::Csr& csr)
{
    const auto algorithm = pki::key_algorithm_of(csr.key.type());
    const auto within = [&](const std::vector<KeyAlgorithm>& permitted) {
        return permitted.empty() || (algorithm && std::ranges::find(permitted, *algorithm) != permitted.end());
    };
    const auto* profile = server.profile(order.profile);
    const bool permitted = within(server.key_algorithms) && (profile == nullptr || within(profile->key_algorithms));
    if (!permitted) {
        return bad_csr("this ACME server does not certify keys of type " + csr.key.type().name());
    }
    return {};
}

/// A profile that was offered when the order was made may be gone.
Outcome<void> check_profile(const AcmeServer& server, const AcmeOrder& order)
{
    if (!order.profile.empty() && server.profile(order.profile) == nullptr) {
        return refuse(ErrorType::InvalidProfile, 400, "the order's profile is not offered any more");
    }
    return {};
}

/// The certificate that the order replaces, so that the inventory links the two.
std::string replaced_certificate(Context& context, db::Session& session, const AcmeOrder& order)
{
    const auto id = order.replaces ? parse_cert_id(*order.replaces) : std::nullopt;
    const auto replaced = id ? find_by_cert_id(context, session, *id) : std::nullopt;
    return replaced ? replaced->id : std::string();
}

Outcome<void> check_ready(const AcmeOrder& order, Time now)
{
    const auto status = status_at(order, now);
    if (status == AcmeOrderStatus::Ready) {
        return {};
    }
    return refuse(ErrorType::OrderNotReady, 403, "the order is " + std::string(name_of(status)) + ", not ready");
}

/// What can be refused before anybody is asked for CAA records: whose the order is, its state and the CSR's names.
Outcome<void> check_order(Context& context, db::Session& session, const Call& call, const pki::Csr& csr)
{
    CHANCERY_CHECK(current_account(context, session, *call.account));
    CHANCERY_TRY(order, find_own_order(session, call));
    CHANCERY_CHECK(check_ready(order, context.core.clock.now()));
    return check_csr(csr, order.identifiers);
}

Outcome<Finalized> accept(Context& context, db::UnitOfWork& work, const Call& call, const pki::Csr& csr,
                          const CaaLookup& caa)
{
    CHANCERY_TRY(account, current_account(context, work, *call.account));
    CHANCERY_TRY(server, active_server(context, work, call.server_id));
    CHANCERY_TRY(order, find_own_order(work, call));
    CHANCERY_CHECK(check_ready(order, context.core.clock.now()));
    CHANCERY_CHECK(check_csr(csr, order.identifiers));
    CHANCERY_CHECK(check_profile(server, order));
    CHANCERY_CHECK(check_key_algorithm(server, order, csr));
    const auto caller = caller_of(call, account);
    CHANCERY_CHECK(judge_caa(context, work, call, caller, server, order, caa));
    auto request = make_request(order, server, csr);
    request.renews_certificate = replaced_certificate(context, work, order);
    auto accepted = issuance::accept_order(context.core, work, caller, request);
    if (!accepted) {
        return std::unexpected(from_core(accepted.error()));
    }
    // False: a parallel finalize was quicker; this unit, with what was accepted in it, is rolled back.
    if (!db::AcmeOrderRepository(work).start_finalize(order.id, accepted->order.id)) {
        return refuse(ErrorType::OrderNotReady, 403, "the order is being finalized already");
    }
    order.status = AcmeOrderStatus::Processing;
    order.order_id = accepted->order.id;
    return Finalized{.order = std::move(order), .accepted = std::move(*accepted)};
}

/// The ACME order as the core's outcome makes it.
http::Awaitable<AcmeOrder> ended(Context& context, AcmeOrder order, const issuance::Finished& finished)
{
    if (finished.certificate) {
        order.status = AcmeOrderStatus::Valid;
        order.certificate_id = finished.certificate->id;
    } else if (finished.order.status == OrderStatus::Failed) {
        // The core's order keeps the error in the core's words, the ACME order in those of RFC 8555.
        auto stored = co_await context.core.store.read(
            [&](db::Session& session) { return db::AcmeOrderRepository(session).find(order.id); });
        co_return stored ? std::move(*stored) : std::move(order);
    }
    co_return order;
}

} // namespace

std::optional<Name> name_of_cn(const std::string& common_name)
{
    if (auto address = pki::normalise_ip(common_name)) {
        return Name{NameType::Ip, std::move(*address)};
    }
    if (auto name = pki::normalise_dns_name(common_name)) {
        return Name{NameType::Dns, std::move(*name)};
    }
    return std::nullopt;
}

Outcome<pki::Csr> read_finalize(std::string_view payload, std::size_t max_csr)
{
    json::Reader in(payload);
    const auto text = in.string("csr");
    CHANCERY_CHECK(finish(in));
    const auto der = from_base64url(text);
    if (!der) {
        return malformed("\"csr\" is not base64url");
    }
    // parse_csr would read PEM, too; here it must be DER, a SEQUENCE.
    if (der->empty() || der->front() != '\x30') {
        return bad_csr("\"csr\" is not a DER PKCS#10 request");
    }
    if (der->size() > max_csr) {
        return bad_csr("the CSR is longer than " + std::to_string(max_csr) + " octets");
    }
    auto csr = pki::parse_csr(*der);
    if (!csr) {
        return bad_csr(csr.error().detail);
    }
    return std::move(*csr);
}

Outcome<void> check_csr(const pki::Csr& csr, const std::vector<Name>& identifiers)
{
    const std::set<Name> wanted(identifiers.begin(), identifiers.end());
    std::set<Name> named(csr.names.begin(), csr.names.end());
    if (!csr.other_names.empty()) {
        return bad_csr("the CSR asks for a kind of name that is not issued");
    }
    if (!csr.subject.common_name.empty()) {
        const auto cn = name_of_cn(csr.subject.common_name);
        if (!cn || !wanted.contains(*cn)) {
            return bad_csr("the CSR's common name is not one of the order's identifiers");
        }
        named.insert(*cn);
    }
    if (named != wanted) {
        return bad_csr("the CSR's names are not those of the order");
    }
    if (csr.asks_for_ca) {
        return bad_csr("the CSR asks for a CA certificate");
    }
    return {};
}

http::Awaitable<Outcome<http::Response>> finalize(Context& context, Call call)
{
    auto csr = read_finalize(call.payload, context.settings.max_csr);
    if (!csr) {
        co_return std::unexpected(std::move(csr).error());
    }
    // Names are looked up for who proved them only, so that nobody has others asked at will.
    auto right = co_await context.core.store.look_up(
        [&](db::Session& session) { return check_order(context, session, call, *csr); });
    if (!right) {
        co_return std::unexpected(std::move(right).error());
    }
    const auto caa = co_await look_up_caa(context, call, *csr);
    auto finalized =
        co_await context.core.store.write([&](db::UnitOfWork& work) { return accept(context, work, call, *csr, caa); });
    if (!finalized) {
        co_return std::unexpected(std::move(finalized).error());
    }
    const auto finished = co_await issuance::finish_order(context.core, std::move(finalized->accepted));
    const auto order = co_await ended(context, std::move(finalized->order), finished);
    co_return order_response(order, call.urls, context.core.clock.now());
}

} // namespace chancery::acme
