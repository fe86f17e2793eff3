#pragma once

#include "core/clock.hpp"
#include "core/model/x509.hpp"
#include "core/secret.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// DNS UPDATE (RFC 2136) with TSIG (RFC 8945), as much of it as a TXT record needs: see
/// docs/decisions/0018-dynamic-updates.md.
namespace chancery::issuance::providers::acme_ca {

struct TsigKey {
    std::string name{};
    Digest digest = Digest::Sha256; ///< of the HMAC
    Secret secret{};                ///< raw
};

struct DnsUpdate {
    std::uint16_t id = 0;
    std::string zone{};
    std::string name{};  ///< of the record
    std::string value{}; ///< of the TXT record, 255 octets at most
    bool remove = false; ///< that very record; else it is added beside others
};

/// A signed message, and its MAC, which the answer's depends on.
struct SignedUpdate {
    std::string message{};
    std::string mac{};
};

/// Nothing when a name or the value does not fit into a message.
std::optional<SignedUpdate> encode_update(const DnsUpdate& update, const TsigKey& key, Time now);

/// The RCODE of the answer (RFC 2136 section 2.2): 0 NOERROR, 5 REFUSED, 9 NOTAUTH, 10 NOTZONE. Nothing when it is no
/// answer to that message, or says that it succeeded without the key's signature.
std::optional<int> read_answer(std::string_view answer, const DnsUpdate& update, const SignedUpdate& sent,
                               const TsigKey& key, Time now);

/// "REFUSED" and the like.
std::string_view rcode_name(int rcode);

} // namespace chancery::issuance::providers::acme_ca
