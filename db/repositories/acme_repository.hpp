#pragma once

#include "core/model/acme.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

class AcmeAccountRepository {
public:
    explicit AcmeAccountRepository(Session& session) : session_(session) {}

    /// False when the server has an account with this key: the caller then reads that one (RFC 8555 section 7.3.1).
    bool insert(const AcmeAccount& account);
    std::optional<AcmeAccount> find(const std::string& id);
    /// Its revision, which every change of the account raises: whether a copy is still good costs this much only.
    std::optional<long long> find_revision(const std::string& id);
    std::optional<AcmeAccount> find_by_thumbprint(const std::string& server_id, const std::string& thumbprint);
    /// Whether any account of any server has this key.
    bool any_with_spki(const std::string& spki_sha256);
    bool update_contacts(const std::string& id, const std::vector<std::string>& contacts);
    bool agree(const std::string& id, const std::string& terms, Time at); ///< to these terms of service
    bool deactivate(const std::string& id);                               ///< valid -> deactivated; false otherwise
    bool revoke(const std::string& id);                                   ///< valid -> revoked; false otherwise
    /// False when the new key belongs to an account of the server already. The old key's thumbprint is kept.
    bool change_key(const std::string& id, const std::string& jwk, const std::string& thumbprint,
                    const std::string& spki_sha256);
    /// Thumbprints of the keys that the account had before, the latest first.
    std::vector<std::string> past_thumbprints(const std::string& id);

private:
    Session& session_;
};

/// ACME orders with their authorizations and challenges: one aggregate.
class AcmeOrderRepository {
public:
    explicit AcmeOrderRepository(Session& session) : session_(session) {}

    /// The order and its links; the authorizations are there already or are inserted first.
    void insert(const AcmeOrder& order);
    void insert_authorization(const AcmeAuthorization& authorization); ///< with its challenges
    std::optional<AcmeOrder> find(const std::string& id);
    /// Valid or pending ones that are not expired and belong to that account, newest first, for the account's orders
    /// list.
    std::vector<std::string> list_by_account(const std::string& account_id, const std::string& after_id, int limit,
                                             Time now);

    std::optional<AcmeAuthorization> find_authorization(const std::string& id);
    std::vector<AcmeAuthorization> authorizations_of(const std::string& order_id);
    /// A valid authorization of the account for this identifier that lives beyond `valid_beyond`: proven by a
    /// challenge, or, with `binding_id`, valid by that binding.
    std::optional<AcmeAuthorization> find_valid_authorization(const std::string& account_id, const Name& identifier,
                                                              bool wildcard, Time valid_beyond,
                                                              const std::optional<std::string>& binding_id = {});
    /// Valid authorizations that rest on the binding become revoked, and the open orders that hang on them invalid.
    void revoke_bound(const std::string& account_id, const std::string& binding_id, const std::string& order_error);
    /// The order that replaces that certificate and did not fail or expire (RFC 9773 section 5).
    std::optional<std::string> find_replacement(const std::string& replaces, Time now);
    /// The authorization, whole, that has this challenge.
    std::optional<AcmeAuthorization> find_authorization_of_challenge(const std::string& challenge_id);

    /// pending -> processing, fixing the key authorization; false when it was answered before.
    bool start_challenge(const std::string& id, const std::string& key_authorization);
    /// processing -> valid or invalid with the authorization; pending orders that hang on it become ready or invalid.
    bool finish_challenge(const AcmeChallenge& challenge, AcmeAuthorizationStatus authorization_status,
                          Time authorization_expires_at, const std::optional<std::string>& order_error);
    bool set_authorization_status(const std::string& id, AcmeAuthorizationStatus from, AcmeAuthorizationStatus to);
    /// Orders in pending or ready that hang on the authorization live no longer than until then.
    void shorten_orders_of_authorization(const std::string& authorization_id, Time expires_at);
    /// Orders in pending or ready that hang on the authorization become invalid.
    void invalidate_orders_of_authorization(const std::string& authorization_id, const std::string& error);

    /// ready -> processing with the inventory's order. False when it is not ready: somebody else finalizes.
    bool start_finalize(const std::string& id, const std::string& order_id);
    bool complete(const std::string& id, const std::string& certificate_id); ///< processing -> valid
    bool fail(const std::string& id, const std::string& error);              ///< any but valid -> invalid
    std::optional<AcmeOrder> find_by_inventory_order(const std::string& order_id);

    /// Deletes up to `limit` pending or invalid orders that expired before `limit_time`, with their unused
    /// authorizations; returns how many. One with an authorization that is still valid becomes invalid and is deleted
    /// after that has expired. Inventory, orders and audit keep everything that was ever asked of the core.
    long long sweep(Time limit_time, int limit);

    /// Made by newAuthz, for no order yet.
    void insert_preauthorization(const AcmeAuthorization& authorization);
    /// Deletes up to `limit` of those that expired before `limit_time` and that no order uses; returns how many it
    /// looked at.
    long long sweep_preauthorizations(Time limit_time, int limit);

private:
    Session& session_;
};

} // namespace chancery::db
