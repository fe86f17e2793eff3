#pragma once

#include "server/http/tls_prober.hpp"
#include "server/net/tls.hpp"

namespace chancery::net {

/// Probes on the executor of the coroutine that asks, which must run on one thread.
class TlsProber final : public http::TlsProber {
public:
    TlsProber();
    http::Awaitable<std::expected<http::TlsPeer, http::FetchError>> probe(http::Probe probe) override;

private:
    SslContextPtr tls_;
};

} // namespace chancery::net
