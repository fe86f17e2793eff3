#pragma once

#include "acme/validation/address_policy.hpp"
#include "acme/validation/resolver.hpp"
#include "issuance/providers/outbound.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <string>
#include <vector>

namespace chancery::app {

/// Where a host may be connected to: names are resolved here and every address is put before the policy; who connects
/// to an address from here is led nowhere else by a name that changes in between.
class GuardedAddresses {
public:
    /// `setting` is the configuration's key that allows reserved networks, for the error.
    GuardedAddresses(acme::Resolver& resolver, const std::vector<std::string>& allowed_networks, std::string setting)
        : resolver_(resolver), policy_(allowed_networks), setting_(std::move(setting))
    {
    }

    /// The first of each family among those that are allowed; Refused when there are only others, Unreachable when
    /// there are none, or they could not be learnt.
    boost::asio::awaitable<std::expected<std::vector<std::string>, issuance::providers::OutboundError>>
    of(std::string host, acme::Deadline deadline);

private:
    acme::Resolver& resolver_;
    acme::AddressPolicy policy_;
    std::string setting_;
};

} // namespace chancery::app
