#include "api/order_submission.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/order_answers.hpp"
#include "api/prefer.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/orders.hpp"

namespace chancery::api::orders {
namespace {

/// Answers from the key's record where there is one: a finished order also when the answer itself was never stored,
/// because the process that worked on it died.
Result<void> claim(Services& services, db::UnitOfWork& work, const issuance::Caller& caller, Submission& submission)
{
    CHANCERY_TRY(found, claim_idempotency_key(work, caller.actor.id, *submission.key, services.core.clock.now()));
    if (found.state == Claim::State::Done) {
        submission.replay = std::move(found.replay);
    } else if (found.state == Claim::State::Running) {
        const auto id = found.location.substr(found.location.rfind('/') + 1);
        const auto order = db::OrderRepository(work).find(id);
        if (!order || !is_final(*order)) {
            return refuse(still_running());
        }
        submission.replay = mark_replayed(submitted_response(*order));
    }
    return {};
}

using Accepted = std::optional<issuance::Accepted>;

/// The first transaction. Nothing accepted and no refusal: there is a replay.
Result<Accepted> accept(Services& services, const Route& route, const http::Request& request, db::UnitOfWork& work,
                        Submission& submission)
{
    submission.replay.reset();
    CHANCERY_TRY(caller, admit_caller(services, route, request, work));
    submission.caller_id = caller.actor.id;
    if (submission.key) {
        CHANCERY_CHECK(claim(services, work, caller, submission));
        if (submission.replay) {
            return Accepted{};
        }
    }
    if (!submission.wanted) {
        return std::unexpected(submission.wanted.error());
    }
    CHANCERY_TRY(accepted,
                 issuance::accept_order(services.core, work, caller, *submission.wanted, submission.generated));
    if (submission.key && accepted.ready_to_sign) {
        note_location(work, submission.caller_id, *submission.key, location_of(accepted.order.id));
    } else if (submission.key) {
        settle_idempotency_key(work, submission.caller_id, *submission.key, submitted_response(accepted.order));
    }
    return Accepted(std::move(accepted));
}

/// The key of an automated order, when it is made quickly; slow ones are left to a job.
pki::PrivateKey quick_key(const issuance::CertificateRequest& wanted)
{
    const auto algorithm = wanted.key_algorithm.value_or(KeyAlgorithm::Ec256);
    return !wanted.csr && issuance::is_quick_to_generate(algorithm) ? pki::PrivateKey::generate(algorithm)
                                                                    : pki::PrivateKey();
}

/// Signs what was accepted; the answer is stored for replays together with the certificate.
http::Awaitable<Order> complete(Services& services, issuance::Accepted accepted, const Submission& submission)
{
    issuance::AlsoWrite also;
    if (submission.key) {
        also = [&submission](db::UnitOfWork& work, const issuance::Finished& finished) {
            settle_idempotency_key(work, submission.caller_id, *submission.key, submitted_response(finished.order));
        };
    }
    const auto finished = co_await issuance::finish_order(services.core, std::move(accepted), std::move(also));
    co_return finished.order;
}

} // namespace

http::Awaitable<http::Response> submit(Services& services, const Route& route, const http::Request& request,
                                       Submission submission)
{
    if (submission.wanted && has_credentials(request)) {
        submission.generated = quick_key(*submission.wanted);
    }
    const auto accepting = [&](db::UnitOfWork& work) { return accept(services, route, request, work, submission); };
    auto outcome = co_await services.core.store.write(accepting);
    if (!outcome) {
        co_return finish(request, std::unexpected(std::move(outcome).error()));
    }
    if (submission.replay) {
        co_return finish(request, Answer(std::move(*submission.replay)));
    }
    auto accepted = std::move(**outcome);
    if (accepted.ready_to_sign) {
        const auto order = co_await complete(services, std::move(accepted), submission);
        co_return finish(request, submitted_response(order));
    }
    const auto wait = preferred_wait(request);
    if (!wait) {
        co_return finish(request, submitted_response(accepted.order));
    }
    const auto order = co_await issuance::wait_for_order(services.core, accepted.order.id, *wait);
    auto response = submitted_response(order);
    response.with("Preference-Applied", "wait=" + std::to_string(wait->count()));
    co_return finish(request, std::move(response));
}

Result<std::string> read_changes(const http::Request& request)
{
    json::Reader in(body_of(request));
    if (in.has("changes") && !in.is_object("changes")) {
        in.reject("changes", "type", "must be an object");
    }
    auto changes = in.raw("changes").value_or("{}");
    CHANCERY_CHECK(in.finish());
    return changes;
}

http::Awaitable<http::Response> submit_derived(Services& services, const Route& route, const http::Request& request,
                                               Derive derive)
{
    auto key = read_idempotency_key(idempotency_mac_key(services.core), request);
    const auto id = id_of(request);
    const auto changes = read_changes(request);
    if (!key) {
        co_return finish(request, std::unexpected(std::move(key).error()));
    }
    Submission submission{.key = std::move(*key)};
    const auto reading = [&](db::Session& session) -> Result<issuance::CertificateRequest> {
        CHANCERY_TRY(caller, issuance::identify(services.core, session, credentials_of(request)));
        if (!issuance::has_right(caller, *route.right)) {
            return refuse(Code::Forbidden,
                          "the right for this is missing"); // refused for good, and recorded, in accept
        }
        if (!id || !changes) {
            return std::unexpected(id ? changes.error() : id.error());
        }
        return derive(session, caller, *id, *changes);
    };
    submission.wanted = co_await services.core.store.read(reading);
    co_return co_await submit(services, route, request, std::move(submission));
}

} // namespace chancery::api::orders
