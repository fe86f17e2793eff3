#pragma once

#include "core/json.hpp"
#include "core/model/x509.hpp"
#include "issuance/providers/acme_ca/session.hpp"

#include <chrono>
#include <string>
#include <vector>

/// What is said to an ACME CA and what it answers.
namespace chancery::issuance::providers::acme_ca {

/// How soon to ask again where the CA does not say.
inline constexpr std::chrono::seconds kSoon{2};

/// What an order's answer says (RFC 8555 section 7.1.3).
struct OrderAnswer {
    std::string status{};
    std::vector<std::string> authorizations{};
    std::string finalize{};
    std::string certificate{};
    std::string error{};
    std::chrono::seconds retry_after{kSoon};
};

OrderAnswer read_order_answer(const OutboundResponse& response, Time now);

/// The certificate's name in ARI (RFC 9773 section 4.1): key identifier of the issuer and serial number, sign octet
/// included. Empty where the certificate (DER) has no such name.
std::string cert_id_of(const std::string& der);

/// newOrder (RFC 8555 section 7.4); `replaces` is a certificate's name in ARI, or empty.
std::string new_order_payload(const Wanted& wanted, const std::string& replaces);

/// Why an authorization is not valid, as its challenges say.
std::string error_of_authorization(json::Reader& authorization);

} // namespace chancery::issuance::providers::acme_ca
