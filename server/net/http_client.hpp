#pragma once

#include "server/http/client.hpp"
#include "server/net/tls.hpp"

namespace chancery::net {

/// Fetches on the executor of the coroutine that asks, which must run on one thread. Each fetch is a connection of its
/// own, and one deadline covers all of it, so a server that drips bytes gains nothing.
class HttpClient final : public http::Client {
public:
    HttpClient();
    http::Awaitable<std::expected<http::Response, http::FetchError>> get(http::Fetch fetch) override;

private:
    SslContextPtr tls_;
};

} // namespace chancery::net
