#pragma once

#include "api/door.hpp"
#include "core/model/identity.hpp"
#include "tests/support/api_client.hpp"
#include "tests/support/test_core.hpp"

#include <map>
#include <string>
#include <vector>

namespace chancery::test {

/// A CA as after its first start with the REST door in front of it, and no socket. "example.com" is registered.
class ApiWorld {
public:
    /// Without limits of requests unless `settings` has some.
    explicit ApiWorld(db::Dialect dialect, api::ApiSettings settings = {});
    /// Tells the contract's log what the world's requests left in the audit log.
    ~ApiWorld();
    ApiWorld(const ApiWorld&) = delete;
    ApiWorld& operator=(const ApiWorld&) = delete;

    TestCore test;
    api::Door door;
    http::Router router;
    ApiClient admin; ///< a Super Administrator

    /// Somebody new with this role, the domains (by name) assigned, and a token of this scope.
    ApiClient somebody(Role role, const std::vector<std::string>& domains = {}, Scope scope = Scope::Admin);
    /// The same for a user that is there.
    std::string token_for(const issuance::Caller& user, Scope scope);

    /// Orders a certificate for DNS names; it must be issued. The order's answer.
    ApiAnswer order(const ApiClient& client, const std::vector<std::string>& names, const std::string& more = {});
    /// The same with a CSR.
    ApiAnswer order_by_csr(const ApiClient& client, const std::vector<std::string>& names);

    /// The id of an order of the administrator that was accepted and failed later: its domain, example.com, was
    /// disabled while its key was being made.
    std::string failed_order();

    /// The certificate's id of an order's answer.
    static std::string certificate_of(const ApiAnswer& order) { return order.text("certificate_id"); }

    /// The ETag of a resource as it is now.
    std::string etag(const std::string& target) const { return admin.get(target).etag(); }

    /// How many records the audit log has of an action.
    long long recorded(std::string_view action) { return test.recorded(action); }
};

/// A JSON body that orders these DNS names; `more` are members to add (", \"digest\": …").
std::string order_body(const std::vector<std::string>& names, const std::string& more = {});
/// A PEM CSR for these DNS names.
std::string csr_pem(const std::vector<std::string>& names);

} // namespace chancery::test
