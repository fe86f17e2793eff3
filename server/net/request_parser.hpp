#pragma once

#include "server/http/message.hpp"
#include "server/net/limits.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace chancery::net {

/// Reads one request straight into an `http::Request`, without the header container and the second copy that Beast's
/// own request parser would make, and refuses what two servers could read differently (RFC 9112
/// sections 3.2, 6.1, 11.2).
class RequestParser final : public boost::beast::http::basic_parser<true> {
public:
    RequestParser(http::Request& request, const Limits& limits);

    /// As in the base. Of a chunked body it waits for the five bytes that the shortest one has: the base fails an
    /// assertion where "0", CR, LF and only one of the two bytes after them are here.
    std::size_t put(boost::asio::const_buffer bytes, boost::system::error_code& error);

    /// What to answer after `put` failed for another reason than missing bytes.
    int refusal(boost::system::error_code error) const;

    /// Whether the client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1). True once.
    bool take_expectation() { return is_header_done() && !is_done() && std::exchange(expects_continue_, false); }

    bool is_head() const { return head_; }

    /// HTTP/1.0 keeps a connection only when both sides say so.
    bool is_old() const { return version_ < 11; }

private:
    using Error = boost::beast::error_code;
    using Text = boost::beast::string_view;
    using Verb = boost::beast::http::verb;
    using Field = boost::beast::http::field;

    void on_request_impl(Verb verb, Text method, Text target, int version, Error& error) override;
    void on_response_impl(int code, Text reason, int version, Error& error) override;
    void on_field_impl(Field field, Text name, Text value, Error& error) override;
    void on_header_impl(Error& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, Error& error) override;
    std::size_t on_body_impl(Text body, Error& error) override;
    void on_chunk_header_impl(std::uint64_t size, Text extensions, Error& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, Error& error) override;
    void on_finish_impl(Error& error) override;

    void refuse(int status, Error& error);
    void count(std::size_t bytes, Error& error);
    void check_framing(Field field, Text value, Error& error);
    bool take_target(Text target);

    http::Request& request_;
    const Limits& limits_;
    std::size_t header_bytes_ = 0;
    std::size_t fields_ = 0;
    int version_ = 11;
    int refusal_ = 0;
    int hosts_ = 0;
    int lengths_ = 0;
    bool absolute_ = false; ///< the target named an authority, which then counts instead of Host
    bool header_done_ = false;
    bool chunk_seen_ = false;
    bool expects_continue_ = false;
    bool head_ = false;
};

} // namespace chancery::net
