#pragma once

#include "core/model/acme.hpp"
#include "pki/key.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace chancery::acme {

/// An account with its public key imported.
struct KnownAccount {
    AcmeAccount account{};
    pki::PublicKey key{};
};

/// The accounts used last, so that a signature is verified without asking the database. What it holds may be stale
/// when another process changed the account: every unit of work compares the revision. Thread-safe.
class AccountCache {
public:
    explicit AccountCache(std::size_t capacity) : capacity_(capacity) {}

    /// Shared with the requests that are using it.
    std::shared_ptr<const KnownAccount> find(const std::string& id);
    void put(std::shared_ptr<const KnownAccount> account);
    void drop(const std::string& id);

private:
    using Order = std::list<std::shared_ptr<const KnownAccount>>;
    void erase(const std::string& id);

    const std::size_t capacity_;
    std::mutex mutex_;
    Order newest_first_;
    std::unordered_map<std::string, Order::iterator> by_id_;
};

} // namespace chancery::acme
