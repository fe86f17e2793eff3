#pragma once

#include "core/model/blocked_key.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>
#include <vector>

/// The list of keys that the gate lets nobody certify, and that no ACME account may have.
namespace chancery::issuance {

/// How a key is named: by one of these.
struct KeyReference {
    std::optional<std::string> spki_sha256{};    ///< hex
    std::optional<std::string> certificate_id{}; ///< of the inventory; the caller must see it
    std::optional<std::string> certificate{};    ///< PEM
    std::optional<std::string> csr{};            ///< PEM
    std::optional<std::string> public_key{};     ///< PEM, SubjectPublicKeyInfo
};

struct Blocked {
    BlockedKey key{};
    long long active_certificates = 0; ///< that carry the key, to be revoked by whoever blocked it; counted up to 100
};

/// ValidationError unless the reference is one key, AlreadyExists when it is blocked. What carries the key already
/// stays valid: revoking it is another decision.
Result<Blocked> block_key(Core& core, db::UnitOfWork& work, const Caller& caller, const KeyReference& reference,
                          const std::string& note);

struct BlockedMany {
    long long added = 0;
    long long present = 0; ///< were blocked already
};

/// SPKI hashes, all or none: ValidationError with a pointer to each that is not one.
Result<BlockedMany> block_keys(Core& core, db::UnitOfWork& work, const Caller& caller,
                               const std::vector<std::string>& spki_sha256, const std::string& note);

/// NotFound when it is not blocked; Conflict for the key of a certificate that was revoked for keyCompromise, which
/// stays blocked for good.
Result<void> unblock_key(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& spki_sha256,
                         const std::string& note);

Result<Blocked> find_blocked_key(Core& core, db::Session& session, const Caller& caller,
                                 const std::string& spki_sha256);

inline constexpr std::size_t kMostKeysAtOnce = 10'000;

} // namespace chancery::issuance
