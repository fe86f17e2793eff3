#pragma once

#include "acme/settings.hpp"
#include "acme/validation/address_policy.hpp"
#include "acme/validation/resolver.hpp"
#include "core/clock.hpp"
#include "server/http/client.hpp"
#include "server/http/tls_prober.hpp"

namespace chancery::acme {

/// What validation works with; references outlive it.
struct ValidationTools {
    const AcmeSettings& settings;
    const AddressPolicy& addresses;
    http::Client& client;
    http::TlsProber& prober;
    Resolver& resolver;
    const Clock& clock;
};

} // namespace chancery::acme
