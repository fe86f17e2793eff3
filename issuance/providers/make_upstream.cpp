#include "issuance/providers/est.hpp"
#include "issuance/providers/secrets.hpp"
#include "issuance/providers/upstream.hpp"

#include <stdexcept>

namespace chancery::issuance::providers {

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
        case ProviderKind::Digicert:
        case ProviderKind::Globalsign:
        case ProviderKind::LocalPki:
        case ProviderKind::Manual:
            return nullptr;
    }
    return nullptr;
}

} // namespace chancery::issuance::providers
