#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTTP as a door sees it: RFC 9110 semantics, no connection, no Beast type.
namespace chancery::http {

template <class T> using Awaitable = boost::asio::awaitable<T>;

/// Header fields in order. Names compare without case (RFC 9110 section 5.1).
class Fields {
public:
    /// The first field of that name, or nothing.
    std::optional<std::string_view> find(std::string_view name) const;
    /// Adds a field beside those of the same name.
    void add(std::string name, std::string value);
    /// Replaces every field of that name.
    void set(std::string name, std::string value);

    bool contains(std::string_view name) const { return find(name).has_value(); }

    auto begin() const { return fields_.begin(); }

    auto end() const { return fields_.end(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
    std::string method; ///< "GET", upper case
    std::string target; ///< origin form as received: path and query
    std::string path;   ///< the target's path; percent-decoding happens per segment, in the router
    Fields fields;
    std::string body;
    std::string peer;       ///< the client's address without port
    std::string request_id; ///< ours; returned as X-Request-Id
    bool secure = true;     ///< arrived over TLS
    /// DER of the certificate that the client showed and whose key it proved to have; nobody has judged it. Mostly
    /// empty.
    std::string peer_certificate{};
    std::string_view route{}; ///< the pattern that matched, owned by the router; empty when none did

    std::vector<std::pair<std::string, std::string>> query;           ///< decoded members in order
    std::vector<std::pair<std::string, std::string>> path_parameters; ///< filled in by the router, decoded

    std::string_view header(std::string_view name) const { return fields.find(name).value_or(""); }

    /// The decoded path parameter; throws std::logic_error when the route has none of that name.
    const std::string& parameter(std::string_view name) const;
    /// The first query member of that name, decoded, or nothing.
    std::optional<std::string> query_value(std::string_view name) const;
    /// The value of a cookie (RFC 6265), or nothing.
    std::optional<std::string> cookie(std::string_view name) const;
    /// The media type of Content-Type, lower case, without parameters.
    std::string media_type() const;
};

/// Makes a body piece by piece while it is sent: nothing ends it. The next piece is asked for once the one before it
/// was handed to the socket, so a slow reader holds one piece. An empty piece sends nothing and lets the connection
/// look whether it should end. A producer that throws ends the connection without the end of the body, so that the peer
/// knows.
using BodyProducer = std::function<Awaitable<std::optional<std::string>>()>;

struct Response {
    int status = 200;
    Fields fields;
    std::string body;
    /// Instead of `body`: its length is not known beforehand (RFC 9112 section 7.1).
    BodyProducer stream{};
    /// Runs once after the last byte was handed to the socket, or after that failed; for work that must not delay the
    /// answer.
    std::function<void()> after_sending{};

    Response& with(std::string name, std::string value);
};

Response text_response(int status, std::string body, std::string media_type = "text/plain; charset=utf-8");
Response json_response(int status, std::string json, std::string media_type = "application/json");
Response empty_response(int status);

/// Splits a target into path and decoded query; nothing when it is not origin form or a percent escape is broken.
struct Target {
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
};

std::optional<Target> parse_target(std::string_view target);
std::optional<std::string> percent_decode(std::string_view text);
/// Everything but RFC 3986 unreserved characters as %XX.
std::string percent_encode(std::string_view text);

using Handler = std::function<Awaitable<Response>(const Request&)>;

/// What a connection hands each request to: may complete the request (id, parameters) and does not throw. A Handler
/// that does not throw is one.
using Entry = std::function<Awaitable<Response>(Request&)>;

} // namespace chancery::http
