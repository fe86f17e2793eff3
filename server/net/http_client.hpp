#pragma once

#include "server/http/client.hpp"
#include "server/net/tls.hpp"

#include <expected>
#include <mutex>
#include <string>

namespace chancery::net {

/// Fetches on the executor of the coroutine that asks, which must run on one thread. Each fetch is a connection of its
/// own, and one deadline covers all of it, so a server that drips bytes gains nothing.
class HttpClient final : public http::Client {
public:
    HttpClient();
    http::Awaitable<std::expected<http::Response, http::FetchError>> get(http::Fetch fetch) override;

private:
    std::expected<SslPtr, std::string> make_tls(const http::Fetch& fetch);

    SslContextPtr tls_;
    std::mutex mutex_;
    SslContextPtr system_; ///< with the system's trust anchors, which take long to read; made when first needed
};

} // namespace chancery::net
