#pragma once

#include "core/model/alert.hpp"
#include "core/model/job.hpp"
#include "db/page.hpp"
#include "db/session.hpp"
#include "db/visible_requests.hpp"

#include <optional>
#include <string>
#include <vector>

/// The small aggregates that keep the server going: alerts, jobs, idempotency keys, revocation codes.
namespace chancery::db {

struct AlertFilter {
    std::vector<AlertState> states{};
    std::vector<AlertSeverity> severities{};
    std::string kind{};
    std::optional<VisibleAlerts> visible{}; ///< nothing: all of them
};

class AlertRepository {
public:
    explicit AlertRepository(Session& session) : session_(session) {}

    /// A new alert, or one more occurrence of its cause: count, last time and text change, a resolved one is open
    /// again. The id of its row.
    std::string raise(const Alert& alert);
    /// The cause is gone; nothing when it was none, or is resolved already.
    void resolve(const std::string& cause);
    /// Every one of that kind about a resource.
    void resolve_about(const std::string& kind, const std::string& resource_id);
    /// Nothing, too, when it is not visible.
    std::optional<Alert> find(const std::string& id, const std::optional<VisibleAlerts>& visible = {});
    std::vector<Alert> list(const AlertFilter& filter, const PageRequest& page); ///< by last occurrence
    long long count(const AlertFilter& filter);
    /// False when the revision is not `expected_revision`.
    bool set_state(const std::string& id, AlertState state, long long expected_revision);

private:
    Session& session_;
};

class JobRepository {
public:
    explicit JobRepository(Session& session) : session_(session) {}

    void insert(const Job& job); ///< as it is: a maker that goes on at once sets the lease itself
    /// Claims up to `limit` due jobs whose lease is free or over, for `owner` until `lease_until`; raises `attempts`.
    std::vector<Job> claim(const std::string& owner, Time now, Time lease_until, int limit);
    std::optional<Job> find(const std::string& id);
    void extend(const std::string& id, const std::string& owner, Time lease_until);
    void remove(const std::string& id);
    /// Frees it for a later try.
    void retry_at(const std::string& id, Time run_at, const std::string& error);
    /// Gives back every lease of that owner, so that nobody waits for a process that is gone.
    long long release(const std::string& owner);
    /// When the next job is due, or nothing.
    std::optional<Time> next_due();
    long long count();

private:
    Session& session_;
};

struct IdempotencyRecord {
    std::string caller_id{};
    std::string key{};
    std::string request_hash{};
    int status = 0;            ///< 0: still running
    std::string headers{"{}"}; ///< JSON object
    std::string body{};        ///< never holds a secret
    Time created_at{};
};

class IdempotencyRepository {
public:
    explicit IdempotencyRepository(Session& session) : session_(session) {}

    std::optional<IdempotencyRecord> find(const std::string& caller_id, const std::string& key);
    bool insert(const IdempotencyRecord& record); ///< false when the key is there
    /// Stores the answer (status, headers, body) of a record that `insert` made; only what runs has none yet.
    void complete(const IdempotencyRecord& record);
    /// Frees the key, because its request was refused after all.
    void remove(const std::string& caller_id, const std::string& key);
    long long remove_older_than(Time limit);

private:
    Session& session_;
};

/// A six-digit revocation code; only its MAC is kept.
struct RevocationChallenge {
    std::string id{};
    std::string certificate_id{};
    std::string caller_id{};
    std::string code_mac{};
    int attempts = 0;
    Time expires_at{};
    std::optional<Time> used_at{};
};

class RevocationChallengeRepository {
public:
    explicit RevocationChallengeRepository(Session& session) : session_(session) {}

    /// Replaces an earlier one of the same certificate and caller.
    void insert(const RevocationChallenge& challenge);
    std::optional<RevocationChallenge> find(const std::string& certificate_id, const std::string& caller_id);
    /// One more wrong try; returns the tries so far.
    int count_attempt(const std::string& id);
    bool use(const std::string& id, Time at); ///< false when it was used
    long long remove_expired(Time before);

private:
    Session& session_;
};

} // namespace chancery::db
