#pragma once

#include "core/clock.hpp"
#include "core/model/identity.hpp"
#include "core/model/order.hpp"
#include "core/model/policy.hpp"
#include "core/model/x509.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::issuance::policy {

/// The final to-be-signed content and its circumstances: all that a rule may look at.
struct Facts {
    PolicyAction action{};
    Subject subject{};
    std::vector<Name> names{};
    std::optional<KeyType> key{}; ///< nothing in an evaluation that names no key: rules about keys then fail
    std::vector<KeyUsage> key_usage{};
    std::vector<ExtendedKeyUsage> extended_key_usage{};
    Digest digest{};
    Time valid_from{};
    Time valid_to{};
    bool asks_for_ca = false;
    Actor requester{};
    Role role = Role::User;
    std::string acme_account_id{};
    std::string provider_id{};
    std::string authority_id{}; ///< the CA that is to sign; empty for one outside
    Pathway pathway{};
    std::vector<std::string> tags{};
    std::string renews_certificate{};              ///< id of the certificate that a renewal replaces
    std::string resubmission_of{};                 ///< id of the failed order that is submitted again
    Time judged_at{};                              ///< now: what waivers expire by
    long long certificates_with_key = 0;           ///< in the inventory already
    long long active_certificates_with_names = 0;  ///< unexpired, unrevoked, exactly these names
    std::optional<long long> days_before_expiry{}; ///< of the certificate being renewed
    bool renews_same_names = false;                ///< it has exactly these names
    Actor renewed_for{};                           ///< whose it is
};

} // namespace chancery::issuance::policy
