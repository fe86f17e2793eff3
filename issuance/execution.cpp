#include "core/id.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/completion.hpp"
#include "issuance/identity/current_caller.hpp"
#include "issuance/providers/external_orders.hpp"
#include "issuance/revocation_status/ocsp_responders.hpp"
#include "issuance/tbs.hpp"

#include <stdexcept>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

/// What a job finds of an order.
struct Found {
    std::optional<Order> order{};
    std::optional<IssuanceIntent> intent{};
};

Found find_order(Core& core, db::Session& session, const std::string& order_id)
{
    core.configuration.current(session); // a job may be the first to need it, or run long after it changed
    db::OrderRepository orders(session);
    return {.order = orders.find(order_id), .intent = orders.find_intent(order_id)};
}

/// P-256 and Ed25519 signatures take microseconds; others would hold up every connection of this thread.
bool signs_quickly(const pki::Issuer& issuer)
{
    const auto type = issuer.key().type();
    return type.family == KeyFamily::Ed25519 || (type.family == KeyFamily::Ecdsa && type.bits == 256);
}

struct Signature {
    std::string der{};
    std::optional<Problem> problem{};
};

/// Tags are no part of what is signed; they come with the request as the order keeps it.
std::vector<std::string> tags_of(const Order& order)
{
    return json::Reader(order.request).optional_strings("tags").value_or(std::vector<std::string>());
}

/// A CA that was retired since signs no leaf, but goes on naming its OCSP responder.
bool may_sign(const Authority& authority, const IssuanceIntent& intent, Time now)
{
    return authority.status(now) == AuthorityStatus::Active ||
           (pki::is_ocsp_responder(intent.tbs) && answers_ocsp(authority, now));
}

/// Signs what was decided, once more asking whether the CA may still sign.
asio::awaitable<Signature> sign(Core& core, const Configuration& configuration, const IssuanceIntent& intent)
{
    const auto* authority = configuration.authority(intent.authority_id);
    const auto issuer = configuration.issuers.find(intent.authority_id);
    if (authority == nullptr || issuer == configuration.issuers.end() ||
        !may_sign(*authority, intent, core.clock.now())) {
        co_return Signature{
            .problem =
                Problem{.code = Code::ProviderNotActive,
                        .detail = "The issuing CA can no longer sign: it is not active or its key is not available."}};
    }
    const auto held = issuer->second;
    const auto work = [&] { return pki::sign_tbs(intent.tbs, held->key(), intent.digest); };
    try {
        Signature signature;
        signature.der = signs_quickly(*held) ? work() : co_await core.pool.run(work);
        co_return signature;
    } catch (const std::exception& failure) {
        // Signing the same bytes again would fail again: the order ends, its requester learns of it.
        log::error("authority.sign_failed",
                   {{"order_id", intent.order_id}, {"authority_id", intent.authority_id}, {"reason", failure.what()}});
        co_return Signature{.problem =
                                Problem{.code = Code::Internal, .detail = "The certificate could not be signed."}};
    }
}

/// The gate has read it moments ago: only a CA that it does not know needs another look.
asio::awaitable<std::shared_ptr<const Configuration>> configuration_with(Core& core, std::string authority_id)
{
    auto known = core.configuration.last();
    if (!known || known->authority(authority_id) == nullptr) {
        known = co_await core.store.read([&](db::Session& session) { return core.configuration.current(session); });
    }
    co_return known;
}

/// The requester with role and grants as they are now. A disabled or vanished one may request nothing any more.
Result<Caller> current_requester(db::Session& session, const Order& order, Time now)
{
    if (order.requested_by.type == ActorType::System) {
        return system_caller();
    }
    auto caller = requester_of(order);
    caller.scope = Scope::Write;
    if (order.requested_by.type == ActorType::AcmeClient) {
        return caller;
    }
    auto current = current_caller(session, order.requested_by, Scope::Write, now);
    if (!current) {
        return refuse(Code::Forbidden, "The requester may no longer request certificates.");
    }
    current->request_id = caller.request_id;
    return std::move(*current);
}

CertificateRequest request_again(Core& core, const Order& order)
{
    auto request = read_request(core, order.request);
    if (!request) {
        throw std::logic_error("the request of an order is not readable: " + request.error().detail);
    }
    request->kind = order.kind;
    request->provider_id = order.provider_id;
    request->renews_certificate = order.renews_certificate.value_or("");
    request->resubmission_of = order.resubmission_of.value_or("");
    request->order_id = order.id;
    return std::move(*request);
}

