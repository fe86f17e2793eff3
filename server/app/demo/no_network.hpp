#pragma once

#include "acme/validation/resolver.hpp"
#include "server/http/client.hpp"
#include "server/http/tls_prober.hpp"

namespace chancery::app::demo {

/// The outside world of a past that is played: nobody can be asked any more, so nothing leaves the process.
class NoNetwork final : public http::Client, public http::TlsProber, public acme::Resolver {
public:
    http::Awaitable<std::expected<http::Response, http::FetchError>> get(http::Fetch fetch) override;
    http::Awaitable<std::expected<http::TlsPeer, http::FetchError>> probe(http::Probe probe) override;
    http::Awaitable<acme::DnsAnswer<std::vector<std::string>>> addresses(std::string name, acme::AddressFamily family,
                                                                         acme::Deadline deadline) override;
    http::Awaitable<acme::DnsAnswer<std::vector<std::string>>> texts(std::string name,
                                                                     acme::Deadline deadline) override;
    http::Awaitable<acme::DnsAnswer<std::vector<acme::CaaRecord>>> caa(std::string name,
                                                                       acme::Deadline deadline) override;
};

} // namespace chancery::app::demo
