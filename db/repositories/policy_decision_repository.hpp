#pragma once

#include "core/model/policy_decision.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>

namespace chancery::db {

class PolicyDecisionRepository {
public:
    explicit PolicyDecisionRepository(Session& session) : session_(session) {}

    void insert(const PolicyDecisionRecord& record);
    std::optional<PolicyDecisionRecord> find(const std::string& id);

private:
    Session& session_;
};

} // namespace chancery::db
