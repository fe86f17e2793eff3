#include "server/app/host_prober.hpp"

namespace chancery::app {
namespace asio = boost::asio;
using issuance::hosts::Look;
using issuance::hosts::Seen;

asio::awaitable<std::expected<Seen, std::string>> HostProber::look(Look look)
{
    const auto deadline = std::chrono::steady_clock::now() + look.timeout;
    const auto addresses = co_await addresses_.of(look.host, deadline);
    if (!addresses) {
        co_return std::unexpected(addresses.error().detail);
    }
    std::string why = "no time was left";
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        http::Probe probe{.address = (*addresses)[i],
                          .port = look.port,
                          .server_name = look.server_name,
                          .protocol = {},
                          .timeout = left / static_cast<long long>(addresses->size() - i)};
        if (probe.timeout.count() <= 0) {
            break;
        }
        auto peer = co_await prober_.probe(std::move(probe));
        if (peer && !peer->chain.empty()) {
            co_return Seen{
                .address = (*addresses)[i], .tls_version = std::move(peer->version), .chain = std::move(peer->chain)};
        }
        why = peer ? "it showed no certificate" : peer.error().detail;
    }
    co_return std::unexpected(look.host + ": " + why);
}

} // namespace chancery::app
