#include "issuance/providers/secrets.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"

#include <stdexcept>

namespace chancery::issuance::providers {
namespace {

std::string context_of(const std::string& provider_id)
{
    return "provider|" + provider_id;
}

} // namespace

std::string seal_secrets(const pki::KeyStore& keys, const std::string& provider_id, const Secrets& secrets)
{
    if (secrets.empty()) {
        return {};
    }
    json::Writer out;
    out.begin_object();
    for (const auto& [name, secret] : secrets) {
        out.member(name, secret.reveal());
    }
    const Secret text(out.end_object().take());
    return to_base64(keys.seal(text.reveal(), context_of(provider_id)));
}

Secrets open_secrets(const pki::KeyStore& keys, const Provider& provider)
{
    Secrets secrets;
    if (provider.sealed_secrets.empty()) {
        return secrets;
    }
    const auto sealed = from_base64(provider.sealed_secrets);
    const auto text = sealed ? keys.open(*sealed, context_of(provider.id)) : std::nullopt;
    if (!text) {
        throw std::runtime_error("the secrets of provider " + provider.id +
                                 " cannot be opened with the key-encryption key");
    }
    json::Reader in(text->reveal());
    for (const auto& name : in.member_names()) {
        secrets.emplace(name, Secret(in.string(name)));
    }
    return secrets;
}

} // namespace chancery::issuance::providers
