#include "server/net/response_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <string>

namespace chancery::net {
namespace beast_http = boost::beast::http;

namespace {

constexpr std::size_t kShortestChunkedBody = std::string_view("0\r\n\r\n").size();

} // namespace

ResponseParser::ResponseParser(http::Response& response, std::size_t max_header, std::size_t max_body)
    : response_(response), max_header_(max_header), max_body_(max_body)
{
    eager(true);
    header_limit(static_cast<std::uint32_t>(max_header));
    body_limit(boost::none); // a longer body is not an error here; reading just stops
}

std::size_t ResponseParser::put(boost::asio::const_buffer bytes, boost::system::error_code& error)
{
    if (header_done_ && chunked() && !chunk_seen_ && bytes.size() < kShortestChunkedBody) {
        error = beast_http::error::need_more;
        return 0;
    }
    return basic_parser::put(bytes, error);
}

void ResponseParser::count(std::size_t bytes, Error& error)
{
    header_bytes_ += bytes;
    if (header_bytes_ > max_header_) {
        error = beast_http::error::header_limit;
    }
}

void ResponseParser::on_request_impl(beast_http::verb /*verb*/, Text /*method*/, Text /*target*/, int /*version*/,
                                     Error& error)
{
    error = beast_http::error::bad_version; // never called for responses
}

void ResponseParser::on_response_impl(int code, Text reason, int /*version*/, Error& error)
{
    response_.status = code;
    count(reason.size(), error);
}

void ResponseParser::on_field_impl(beast_http::field /*field*/, Text name, Text value, Error& error)
{
    count(name.size() + value.size() + std::string_view(": \r\n").size(), error);
    if (!error && !header_done_) {
        response_.fields.add(std::string(name), std::string(value));
    }
}

void ResponseParser::on_header_impl(Error& /*error*/)
{
    header_done_ = true;
}

void ResponseParser::on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, Error& error)
{
    on_body_impl({}, error); // nothing wanted at all is full at once
}

std::size_t ResponseParser::on_body_impl(Text body, Error& error)
{
    const auto taken = std::min(body.size(), max_body_ - response_.body.size());
    response_.body.append(body.data(), taken);
    if (response_.body.size() == max_body_) {
        full_ = true;
        error = beast_http::error::end_of_stream; // the way to leave the parser early
    }
    return body.size();
}

void ResponseParser::on_chunk_header_impl(std::uint64_t /*size*/, Text extensions, Error& error)
{
    chunk_seen_ = true;
    count(extensions.size(), error);
}

std::size_t ResponseParser::on_chunk_body_impl(std::uint64_t /*remain*/, Text body, Error& error)
{
    return on_body_impl(body, error);
}

void ResponseParser::on_finish_impl(Error& /*error*/) {}

} // namespace chancery::net
