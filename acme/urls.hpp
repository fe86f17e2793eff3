#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chancery::acme {

/// The URLs of one ACME server, absolute, under the configured public URL.
class Urls {
public:
    Urls(std::string_view public_url, std::string_view slug)
        : base_(std::string(public_url) + "/acme/" + std::string(slug) + '/')
    {
    }

    std::string directory() const { return base_ + "directory"; }

    std::string new_nonce() const { return base_ + "new-nonce"; }

    std::string new_account() const { return base_ + "new-account"; }

    std::string new_authorization() const { return base_ + "new-authz"; }

    /// What a certID is appended to, after a slash (RFC 9773 section 4.1).
    std::string renewal_info() const { return base_ + "renewal-info"; }

    /// A page for people: what this server limits.
    std::string limits() const { return base_ + "limits"; }

    /// A page for people: agreeing to changed terms of service.
    std::string terms(std::string_view token) const { return base_ + "terms/" + std::string(token); }

    std::string new_order() const { return base_ + "new-order"; }

    std::string revoke_cert() const { return base_ + "revoke-cert"; }

    std::string key_change() const { return base_ + "key-change"; }

    std::string account(std::string_view id) const { return base_ + "account/" + std::string(id); }

    std::string account_orders(std::string_view id) const { return account(id) + "/orders"; }

    std::string order(std::string_view id) const { return base_ + "order/" + std::string(id); }

    std::string finalize(std::string_view id) const { return order(id) + "/finalize"; }

    std::string authorization(std::string_view id) const { return base_ + "authorization/" + std::string(id); }

    std::string challenge(std::string_view id) const { return base_ + "challenge/" + std::string(id); }

    std::string certificate(std::string_view id) const { return base_ + "certificate/" + std::string(id); }

    /// The certificate under another chain; 0 is the one above.
    std::string certificate(std::string_view id, std::size_t chain) const
    {
        return chain == 0 ? certificate(id) : certificate(id) + "/chain/" + std::to_string(chain);
    }

private:
    std::string base_;
};

/// `<url>;rel="relation"`, without a space: clients match it literally. One field for each relation.
inline std::string link(std::string_view url, std::string_view relation)
{
    return '<' + std::string(url) + ">;rel=\"" + std::string(relation) + '"';
}

} // namespace chancery::acme
