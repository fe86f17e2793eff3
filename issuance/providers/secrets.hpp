#pragma once

#include "issuance/providers/kinds.hpp"
#include "pki/key_store.hpp"

namespace chancery::issuance::providers {

/// The secrets of a provider, for its `sealed_secrets`; bound to its id. Empty text for no secrets.
std::string seal_secrets(const pki::KeyStore& keys, const std::string& provider_id, const Secrets& secrets);
/// Throws std::runtime_error, without a secret in it, when they were sealed under another key or for another provider.
Secrets open_secrets(const pki::KeyStore& keys, const Provider& provider);

} // namespace chancery::issuance::providers
