#include "pki/trust.hpp"

#include "pki/openssl_ptr.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace chancery::pki {
namespace {

using StorePtr = std::unique_ptr<X509_STORE, Freer<&X509_STORE_free>>;
using StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, Freer<&X509_STORE_CTX_free>>;

void free_stack(STACK_OF(X509) * stack)
{
    sk_X509_pop_free(stack, X509_free);
}

using StackPtr = std::unique_ptr<STACK_OF(X509), Freer<&free_stack>>;

/// Null for what is no certificate.
X509Ptr open_certificate(const std::string& der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    return certificate;
}

StorePtr new_store(Time at)
{
    StorePtr store(check(X509_STORE_new(), "make a trust store"));
    auto* parameters = X509_STORE_get0_param(store.get());
    X509_VERIFY_PARAM_set_time(parameters, static_cast<std::time_t>(to_millis(at) / 1000));
    check_one(X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN), "set up a trust store");
    return store;
}

bool verifies(X509_STORE& store, const std::vector<std::string>& chain)
{
    const auto leaf = chain.empty() ? X509Ptr() : open_certificate(chain.front());
    if (!leaf) {
        return false;
    }
    const StackPtr others(check(sk_X509_new_null(), "make a chain"));
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (auto other = open_certificate(chain[i]); other && sk_X509_push(others.get(), other.get()) > 0) {
            static_cast<void>(other.release());
        }
    }
    const StoreCtxPtr context(check(X509_STORE_CTX_new(), "verify a chain"));
    check_one(X509_STORE_CTX_init(context.get(), &store, leaf.get(), others.get()), "verify a chain");
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return good;
}

} // namespace

bool leads_to(const std::vector<std::string>& chain, const std::vector<std::string>& anchors, Time at)
{
    const auto store = new_store(at);
    for (const auto& der : anchors) {
        if (const auto anchor = open_certificate(der)) {
            X509_STORE_add_cert(store.get(), anchor.get());
        }
    }
    ERR_clear_error();
    return verifies(*store, chain);
}

bool leads_to_system_anchor(const std::vector<std::string>& chain, Time at)
{
    const auto store = new_store(at);
    check_one(X509_STORE_set_default_paths(store.get()), "read the system's trust anchors");
    return verifies(*store, chain);
}

} // namespace chancery::pki
