#pragma once

#include "core/model/renewal.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// What is renewed by itself, and when.
class RenewalRepository {
public:
    explicit RenewalRepository(Session& session) : session_(session) {}

    RenewalSettings settings();
    /// False when the revision is not `settings.revision`; raises it. What was planned becomes stale.
    bool update_settings(const RenewalSettings& settings);
    /// Makes everything that was planned stale.
    void start_new_plan();

    void insert(const PlannedRenewal& planned); ///< nothing when the certificate has one
    std::optional<PlannedRenewal> find(const std::string& certificate_id);
    void remove(const std::string& certificate_id);
    /// False when the revision is not `planned.revision`; raises it. Changes `own` and when it is due.
    bool update_own(const PlannedRenewal& planned);
    /// When it is due, worked out in that plan.
    void set_due(const std::string& certificate_id, std::optional<Time> due_at, long long plan);
    /// One more attempt, of which the next comes at `due_at` at the earliest.
    void note_attempt(const std::string& certificate_id, Time due_at, const std::string& error);

    /// What the CA said: `suggested` and `ask_ca_at`.
    void suggest(const PlannedRenewal& planned);
    /// Certificates whose CA is to be asked by now, the longest waiting first.
    std::vector<std::string> to_ask(Time now, int limit);
    std::optional<Time> next_question();

    /// Certificates that are due, the longest waiting first.
    std::vector<std::string> due(Time now, int limit);
    std::optional<Time> next_due();
    /// Certificates whose plan is older.
    std::vector<std::string> stale(long long plan, int limit);

private:
    Session& session_;
};

} // namespace chancery::db
