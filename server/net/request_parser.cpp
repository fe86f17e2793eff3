#include "server/net/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace chancery::net {
namespace beast_http = boost::beast::http;

namespace {

/// Memory that a declared length alone may claim; beyond it the body grows as its bytes arrive.
constexpr std::uint64_t kTrustedLength = 64 * 1024;

constexpr std::size_t kShortestChunkedBody = std::string_view("0\r\n\r\n").size();

bool is_graphic(char c)
{
    return c > ' ' && c < '\x7f';
}

/// RFC 9110 section 7.2: host and optional port, which is nothing a path, a query or user information fits into.
bool is_authority(boost::beast::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_graphic(c) && std::string_view("/?#@\\\"<>^`{|}").find(c) == std::string_view::npos;
    });
}

} // namespace

RequestParser::RequestParser(http::Request& request, const Limits& limits) : request_(request), limits_(limits)
{
    eager(true);
    header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
    body_limit(limits.max_body_bytes);
}

std::size_t RequestParser::put(boost::asio::const_buffer bytes, boost::system::error_code& error)
{
    if (header_done_ && chunked() && !chunk_seen_ && bytes.size() < kShortestChunkedBody) {
        error = beast_http::error::need_more;
        return 0;
    }
    return basic_parser::put(bytes, error);
}

int RequestParser::refusal(boost::system::error_code error) const
{
    if (refusal_ != 0) {
        return refusal_;
    }
    if (error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow) {
        return 431;
    }
    return error == beast_http::error::body_limit ? 413 : 400;
}

void RequestParser::refuse(int status, Error& error)
{
    refusal_ = status;
    error = beast_http::error::bad_value;
}

/// The parser's own limit starts anew with each piece that arrives; this one is for the whole header.
void RequestParser::count(std::size_t bytes, Error& error)
{
    header_bytes_ += bytes;
    if (header_bytes_ > limits_.max_header_bytes) {
        error = beast_http::error::header_limit;
    }
}

/// Origin form as it is; of the absolute form, which a server must accept (RFC 9112 section 3.2.2), what follows the
/// authority.
bool RequestParser::take_target(Text target)
{
    std::string text(target);
    if (!text.starts_with('/')) {
        const auto scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
        const auto path = std::min(text.find_first_of("/?", static_cast<std::size_t>(scheme)), text.size());
        const auto authority =
            Text(text).substr(static_cast<std::size_t>(scheme), path - static_cast<std::size_t>(scheme));
        if (scheme == 0 || authority.empty() || !is_authority(authority)) {
            return false;
        }
        absolute_ = true;
        request_.fields.add("Host", std::string(authority));
        text = text.substr(path);
        if (!text.starts_with('/')) {
            text.insert(0, 1, '/');
        }
    }
    auto parsed = http::parse_target(text);
    if (!parsed || !std::all_of(text.begin(), text.end(), is_graphic)) {
        return false;
    }
    request_.target = std::move(text);
    request_.path = std::move(parsed->path);
    request_.query = std::move(parsed->query);
    return true;
}

void RequestParser::on_request_impl(Verb verb, Text method, Text target, int version, Error& error)
{
    version_ = version;
    head_ = verb == Verb::head;
    request_.method = std::string(method);
    count(method.size() + target.size() + std::string_view("  HTTP/1.1\r\n").size(), error);
    if (error) {
        return;
    }
    if (verb == Verb::connect || verb == Verb::trace) {
        return refuse(501, error);
    }
    if (!take_target(target)) {
        refuse(400, error);
    }
}

void RequestParser::on_response_impl(int /*code*/, Text /*reason*/, int /*version*/, Error& error)
{
    refuse(400, error); // never called for requests
}

/// Fields that decide where the message ends, or whom it is for, must leave no choice.
void RequestParser::check_framing(Field field, Text value, Error& error)
{
    switch (field) {
        case Field::host:
            if (++hosts_ > 1 || !is_authority(value)) {
                refuse(400, error);
            }
            break;
        case Field::content_length:
            if (++lengths_ > 1 || value.find(',') != Text::npos) {
                refuse(400, error);
            }
            break;
        case Field::transfer_encoding:
            if (is_old()) {
                refuse(400, error);
            } else if (!boost::beast::iequals(value, "chunked")) {
                refuse(501, error);
            }
            break;
        case Field::expect:
            if (is_old()) {
                break; // RFC 9110 section 10.1.1: to be ignored there
            }
            if (!boost::beast::iequals(value, "100-continue")) {
                refuse(417, error);
            }
            expects_continue_ = true;
            break;
        default:
            break;
    }
}

void RequestParser::on_field_impl(Field field, Text name, Text value, Error& error)
{
    count(name.size() + value.size() + std::string_view(": \r\n").size(), error);
    if (!error && ++fields_ > limits_.max_header_fields) {
        error = beast_http::error::header_limit;
    }
    if (error || header_done_) {
        return; // trailers are counted and dropped: none of them may pass for a header field
    }
    check_framing(field, value, error);
    if (!error && !(absolute_ && field == Field::host)) {
        request_.fields.add(std::string(name), std::string(value));
    }
}

void RequestParser::on_header_impl(Error& error)
{
    header_done_ = true;
    if (hosts_ == 0 && !is_old()) {
        refuse(400, error);
    }
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& /*error*/)
{
    request_.body.reserve(static_cast<std::size_t>(std::min(length.value_or(0), kTrustedLength)));
}

std::size_t RequestParser::on_body_impl(Text body, Error& /*error*/)
{
    expects_continue_ = false;
    request_.body.append(body.data(), body.size());
    return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t /*size*/, Text extensions, Error& error)
{
    chunk_seen_ = true;
    expects_continue_ = false;
    count(extensions.size(), error); // extensions mean nothing here, so only their bulk matters
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t /*remain*/, Text body, Error& error)
{
    return on_body_impl(body, error);
}

void RequestParser::on_finish_impl(Error& /*error*/) {}

} // namespace chancery::net