/// pending -> processing with a key that is there now: the gate judges the final content, for policies may have
/// changed.
Result<Accepted> admit_pending(Core& core, db::UnitOfWork& work, const Order& pending,
                               const CertificateRequest& request, const pki::PrivateKey& key)
{
    const auto now = core.clock.now();
    Accepted accepted{.order = pending, .ready_to_sign = true, .caller = requester_of(pending), .tags = request.tags};
    CHANCERY_TRY(caller, current_requester(work, pending, now));
    CHANCERY_TRY(admission, admit(core, work, caller, request, key.public_key()));
    const bool outside = admission.order_type != OrderType::LocalPki;
    auto& order = accepted.order;
    order.status = OrderStatus::Processing;
    order.authority_id = outside ? std::nullopt : std::optional(admission.authority_id);
    order.decision = admission.decision.to_json();
    order.decision_id = admission.decision.id;
    order.policy_warnings = policy::Decision::findings_json(admission.decision.warnings());
    order.key_id = new_id(now);
    std::string tbs;
    if (!outside) {
        CHANCERY_TRY(built, build_checked_tbs(core, work, caller, request, admission));
        tbs = std::move(built);
    }
    db::OrderRepository orders(work);
    if (!orders.mark_processing(order)) {
        accepted.ready_to_sign = false; // somebody else took it further
        return accepted;
    }
    ++order.revision;
    db::KeyRepository(work).insert(core.keys.wrap(key, *order.key_id, request.key_purpose, now));
    if (outside) {
        accepted.ready_to_sign = false;
        db::JobRepository(work).remove(order.id); // another kind of job takes it from here
        providers::store_external(core, work, order, admission, request, key);
        return accepted;
    }
    accepted.intent = {.order_id = order.id,
                       .authority_id = admission.authority_id,
                       .serial_number = admission.plan.serial_number,
                       .tbs = std::move(tbs),
                       .digest = admission.plan.digest,
                       .created_at = now};
    orders.insert_intent(accepted.intent);
    return accepted;
}

asio::awaitable<void> fail(Core& core, Accepted accepted, Problem problem)
{
    co_await core.store.write([&](db::UnitOfWork& work) { fail_order(core, work, accepted, problem); });
}

asio::awaitable<void> execute_pending(Core& core, Order order)
{
    const auto request = request_again(core, order);
    const auto algorithm = request.key_algorithm.value_or(KeyAlgorithm::Ec256);
    const auto key = co_await core.pool.run([&] { return pki::PrivateKey::generate(algorithm); });
    auto accepted =
        co_await core.store.write([&](db::UnitOfWork& work) { return admit_pending(core, work, order, request, key); });
    if (!accepted) {
        co_await fail(core, Accepted{.order = order, .caller = requester_of(order)}, accepted.error());
        co_return;
    }
    if (accepted->ready_to_sign) {
        co_await finish_order(core, std::move(*accepted));
    }
}

} // namespace

asio::awaitable<Finished> finish_order(Core& core, Accepted accepted, AlsoWrite also)
{
    const auto configuration = co_await configuration_with(core, accepted.intent.authority_id);
    const auto signature = co_await sign(core, *configuration, accepted.intent);
    co_return co_await core.store.write([&](db::UnitOfWork& work) {
        auto finished = signature.problem ? fail_order(core, work, accepted, *signature.problem)
                                          : complete_order(core, work, accepted, signature.der);
        if (also) {
            also(work, finished);
        }
        return finished;
    });
}

asio::awaitable<void> execute_order(Core& core, std::string order_id)
{
    const auto found =
        co_await core.store.read([&](db::Session& session) { return find_order(core, session, order_id); });
    if (!found.order || is_final(found.order->status)) {
        co_await core.store.write([&](db::UnitOfWork& work) { db::JobRepository(work).remove(order_id); });
        co_return;
    }
    if (found.order->status == OrderStatus::Pending) {
        co_await execute_pending(core, *found.order);
        co_return;
    }
    if (!found.intent) {
        // Read just before another finished it, or never: asked again, the answer is final or the job is retried.
        throw std::runtime_error("the order is under way without an intent");
    }
    Accepted accepted{.order = *found.order,
                      .intent = *found.intent,
                      .ready_to_sign = true,
                      .caller = requester_of(*found.order),
                      .tags = tags_of(*found.order)};
    co_await finish_order(core, std::move(accepted));
}

} // namespace chancery::issuance
