#pragma once

#include "server/http/router.hpp"
#include "server/net/listener.hpp"
#include "server/net/runtime.hpp"
#include "server/net/tls.hpp"
#include "tests/support/test_certificate.hpp"
#include "tests/support/wire_client.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace chancery::test {

/// The certificate of every HttpServer, for the name "first".
const TestCertificate& first_certificate();

/// A listener with TLS and one without, with routes that do what handlers may do.
struct HttpServer {
    explicit HttpServer(net::Limits limits = {});
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port(WireClient::Use use) const
    {
        return listener->addresses().at(use == WireClient::Use::Tls ? 0 : 1).port;
    }

    SystemClock clock;
    metrics::Registry registry;
    net::Runtime runtime{2};
    net::TlsServer tls{first_certificate().pem, first_certificate().key_pem, net::ClientCertificates::Requested};
    http::Router router;
    std::atomic<int> running{0};  ///< requests that a slow handler has begun
    std::atomic<int> answered{0}; ///< and ended
    std::atomic<int> sent{0};     ///< answers of /after that were sent, or could not be
    std::unique_ptr<net::Listener> listener;

private:
    void add_plain_routes();
    void add_slow_routes();
    void add_odd_routes();
    void add_streams();
};

/// A GET as bytes.
std::string get_request(const std::string& target, const std::string& fields = "");
/// The status that a server answers these bytes with, 0 when it answers nothing.
int status_of(const HttpServer& server, const std::string& bytes);
/// Waits for what another thread brings about; the deadline only ends a failing test.
bool eventually(const std::function<bool()>& condition);

} // namespace chancery::test
