#include "issuance/providers/acme_ca/acme_ca.hpp"
#include "issuance/providers/digicert.hpp"
#include "issuance/providers/est.hpp"
#include "issuance/providers/globalsign.hpp"
#include "issuance/providers/secrets.hpp"
#include "issuance/providers/upstream.hpp"

#include <stdexcept>

namespace chancery::issuance::providers {

boost::asio::awaitable<std::expected<RenewalWindow, Failed>> Upstream::renewal_window(std::string /*certificate*/)
{
    co_return std::unexpected(Failed{});
}

std::unique_ptr<Upstream> make_upstream(Core& core, const Provider& provider)
{
    if (core.outbound == nullptr) {
        throw std::runtime_error("nothing may leave this process");
    }
    auto secrets = open_secrets(core.keys, provider);
    switch (provider.kind) {
        case ProviderKind::Est:
            return std::make_unique<EstUpstream>(core.clock, *core.outbound, provider, std::move(secrets));
        case ProviderKind::Acme:
            return std::make_unique<AcmeCa>(core, provider, std::move(secrets));
        case ProviderKind::Digicert:
            return std::make_unique<Digicert>(core.clock, *core.outbound, provider, std::move(secrets));
        case ProviderKind::Globalsign:
            return std::make_unique<Globalsign>(core.clock, *core.outbound, provider, std::move(secrets));
        case ProviderKind::LocalPki:
        case ProviderKind::Manual:
            return nullptr;
    }
    return nullptr;
}

} // namespace chancery::issuance::providers
