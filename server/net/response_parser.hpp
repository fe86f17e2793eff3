#pragma once

#include "server/http/message.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>

namespace chancery::net {

/// Reads one response of a server that nobody trusts into an `http::Response`, and stops at a number of body bytes.
class ResponseParser final : public boost::beast::http::basic_parser<false> {
public:
    ResponseParser(http::Response& response, std::size_t max_header, std::size_t max_body);

    /// As in the base, with the same patience as `RequestParser::put`.
    std::size_t put(boost::asio::const_buffer bytes, boost::system::error_code& error);

    /// As much of the body as was wanted is here, although more may follow.
    bool is_full() const { return full_; }

    /// 1xx: another response follows (RFC 9110 section 15.2).
    bool is_interim() const { return response_.status < 200; }

private:
    using Error = boost::beast::error_code;
    using Text = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb verb, Text method, Text target, int version, Error& error) override;
    void on_response_impl(int code, Text reason, int version, Error& error) override;
    void on_field_impl(boost::beast::http::field field, Text name, Text value, Error& error) override;
    void on_header_impl(Error& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
    std::size_t on_body_impl(Text body, Error& error) override;
    void on_chunk_header_impl(std::uint64_t size, Text extensions, Error& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, Error& error) override;
    void on_finish_impl(Error& error) override;
    void count(std::size_t bytes, Error& error);

    http::Response& response_;
    std::size_t max_header_;
    std::size_t max_body_;
    std::size_t header_bytes_ = 0;
    bool header_done_ = false;
    bool chunk_seen_ = false;
    bool full_ = false;
};

} // namespace chancery::net
