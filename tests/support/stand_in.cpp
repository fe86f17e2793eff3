#include "tests/support/stand_in.hpp"

#include "core/text.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"

#include <algorithm>

namespace chancery::test {

using issuance::providers::OutboundError;
using issuance::providers::OutboundRequest;

boost::asio::awaitable<StandIn::Answer> StandIn::send(OutboundRequest request)
{
    const auto certificate = pki::parse_certificate_text(request.client_certificate);
    const auto key = pki::PrivateKey::from_pem(request.client_key.reveal());
    const bool holds_key = certificate && key && key->public_key().spki() == certificate->key.spki();
    co_return answer(request, holds_key ? certificate->der : std::string());
}

boost::asio::awaitable<std::expected<std::string, OutboundError>>
StandIn::ask_name_server(std::string /*host*/, std::uint16_t /*port*/, std::string /*message*/)
{
    co_return std::unexpected(OutboundError{.kind = OutboundError::Kind::Refused, .detail = "not here"});
}

std::string field(const OutboundRequest& request, std::string_view name)
{
    const auto found =
        std::ranges::find_if(request.fields, [&](const auto& one) { return equal_ignoring_case(one.first, name); });
    return found == request.fields.end() ? "" : found->second;
}

} // namespace chancery::test
