#include "bench/load/http01_responder.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chancery::bench {
namespace {

void watch(int poll, int descriptor)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

} // namespace

Http01Responder::Http01Responder(std::uint16_t port)
    : poll_(::epoll_create1(EPOLL_CLOEXEC)), stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    listen_on(AF_INET, port);
    listen_on(AF_INET6, port);
    if (listeners_.empty()) {
        throw std::runtime_error("cannot listen on port " + std::to_string(port) + ": " + std::strerror(errno));
    }
    watch(poll_, stop_event_);
    thread_ = std::thread([this] { serve(); });
}

Http01Responder::~Http01Responder()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_event_, &one, sizeof one);
    thread_.join();
    for (const int listener : listeners_) {
        ::close(listener);
    }
    for (const auto& [connection, request] : requests_) {
        ::close(connection);
    }
    ::close(stop_event_);
    ::close(poll_);
}

void Http01Responder::listen_on(int family, std::uint16_t port)
{
    const int listener = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    const auto* address = family == AF_INET ? static_cast<const void*>(&v4) : static_cast<const void*>(&v6);
    const socklen_t size = family == AF_INET ? sizeof v4 : sizeof v6;
    if (::bind(listener, static_cast<const sockaddr*>(address), size) != 0 || ::listen(listener, 1024) != 0) {
        ::close(listener);
        return;
    }
    listeners_.insert(listener);
    watch(poll_, listener);
}

void Http01Responder::answer(std::string token, std::string key_authorization)
{
    const std::lock_guard lock(mutex_);
    answers_[std::move(token)] = std::move(key_authorization);
}

void Http01Responder::forget(const std::string& token)
{
    const std::lock_guard lock(mutex_);
    answers_.erase(token);
}

void Http01Responder::serve()
{
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int ready = events[static_cast<std::size_t>(i)].data.fd;
            if (ready == stop_event_) {
                return;
            }
            if (listeners_.contains(ready)) {
                accept_all(ready);
            } else {
                read_request(ready);
            }
        }
    }
}

void Http01Responder::accept_all(int listener)
{
    for (;;) {
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection < 0) {
            return;
        }
        requests_[connection];
        watch(poll_, connection);
    }
}

void Http01Responder::read_request(int connection)
{
    std::array<char, 2048> buffer{};
    auto& request = requests_[connection];
    const auto size = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (size > 0) {
        request.append(buffer.data(), static_cast<std::size_t>(size));
        if (request.find("\r\n\r\n") == std::string::npos && request.size() < 16'384) {
            return;
        }
        const auto response = response_to(request);
        ::send(connection, response.data(), response.size(), MSG_NOSIGNAL);
    } else if (size < 0 && errno == EAGAIN) {
        return;
    }
    requests_.erase(connection);
    ::close(connection);
}

std::string Http01Responder::response_to(const std::string& request)
{
    constexpr std::string_view kPrefix = "GET /.well-known/acme-challenge/";
    std::string body;
    if (request.starts_with(kPrefix)) {
        const auto token = request.substr(kPrefix.size(), request.find(' ', kPrefix.size()) - kPrefix.size());
        const std::lock_guard lock(mutex_);
        if (const auto found = answers_.find(token); found != answers_.end()) {
            body = found->second;
        }
    }
    return std::string(body.empty() ? "HTTP/1.1 404 Not Found" : "HTTP/1.1 200 OK") +
           "\r\nContent-Type: application/octet-stream\r\nConnection: close\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace chancery::bench
