#include "issuance/renewal/suggestions.hpp"

#include "core/log.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "issuance/providers/upstream.hpp"
#include "issuance/renewal/planning.hpp"

#include <algorithm>

namespace chancery::issuance::renewal {
namespace {

namespace asio = boost::asio;
using std::chrono::hours;

constexpr int kBatch = 100;
constexpr hours kSoon{1};      // after the certificate was issued
constexpr hours kNextTime{6};  // where the CA does not say when to ask again, or does not answer
constexpr hours kAtLatest{24}; // RFC 9773 section 4.3.2: a longer Retry-After is not followed

struct Question {
    std::optional<Certificate> certificate{};
    std::optional<Provider> provider{};
};

Question find_question(Core& core, db::Session& session, const std::string& certificate_id)
{
    Question question{.certificate = db::CertificateRepository(session).find(certificate_id)};
    if (question.certificate && question.certificate->provider_id) {
        const auto* provider = core.configuration.current(session)->provider(*question.certificate->provider_id);
        if (provider != nullptr && provider->active && provider->kind == ProviderKind::Acme) {
            question.provider = *provider;
        }
    }
    return question;
}

asio::awaitable<std::optional<providers::RenewalWindow>> ask(Core& core, const Question& question)
{
    if (!question.provider) {
        co_return std::nullopt;
    }
    std::string failure;
    try {
        const auto upstream = providers::make_upstream(core, *question.provider);
        co_return co_await upstream->renewal_window(question.certificate->der);
    } catch (const std::exception& error) {
        failure = error.what();
    }
    log::warning("renewal.ca_not_asked", {{"certificate_id", question.certificate->id}, {"error", failure}});
    co_return std::nullopt;
}

/// A certificate that is replaced or gone by now has no plan, and nothing is written.
void note_answer(Core& core, db::UnitOfWork& work, const Certificate& certificate,
                 const std::optional<providers::RenewalWindow>& window)
{
    const auto now = core.clock.now();
    db::RenewalRepository renewals(work);
    auto planned = renewals.find(certificate.id);
    if (!planned) {
        return;
    }
    const auto before = planned->suggested;
    if (window) {
        planned->suggested = {.from = window->start, .until = window->end};
    }
    planned->ask_ca_at = now + std::clamp<Time::duration>(window ? window->look_again_after : kNextTime,
                                                          std::chrono::minutes(1), kAtLatest);
    if (now > certificate.valid_to) {
        planned->ask_ca_at = std::nullopt;
    }
    renewals.suggest(*planned);
    if (planned->suggested == before || planned->attempts > 0) {
        return; // between attempts the next one stays where it is
    }
    const auto settings = renewals.settings();
    renewals.set_due(certificate.id, due_by(core, work, certificate, *planned, settings.threshold, now), settings.plan);
}

void forget(db::UnitOfWork& work, const std::string& certificate_id)
{
    db::RenewalRepository(work).suggest({.certificate_id = certificate_id});
}

asio::awaitable<void> ask_about(Core& core, std::string certificate_id)
{
    const auto question =
        co_await core.store.read([&](db::Session& session) { return find_question(core, session, certificate_id); });
    if (!question.certificate || !question.provider) {
        co_await core.store.write([&](db::UnitOfWork& work) { forget(work, certificate_id); });
        co_return;
    }
    const auto window = co_await ask(core, question);
    co_await core.store.write([&](db::UnitOfWork& work) { note_answer(core, work, *question.certificate, window); });
}

} // namespace

std::optional<Time> first_question(Core& core, db::Session& session, const Certificate& certificate, Time now)
{
    if (certificate.authority_id || !certificate.provider_id) {
        return std::nullopt;
    }
    const auto* provider = core.configuration.current(session)->provider(*certificate.provider_id);
    return provider != nullptr && provider->kind == ProviderKind::Acme ? std::optional(now + kSoon) : std::nullopt;
}

asio::awaitable<void> schedule_questions(Core& core)
{
    const auto now = core.clock.now();
    const auto next =
        co_await core.store.read([](db::Session& session) { return db::RenewalRepository(session).next_question(); });
    if (!next || *next > now) {
        co_return;
    }
    // As with renewals: the id is the same for all servers, so one of them runs it.
    const std::string id(kAskCasJob);
    co_await core.store.write([&](db::UnitOfWork& work) {
        db::JobRepository(work).insert(Job{.id = id, .kind = id, .run_at = now, .created_at = now});
    });
}

asio::awaitable<void> ask_cas(Core& core)
{
    // Once each: an answer moves the next question by a minute at least.
    const auto ids = co_await core.store.read(
        [&](db::Session& session) { return db::RenewalRepository(session).to_ask(core.clock.now(), kBatch); });
    for (const auto& id : ids) {
        co_await ask_about(core, id);
    }
}

} // namespace chancery::issuance::renewal
