#include "core/clock.hpp"
#include "server/http/accept.hpp"
#include "server/http/middleware.hpp"
#include "server/net/request_parser.hpp"
#include "server/net/response_parser.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/run.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace chancery::fuzz {
namespace {

namespace asio = boost::asio;

/// Small, so that inputs reach them.
constexpr net::Limits kLimits{.max_header_bytes = 1024, .max_header_fields = 20, .max_body_bytes = 2048};
constexpr std::size_t kMaxRequests = 8;

/// What one connection yields: requests, then perhaps a refusal.
struct Conversation {
    std::vector<http::Request> requests{};
    int refusal = 0;
};

/// How long a piece is; 0 means that everything arrives at once.
std::size_t piece_of(std::string_view input)
{
    return static_cast<unsigned char>(input.front()) % 64;
}

std::string_view without_empty_lines(std::string_view text)
{
    while (text.starts_with("\r\n")) {
        text.remove_prefix(2);
    }
    return text;
}

/// One request from the front of `wire`, of which `arrived` bytes are there at first; false when it does not end well.
bool take_request(std::string_view& wire, std::size_t& arrived, std::size_t piece, Conversation& out)
{
    http::Request request;
    net::RequestParser parser(request, kLimits);
    for (;;) {
        if (!parser.got_some()) {
            const auto empty = arrived - without_empty_lines(wire.substr(0, arrived)).size();
            wire.remove_prefix(empty);
            arrived -= empty;
        }
        boost::system::error_code error;
        if (parser.got_some() ? arrived > 0 : arrived > 1) {
            // The bytes stand alone, so that a sanitizer sees a step beyond those that have arrived.
            const std::vector<char> bytes(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(arrived));
            const auto used = parser.put(asio::const_buffer(bytes.data(), bytes.size()), error);
            require(used <= arrived, "no more is read than has arrived");
            wire.remove_prefix(used);
            arrived -= used;
        }
        if (error && error != boost::beast::http::error::need_more) {
            out.refusal = parser.refusal(error);
            require(out.refusal >= 400 && out.refusal < 600, "a refusal is an error status");
            return false;
        }
        if (parser.is_done()) {
            out.requests.push_back(std::move(request));
            return true;
        }
        (void)parser.take_expectation();
        if (arrived == wire.size()) {
            return false;
        }
        arrived = piece == 0 ? wire.size() : std::min(arrived + piece, wire.size());
    }
}

Conversation converse(std::string_view wire, std::size_t piece)
{
    Conversation out;
    std::size_t arrived = 0;
    while (out.requests.size() < kMaxRequests && !wire.empty() && take_request(wire, arrived, piece, out)) {
    }
    return out;
}

bool same(const http::Request& one, const http::Request& other)
{
    return one.method == other.method && one.target == other.target && one.path == other.path &&
           one.query == other.query && one.body == other.body && std::ranges::equal(one.fields, other.fields);
}

http::Awaitable<http::Response> answer(const http::Request& request)
{
    for (const auto& [name, value] : request.path_parameters) {
        require(!value.empty() && request.parameter(name).size() == value.size(), "a path parameter is never empty");
    }
    constexpr std::array<std::string_view, 3> kOffered{"application/json", "application/problem+json", "text/csv"};
    (void)http::preferred(request.header("Accept"), kOffered);
    (void)request.cookie("session");
    (void)request.media_type();
    (void)request.query_value("cursor");
    (void)http::trace_id_of(request.header("traceparent"));
    co_return http::text_response(200, request.body);
}

http::Router make_router()
{
    http::Router router;
    for (const auto* pattern : {"/", "/api/v1/certificates", "/api/v1/certificates/{id}", "/api/v1/certificates/search",
                                "/api/v1/domains/{name}/policies/{id}", "/acme/{slug}/directory", "/{a}/{b}/{c}/x"}) {
        router.add("GET", pattern, answer);
    }
    router.add("POST", "/api/v1/certificates", answer);
    router.add("POST", "/acme/{slug}/order/{id}/finalize", answer);
    router.add("HEAD", "/acme/{slug}/new-nonce", answer);
    return router;
}

http::Response serve(http::Request& request)
{
    static const SystemClock kClock;
    static const auto kRouter = make_router();
    static metrics::Registry registry;
    static const auto kEntry = http::with_middleware(kRouter, {.access_log = false}, kClock, registry);
    return test::run(kEntry(request));
}

void check_request(http::Request& request)
{
    require(request.target.starts_with('/') && request.path.starts_with('/'), "a target is in origin form");
    require(request.body.size() <= kLimits.max_body_bytes, "a body keeps to its limit");
    const auto response = serve(request);
    require(response.status != 500, "no request makes the server fail");
}

} // namespace

void request(std::string_view input)
{
    if (input.empty()) {
        return;
    }
    const auto wire = input.substr(1);
    auto whole = converse(wire, 0);
    const auto pieces = converse(wire, std::max<std::size_t>(piece_of(input), 1));
    // Near the limit it matters how much has arrived at once, as white space that is dropped counts only then.
    if (wire.size() < kLimits.max_header_bytes) {
        // Of a header that is not complete yet, more than one piece may tell already that it is wrong.
        require(whole.requests.size() == pieces.requests.size(), "how bytes arrive decides nothing");
        require(std::equal(whole.requests.begin(), whole.requests.end(), pieces.requests.begin(), same),
                "how bytes arrive changes nothing");
    }
    for (auto& request : whole.requests) {
        check_request(request);
    }
}

void response(std::string_view input)
{
    constexpr std::size_t kMaxBody = 512;
    if (input.empty()) {
        return;
    }
    const auto piece = std::max<std::size_t>(piece_of(input), 1);
    auto wire = input.substr(1);
    http::Response response;
    net::ResponseParser parser(response, kLimits.max_header_bytes, kMaxBody);
    boost::system::error_code error;
    for (std::size_t arrived = 0; arrived < wire.size() && !parser.is_full() && !parser.is_done();) {
        arrived = std::min(arrived + piece, wire.size());
        const std::vector<char> bytes(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(arrived));
        error = {};
        const auto used = parser.put(asio::const_buffer(bytes.data(), bytes.size()), error);
        if (error && error != boost::beast::http::error::need_more) {
            return;
        }
        wire.remove_prefix(used);
        arrived -= used;
    }
    if (!parser.is_full() && !parser.is_done() && parser.got_some()) {
        error = {};
        parser.put_eof(error);
    }
    require(response.body.size() <= kMaxBody, "a body keeps to its limit");
}

} // namespace chancery::fuzz
