#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/repositories/policy_replay_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/identity/current_caller.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/policies/document.hpp"
#include "issuance/policies/replay_facts.hpp"
#include "issuance/policies/replay_tally.hpp"
#include "issuance/policies/replays.hpp"
#include "issuance/policy/policy_set.hpp"
#include "issuance/waiters.hpp"

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

constexpr int kBatch = 200; ///< so few that a reader is soon free for others

/// What the replay looks at: no more than the one who asked for it may see.
struct Extent {
    db::CertificateFilter certificates{};
    db::OrderFilter orders{};
};

Extent extent_of(Core& core, db::Session& session, const PolicyReplay& replay, const Caller& asker, Time now)
{
    Extent extent{
        .certificates = {.where = inventory::visible_to(core, session, asker), .now = now},
        .orders = {.submitted_before = replay.created_at + std::chrono::milliseconds(1), // those of that moment with it
                   .submitted_after = replay.created_at - std::chrono::days(replay.order_days),
                   .visible = inventory::visible_requests(core, session, asker)}};
    if (replay.certificates == ReplayedCertificates::Active) {
        extent.certificates.statuses = {CertificateStatus::Active};
    }
    return extent;
}

/// Whoever asked for it, with role and grants as they are now.
std::optional<Caller> asker_of(db::Session& session, const PolicyReplay& replay, Time now)
{
    return replay.requested_by.type == ActorType::System
               ? std::optional(system_caller())
               : current_caller(session, replay.requested_by, Scope::Write, now);
}

db::PageRequest page_of(const PolicyReplay& replay)
{
    db::PageRequest page{.limit = kBatch};
    if (!replay.after_id.empty()) {
        page.after = db::Position{.value = replay.after_value, .id = replay.after_id};
    }
    return page;
}

/// One batch of a replay: what is read, asked and added up, on one snapshot of the database.
class Batch {
public:
    Batch(Core& core, db::Session& session, PolicyReplay replay, const Caller& asker, Time now)
        : core_(core), session_(session), replay_(std::move(replay)), policy_(policy_of_document(replay_.document)),
          tally_(policy_, replay_.tally), extent_(extent_of(core, session, replay_, asker, now)), now_(now)
    {
        policy_.enabled = true; // a disabled one is asked what it would do
        policies_ = policy::PolicySet::compile({policy_});
    }

    PolicyReplay run()
    {
        const auto now = now_;
        if (replay_.state == ReplayState::Pending) {
            begin(now);
        }
        const bool more = replay_.phase == ReplayPhase::Certificates ? certificates() : orders();
        if (!more) {
            end_phase(now);
        }
        replay_.tally = tally_.to_json();
        return std::move(replay_);
    }

private:
    void begin(Time now)
    {
        replay_.state = ReplayState::Running;
        replay_.started_at = now;
        if (replay_.certificates != ReplayedCertificates::None) {
            replay_.certificate_total = db::CertificateRepository(session_).count(extent_.certificates);
        }
        if (replay_.order_days > 0) {
            replay_.order_total = db::OrderRepository(session_).count(extent_.orders);
        }
    }

    void end_phase(Time now)
    {
        if (replay_.phase == ReplayPhase::Certificates) {
            replay_.phase = ReplayPhase::Orders;
            replay_.after_value.clear();
            replay_.after_id.clear();
            return;
        }
        replay_.state = ReplayState::Complete;
        replay_.completed_at = now;
    }

    bool certificates()
    {
        if (replay_.certificates == ReplayedCertificates::None) {
            return false;
        }
        db::CertificateRepository repository(session_);
        const auto rows = repository.list(extent_.certificates, db::CertificateSort::CreatedAt, page_of(replay_));
        for (const auto& row : rows) {
            // The list comes without the bytes; the row itself cannot vanish.
            const auto certificate = repository.find(row.id).value();
            examine({.type = "certificate", .id = row.id, .common_name = row.common_name}, facts_.of(certificate));
            pass(to_millis(row.created_at), row.id);
        }
        return rows.size() == kBatch;
    }

    bool orders()
    {
        if (replay_.order_days == 0) {
            return false;
        }
        const auto rows = db::OrderRepository(session_).list(extent_.orders, page_of(replay_));
        for (const auto& row : rows) {
            examine({.type = "order", .id = row.id, .common_name = row.common_name}, facts_.of(row));
            pass(to_millis(row.submitted_at), row.id);
        }
        return rows.size() == kBatch;
    }

    void pass(long long value, const std::string& id)
    {
        replay_.after_value = std::to_string(value);
        replay_.after_id = id;
    }

    void examine(const ReplayTally::Subject& subject, std::optional<policy::Facts> facts)
    {
        if (!facts) {
            tally_.add_unreadable(subject);
            return;
        }
        const bool matched = !policies_.matching(*facts).empty();
        tally_.add(subject, matched, policies_.evaluate(*facts, {}));
    }

    Core& core_;
    db::Session& session_;
    PolicyReplay replay_;
    Policy policy_;
    ReplayTally tally_;
    Extent extent_;
    Time now_;
    policy::PolicySet policies_{};
    ReplayFacts facts_{core_, session_, policies_};
};

/// The next state of the replay with that id; nothing when there is nothing left to do.
std::optional<PolicyReplay> next_batch(Core& core, db::Session& session, const std::string& id)
{
    core.configuration.current(session);
    auto replay = db::PolicyReplayRepository(session).find(id);
    if (!replay || replay->is_over()) {
        return std::nullopt;
    }
    const auto now = core.clock.now();
    const auto failed = [&](std::string why) {
        replay->state = ReplayState::Failed;
        replay->completed_at = now;
        replay->error = std::move(why);
        return replay;
    };
    const auto asker = asker_of(session, *replay, now);
    if (!asker) {
        return failed("Whoever asked for the replay may not ask any more.");
    }
    std::optional<Batch> batch;
    try {
        batch.emplace(core, session, *replay, *asker, now);
    } catch (const std::runtime_error&) {
        // Its policy or tally was written by another version and says nothing to this one: no retry would change that.
        return failed("What is stored of the replay is not readable.");
    }
    return batch->run();
}

void tell_end(Core& core, db::UnitOfWork& work, const PolicyReplay& replay)
{
    const bool failed = replay.state == ReplayState::Failed;
    const Caller caller{.actor = replay.requested_by};
    audit::record(work, caller, core.clock.now(), failed ? audit::kPolicyReplayFailed : audit::kPolicyReplayCompleted,
                  {"policy_replay", replay.id}, replay.tally);
    work.on_commit([waiters = core.waiters, id = replay.id] { waiters->wake(id); });
}

/// False when somebody cancelled it, or another process does it.
asio::awaitable<bool> store_batch(Core& core, PolicyReplay replay)
{
    co_return co_await core.store.write([&](db::UnitOfWork& work) {
        if (!db::PolicyReplayRepository(work).save(replay)) {
            return false;
        }
        if (replay.is_over()) {
            tell_end(core, work, replay);
        }
        return true;
    });
}

} // namespace

asio::awaitable<void> run_replay(Core& core, std::string id)
{
    for (;;) {
        const auto replay =
            co_await core.store.read([&](db::Session& session) { return next_batch(core, session, id); });
        if (!replay || !co_await store_batch(core, *replay) || replay->is_over()) {
            co_return;
        }
    }
}

} // namespace chancery::issuance
