#include "tests/support/http_server.hpp"

#include "server/http/middleware.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <thread>

namespace chancery::test {
namespace {

using namespace std::chrono_literals;
using Answer = http::Awaitable<http::Response>;

http::Awaitable<void> pause(std::chrono::milliseconds time)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

} // namespace

const TestCertificate& first_certificate()
{
    static const auto made = make_certificate("first");
    return made;
}

HttpServer::HttpServer(net::Limits limits)
{
    add_plain_routes();
    add_slow_routes();
    add_odd_routes();
    listener = std::make_unique<net::Listener>(
        runtime, net::ListenerConfig{.https = {"127.0.0.1:0"}, .http = {"127.0.0.1:0"}, .limits = limits}, &tls,
        http::with_middleware(router, {.access_log = false}, clock, registry), clock, registry);
    listener->start();
}

HttpServer::~HttpServer()
{
    listener.reset();
    runtime.stop();
    runtime.join();
}

void HttpServer::add_plain_routes()
{
    router.add("GET", "/hello", [](const http::Request& request) -> Answer {
        co_return http::text_response(200, request.secure ? "hello, safely" : "hello");
    });
    router.add("GET", "/peer", [](const http::Request& request) -> Answer {
        co_return http::text_response(200, request.peer_certificate);
    });
    router.add("POST", "/echo",
               [](const http::Request& request) -> Answer { co_return http::text_response(200, request.body); });
    router.add("GET", "/large",
               [](const http::Request&) -> Answer { co_return http::text_response(200, std::string(3'000'000, 'x')); });
    router.add("GET", "/host", [](const http::Request& request) -> Answer {
        co_return http::text_response(200, std::string(request.header("host")) + ' ' + request.target);
    });
    router.add("GET", "/fields", [](const http::Request& request) -> Answer {
        std::string names;
        for (const auto& [name, value] : request.fields) {
            names += name + '=' + value + ';';
        }
        co_return http::text_response(200, names);
    });
}

void HttpServer::add_slow_routes()
{
    router.add("GET", "/slow", [this](const http::Request&) -> Answer {
        ++running;
        co_await pause(300ms);
        ++answered;
        co_return http::text_response(200, "slow");
    });
    router.add("GET", "/never", [this](const http::Request&) -> Answer {
        ++running;
        co_await pause(1h);
        co_return http::Response{};
    });
    router.add("GET", "/after", [this](const http::Request&) -> Answer {
        auto response = http::text_response(200, "x");
        response.after_sending = [this] { ++sent; };
        co_return response;
    });
}

namespace {

/// A response of `pieces` pieces ("0,", "1,", …), the fifth of which is empty.
http::Response counted(int pieces, const std::function<void(int)>& at_piece)
{
    http::Response response;
    response.with("Content-Type", "text/plain");
    response.stream = [pieces, at_piece,
                       number = std::make_shared<int>(0)]() -> http::Awaitable<std::optional<std::string>> {
        const int one = (*number)++;
        at_piece(one);
        co_return one >= pieces ? std::nullopt : std::optional(one == 5 ? "" : std::to_string(one) + ',');
    };
    return response;
}

} // namespace

void HttpServer::add_streams()
{
    router.add("GET", "/stream", [](const http::Request&) -> Answer { co_return counted(10, [](int) {}); });
    router.add("GET", "/broken-stream", [](const http::Request&) -> Answer {
        co_return counted(10, [](int one) {
            if (one == 3) {
                throw std::runtime_error("the secret reason");
            }
        });
    });
    router.add("GET", "/endless", [this](const http::Request&) -> Answer {
        http::Response response;
        response.stream = [this]() -> http::Awaitable<std::optional<std::string>> {
            ++running;
            co_await pause(20ms);
            co_return running == 1 ? "first" : "";
        };
        co_return response;
    });
}

void HttpServer::add_odd_routes()
{
    add_streams();
    router.add("GET", "/injection", [](const http::Request&) -> Answer {
        auto response = http::empty_response(204);
        response.with("X-Name", "a\r\nSet-Cookie: b=c");
        co_return response;
    });
    router.add("GET", "/redirect", [](const http::Request&) -> Answer {
        auto response = http::empty_response(302);
        response.with("Location", "/hello");
        co_return response;
    });
    router.add("GET", "/broken", [](const http::Request&) -> Answer {
        throw std::runtime_error("the secret reason");
        co_return http::Response{};
    });
}

std::string get_request(const std::string& target, const std::string& fields)
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

int status_of(const HttpServer& server, const std::string& bytes)
{
    WireClient client(server.port(WireClient::Use::Plain), WireClient::Use::Plain);
    client.send(bytes);
    const auto answer = client.receive();
    return answer ? answer->status : 0;
}

bool eventually(const std::function<bool()>& condition)
{
    for (int i = 0; i < 1000 && !condition(); ++i) {
        std::this_thread::sleep_for(5ms);
    }
    return condition();
}

} // namespace chancery::test
