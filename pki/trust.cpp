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

StackPtr open_others(const std::vector<std::string>& chain)
{
    StackPtr others(check(sk_X509_new_null(), "make a chain"));
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (auto other = open_certificate(chain[i]); other && sk_X509_push(others.get(), other.get()) > 0) {
            static_cast<void>(other.release());
        }
    }
    return others;
}

} // namespace

/// OpenSSL locks a store by itself: verifications on several threads may share it. Nothing about one of them is in it.
struct TrustAnchors::Store {
    Store() : handle(check(X509_STORE_new(), "make a trust store"))
    {
        // An anchor may be an intermediate (RFC 5280 section 6.1: any name and key that one trusts).
        check_one(X509_VERIFY_PARAM_set_flags(X509_STORE_get0_param(handle.get()), X509_V_FLAG_PARTIAL_CHAIN),
                  "set up a trust store");
    }

    StorePtr handle;
};

TrustAnchors::TrustAnchors(std::shared_ptr<Store> store) : store_(std::move(store)) {}

TrustAnchors::TrustAnchors(const std::vector<std::string>& anchors) : store_(std::make_shared<Store>())
{
    for (const auto& der : anchors) {
        if (const auto anchor = open_certificate(der)) {
            X509_STORE_add_cert(store_->handle.get(), anchor.get());
        }
    }
    ERR_clear_error();
}

TrustAnchors TrustAnchors::of_system()
{
    auto store = std::make_shared<Store>();
    check_one(X509_STORE_set_default_paths(store->handle.get()), "read the system's trust anchors");
    ERR_clear_error(); // a system without any is none that failed
    return TrustAnchors(std::move(store));
}

bool TrustAnchors::trust(const std::vector<std::string>& chain, Time at, PathUse use) const
{
    const auto leaf = chain.empty() ? X509Ptr() : open_certificate(chain.front());
    if (!leaf) {
        return false;
    }
    const auto others = open_others(chain);
    const StoreCtxPtr context(check(X509_STORE_CTX_new(), "verify a chain"));
    check_one(X509_STORE_CTX_init(context.get(), store_->handle.get(), leaf.get(), others.get()), "verify a chain");
    X509_STORE_CTX_set_time(context.get(), 0, static_cast<std::time_t>(to_millis(at) / 1000));
    if (use == PathUse::TlsServer) {
        check_one(X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER), "verify a chain");
    }
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return good;
}

TrustAnchors SystemAnchors::current(Time now)
{
    const std::lock_guard lock(mutex_);
    if (!anchors_ || now - read_at_ >= kLifetime || now < read_at_) {
        anchors_ = reader_();
        read_at_ = now;
    }
    return *anchors_;
}

bool may_serve_tls(const std::string& certificate)
{
    const auto leaf = open_certificate(certificate);
    const bool may = leaf && X509_check_purpose(leaf.get(), X509_PURPOSE_SSL_SERVER, 0) == 1;
    ERR_clear_error();
    return may;
}

} // namespace chancery::pki
