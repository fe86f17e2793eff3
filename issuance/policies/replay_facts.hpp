#pragma once

#include "core/model/certificate.hpp"
#include "issuance/core.hpp"
#include "issuance/policy/facts.hpp"
#include "issuance/policy/policy_set.hpp"

#include <optional>
#include <string>
#include <unordered_map>

namespace chancery::issuance {

/// Turns what is stored into what a policy would have been asked. Roles are those that people have now.
class ReplayFacts {
public:
    ReplayFacts(Core& core, db::Session& session, const policy::PolicySet& policies)
        : core_(core), session_(session), policies_(policies)
    {
    }

    /// Of a certificate with its DER; nothing when that is not readable.
    std::optional<policy::Facts> of(const Certificate& certificate);
    /// Of an order: of its certificate where there is one, of the request otherwise; nothing when that is not readable.
    std::optional<policy::Facts> of(const Order& order);
    /// Of an order's request, whatever became of it.
    std::optional<policy::Facts> of_request(const Order& order);

private:
    Role role_of(const std::string& requester_type, const std::string& requester_id);
    void count(const Certificate& certificate, policy::Facts& facts);

    Core& core_;
    db::Session& session_;
    const policy::PolicySet& policies_;
    std::unordered_map<std::string, Role> roles_{};
};

} // namespace chancery::issuance
