#pragma once

#include "core/clock.hpp"
#include "core/metrics.hpp"
#include "server/http/message.hpp"
#include "server/net/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chancery::net {

class Runtime;
class TlsServer;
struct ServerState;

struct ListenerConfig {
    std::vector<std::string> https{}; ///< "host:port", "[::1]:8443"; port 0 lets the system choose
    std::vector<std::string> http{};  ///< the same without TLS, for CRLs, OCSP and health: Request::secure is false
    Limits limits{};
};

/// The HTTP server: accepts, and hands every request to one entry. Must not outlive the runtime, the TLS server, the
/// clock, the registry or what the entry refers to.
class Listener {
public:
    struct Address {
        std::string host;
        std::uint16_t port = 0;
        bool secure = true;
    };

    /// Binds every address and listens; throws std::runtime_error naming the one that cannot be had. `tls` may be null
    /// when there is no HTTPS address. Clients are served from `start()` on; until then they queue.
    Listener(Runtime& runtime, ListenerConfig config, const TlsServer* tls, http::Entry entry, const Clock& clock,
             metrics::Registry& registry);
    /// As `drain(0)`.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start();

    /// Where it listens, with the real ports: HTTPS first, in the order of the configuration.
    const std::vector<Address>& addresses() const { return addresses_; }

    std::size_t open_connections() const;

    /// Stops accepting, closes idle connections, lets every request that has been read finish with "Connection: close",
    /// and after `grace` cuts what is left. Returns how many connections were cut. Blocks; not from a runtime thread.
    /// The runtime must still run. A second call does nothing.
    std::size_t drain(std::chrono::milliseconds grace);

private:
    struct Bound;
    void bind(const std::string& address, bool secure);
    void stop_accepting(std::chrono::steady_clock::time_point deadline);

    std::shared_ptr<ServerState> state_; ///< see ServerState for who shares it
    std::vector<Address> addresses_;
    std::vector<std::unique_ptr<Bound>> bound_; ///< until `start()`
    bool drained_ = false;
};

} // namespace chancery::net
