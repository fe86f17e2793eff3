#pragma once

#include "acme/context.hpp"
#include "core/model/certificate.hpp"

#include <optional>
#include <string>
#include <string_view>

/// ACME Renewal Information (RFC 9773).
namespace chancery::acme {

/// What a certID names (section 4.1): base64url of the authority key identifier, '.', base64url of the serial number's
/// DER content octets, sign octet included. Hexadecimal here, the serial number without sign octet.
struct CertId {
    std::string authority_key_id{};
    std::string serial_number{};
    bool operator==(const CertId&) const = default;
};

/// Nothing for padding, other alphabets, or a serial number that is not minimal DER of a positive integer.
std::optional<CertId> parse_cert_id(std::string_view text);
std::string to_text(const CertId& id);

/// The certificate of ours that it names.
std::optional<Certificate> find_by_cert_id(Context& context, db::Session& session, const CertId& id);

struct RenewalWindow {
    Time start{};
    Time end{};
    bool moved = false; ///< lies in the past: to be renewed now
};

/// When to renew: from two thirds of the lifetime on, from its half for certificates of ten days and less, so wide that
/// renewals spread. It lies in the past once the certificate is revoked, its key is blocked, its CA signs no more, or
/// its ACME server signs with another CA.
RenewalWindow renewal_window(Context& context, db::Session& session, const Certificate& certificate, Time now);

/// GET renewal-info/{certID}, without authentication (section 4.1); 404 for certificates that are not ours.
http::Awaitable<Outcome<http::Response>> renewal_info(Context& context, const http::Request& request);

/// A newOrder's `replaces` (section 5): a certificate of this account that shares a name with the order and that no
/// other order replaces; alreadyReplaced (409) otherwise. Whether its window is open, so that no limits apply, comes
/// back.
Outcome<bool> check_replaces(Context& context, db::Session& session, const AcmeAccount& account,
                             const std::string& replaces, const std::vector<Name>& names, Time now);

} // namespace chancery::acme
