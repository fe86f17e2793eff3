#pragma once

#include "issuance/hosts/prober.hpp"
#include "server/app/guarded_addresses.hpp"
#include "server/http/tls_prober.hpp"

namespace chancery::app {

/// Looks at hosts whose addresses the policy allows: the first that answers.
class HostProber final : public issuance::hosts::Prober {
public:
    HostProber(http::TlsProber& prober, acme::Resolver& resolver, const std::vector<std::string>& allowed_networks)
        : prober_(prober), addresses_(resolver, allowed_networks, "host_checks.allowed_networks")
    {
    }

    boost::asio::awaitable<std::expected<issuance::hosts::Seen, std::string>> look(issuance::hosts::Look look) override;

private:
    http::TlsProber& prober_;
    GuardedAddresses addresses_;
};

} // namespace chancery::app
