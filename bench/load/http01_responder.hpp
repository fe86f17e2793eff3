#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>

namespace chancery::bench {

/// Answers /.well-known/acme-challenge/{token} on the loopback addresses, one thread for all connections.
class Http01Responder {
public:
    /// Binds 127.0.0.1 and, where there is one, ::1. Throws std::runtime_error when the port is taken.
    explicit Http01Responder(std::uint16_t port);
    ~Http01Responder();
    Http01Responder(const Http01Responder&) = delete;
    Http01Responder& operator=(const Http01Responder&) = delete;

    void answer(std::string token, std::string key_authorization);
    void forget(const std::string& token);

private:
    void listen_on(int family, std::uint16_t port);
    void serve();
    void accept_all(int listener);
    void read_request(int connection);
    std::string response_to(const std::string& request);

    int poll_ = -1;
    int stop_event_ = -1;
    std::set<int> listeners_;
    std::unordered_map<int, std::string> requests_;
    std::mutex mutex_;
    std::unordered_map<std::string, std::string> answers_;
    std::thread thread_;
};

} // namespace chancery::bench
