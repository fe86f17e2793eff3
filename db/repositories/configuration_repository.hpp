#pragma once

#include "core/model/acme.hpp"
#include "core/model/domain.hpp"
#include "core/model/policy.hpp"
#include "core/model/provider.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

/// What administrators configure. Every change is to be followed by `ConfigurationVersion::bump` in the same unit, so
/// that caches in any process notice.
namespace chancery::db {

class ConfigurationVersion {
public:
    explicit ConfigurationVersion(Session& session) : session_(session) {}

    /// An opaque text that differs from every earlier one after each bump.
    std::string current();
    void bump(const std::string& fresh);

private:
    Session& session_;
};

class DomainRepository {
public:
    explicit DomainRepository(Session& session) : session_(session) {}

    bool insert(const Domain& domain); ///< false when kind and name exist
    std::optional<Domain> find(const std::string& id);
    std::optional<Domain> find_by_name(DomainKind kind, const std::string& name);
    std::vector<Domain> list();
    /// By name; `enabled` and `name_substring` narrow.
    std::vector<Domain> list(std::optional<bool> enabled, const std::string& name_substring, const PageRequest& page);
    bool update(const Domain& domain); ///< false when the revision is not the one given; raises it

private:
    Session& session_;
};

class ProviderRepository {
public:
    explicit ProviderRepository(Session& session) : session_(session) {}

    bool insert(const Provider& provider); ///< false when the name exists
    std::optional<Provider> find(const std::string& id);
    std::vector<Provider> list();
    bool update(const Provider& provider);

private:
    Session& session_;
};

class PolicyRepository {
public:
    explicit PolicyRepository(Session& session) : session_(session) {}

    bool insert(const Policy& policy); ///< false when the name exists; version 1 goes into the history, too
    std::optional<Policy> find(const std::string& id);
    std::vector<Policy> list(); ///< by creation: the stable order of evaluation
    /// Stores `policy` as version `policy.version + 1`; false when the stored version is not `policy.version`.
    bool update(const Policy& policy);
    /// No policy disappears from the history; this one is no longer evaluated or listed. False when the version
    /// differs.
    bool retire(const std::string& id, long long version, Time at);
    std::vector<Policy> versions(const std::string& id);

private:
    Session& session_;
};

class AcmeServerRepository {
public:
    explicit AcmeServerRepository(Session& session) : session_(session) {}

    bool insert(const AcmeServer& server); ///< false when the slug exists
    std::optional<AcmeServer> find(const std::string& id);
    std::vector<AcmeServer> list();
    bool update(const AcmeServer& server);

    struct Counters {
        long long accounts = 0;
        long long orders = 0;
        long long certificates = 0;
    };

    Counters counters(const std::string& id);

private:
    Session& session_;
};

} // namespace chancery::db
