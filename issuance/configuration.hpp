#pragma once

#include "core/model/acme.hpp"
#include "core/model/authority.hpp"
#include "core/model/domain.hpp"
#include "core/model/provider.hpp"
#include "db/unit_of_work.hpp"
#include "issuance/policy/policy_set.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/key_store.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace chancery::issuance {

/// What the gate decides by, read once and immutable: domains, policies, providers, CAs, ACME servers.
struct Configuration {
    std::string version{};
    std::vector<Domain> domains{};
    std::unordered_map<std::string, std::size_t> domain_by_name{}; ///< DNS registrations: name -> index
    std::unordered_map<std::string, std::size_t> mail_by_name{};   ///< mail registrations: name -> index
    std::vector<std::size_t> ip_ranges{};                          ///< indexes of IP registrations
    policy::PolicySet policies{};
    std::vector<Provider> providers{};
    std::vector<Authority> authorities{};
    std::vector<AcmeServer> acme_servers{};
    std::vector<CrlPartition> crl_partitions{};
    std::unordered_set<std::string> authority_keys{}; ///< `spki_sha256` of every CA, with and without its key here
    /// Issuers ready to sign, by CA id; missing where the key is not here.
    std::unordered_map<std::string, std::shared_ptr<const pki::Issuer>> issuers{};

    const Authority* authority(const std::string& id) const;
    const CrlPartition* crl_partition(const std::string& authority_id, int shards) const;
    const Provider* provider(const std::string& id) const;
    /// The one that a request means: the local PKI when it names none; null when there is no such provider.
    const Provider* requested_provider(const std::string& id) const;
    const AcmeServer* acme_server_by_slug(const std::string& slug) const;
    const AcmeServer* acme_server(const std::string& id) const;
    /// The registration that covers the name: the closest one, enabled or not; null when none does.
    const Domain* covering(const Name& name) const;
    /// DER certificates above `authority_id`'s leaves: the issuing CA first, up to but without the root; with it when
    /// `with_root`.
    std::vector<std::string> chain(const std::string& authority_id, bool with_root = false) const;
};

/// The current configuration, reread when another version is in the database. Thread-safe.
class ConfigurationCache {
public:
    explicit ConfigurationCache(pki::KeyStore& keys) : keys_(keys) {}

    /// One small query when nothing changed.
    std::shared_ptr<const Configuration> current(db::Session& session);
    /// The last one read, without asking the database; may be null before the first `current`.
    std::shared_ptr<const Configuration> last() const;
    /// To be called in the unit that changes anything of it.
    static void bump(db::UnitOfWork& work);

private:
    std::shared_ptr<const Configuration> load(db::Session& session, std::string version);
    pki::KeyStore& keys_;
    mutable std::mutex mutex_;
    std::shared_ptr<const Configuration> current_;
};

} // namespace chancery::issuance
