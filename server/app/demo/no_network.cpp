#include "server/app/demo/no_network.hpp"

namespace chancery::app::demo {
namespace {

std::unexpected<http::FetchError> unreachable()
{
    return std::unexpected(
        http::FetchError{.kind = http::FetchError::Kind::Connect, .detail = "the network is unreachable"});
}

std::unexpected<acme::DnsFailure> unanswered()
{
    return std::unexpected(
        acme::DnsFailure{.kind = acme::DnsFailure::Kind::Timeout, .detail = "no name server answered in time"});
}

} // namespace

http::Awaitable<std::expected<http::Response, http::FetchError>> NoNetwork::get(http::Fetch /*fetch*/)
{
    co_return unreachable();
}

http::Awaitable<std::expected<http::TlsPeer, http::FetchError>> NoNetwork::probe(http::Probe /*probe*/)
{
    co_return unreachable();
}

http::Awaitable<acme::DnsAnswer<std::vector<std::string>>>
NoNetwork::addresses(std::string /*name*/, acme::AddressFamily /*family*/, acme::Deadline /*deadline*/)
{
    co_return unanswered();
}

http::Awaitable<acme::DnsAnswer<std::vector<std::string>>> NoNetwork::texts(std::string /*name*/,
                                                                            acme::Deadline /*deadline*/)
{
    co_return unanswered();
}

http::Awaitable<acme::DnsAnswer<std::vector<acme::CaaRecord>>> NoNetwork::caa(std::string /*name*/,
                                                                              acme::Deadline /*deadline*/)
{
    co_return unanswered();
}

} // namespace chancery::app::demo
