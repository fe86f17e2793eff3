#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using chancery::db::UnitOfWork;

TEST_CASE("the configuration's version is what it was bumped to", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([](UnitOfWork& unit) {
        db::ConfigurationVersion version(unit);
        CHECK_FALSE(version.current().empty());
        version.bump("v2");
        CHECK(version.current() == "v2");
    });
}

TEST_CASE("domains are unique by kind and name, change at their revision, and are listed by name", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto domain = [](DomainKind kind, const std::string& name, bool enabled) {
        return Domain{
            .id = fresh_id(), .kind = kind, .name = name, .enabled = enabled, .created_at = at(1), .updated_at = at(2)};
    };
    database.store().write_now([&](UnitOfWork& unit) {
        db::DomainRepository domains(unit);
        const auto first = domain(DomainKind::Dns, "b.example.com", true);
        CHECK(domains.insert(first));
        CHECK_FALSE(domains.insert(domain(DomainKind::Dns, "b.example.com", true)));
        CHECK(domains.insert(domain(DomainKind::Mail, "b.example.com", false)));
        CHECK(domains.insert(domain(DomainKind::IpRange, "192.0.2.0/24", true)));
        auto stored = domains.find(first.id).value();
        CHECK(stored.kind == DomainKind::Dns);
        CHECK(stored.created_at == at(1));
        CHECK(domains.find_by_name(DomainKind::Mail, "b.example.com")->enabled == false);
        CHECK_FALSE(domains.find_by_name(DomainKind::Mail, "example.com"));
        stored.enabled = false;
        stored.updated_at = at(5);
        CHECK(domains.update(stored));
        CHECK_FALSE(domains.update(stored));
        CHECK(domains.list().size() == 3);
        CHECK(domains.list().front().name == "192.0.2.0/24");
        CHECK(domains.list(true, "", {}).size() == 1);
        CHECK(domains.list(std::nullopt, "EXAMPLE", {}).size() == 2);
        CHECK(domains.list(std::nullopt, "_", {}).empty());
        const auto page = domains.list(std::nullopt, "", {.limit = 1});
        const db::Position after{.value = page[0].name, .id = page[0].id};
        CHECK(domains.list(std::nullopt, "", {.after = after}).size() == 2);
    });
}

TEST_CASE("providers are unique by name and change at their revision", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](UnitOfWork& unit) {
        db::ProviderRepository providers(unit);
        Provider provider{
            .id = "provider-1", .name = "Local", .type = OrderType::LocalPki, .created_at = at(1), .updated_at = at(1)};
        CHECK(providers.insert(provider));
        auto twin = provider;
        twin.id = "provider-2";
        CHECK_FALSE(providers.insert(twin));
        provider.active = false;
        CHECK(providers.update(provider));
        CHECK_FALSE(providers.update(provider));
        CHECK_FALSE(providers.find("provider-1")->active);
        CHECK(providers.list().size() == 1);
    });
}

TEST_CASE("every version of a policy stays in its history", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    Policy policy;
    policy.id = "policy-1";
    policy.name = "Base";
    policy.description = "text";
    policy.patterns = {"*.example.com", "example.org"};
    policy.actions = {PolicyAction::Generate, PolicyAction::Renew};
    policy.rules = {{.action = "key.min", .fail = Severity::Soft, .values = R"({"rsa":"2048"})"},
                    {.action = "validity.max", .fail = Severity::Hard, .values = R"({"days":90})"}};
    policy.created_at = at(1);
    policy.updated_at = at(1);
    database.store().write_now([&](UnitOfWork& unit) {
        db::PolicyRepository policies(unit);
        CHECK(policies.insert(policy));
        auto twin = policy;
        twin.id = "policy-2";
        CHECK_FALSE(policies.insert(twin));
        auto stored = policies.find("policy-1").value();
        CHECK(stored.patterns == policy.patterns);
        CHECK(stored.actions == policy.actions);
        REQUIRE(stored.rules.size() == 2);
        CHECK(stored.rules[0].action == "key.min");
        CHECK(stored.rules[0].fail == Severity::Soft);
        CHECK(stored.rules[0].values == R"({"rsa":"2048"})");
        stored.rules.pop_back();
        stored.name = "Renamed";
        stored.updated_at = at(2);
        CHECK(policies.update(stored));
        CHECK_FALSE(policies.update(stored));
        CHECK(policies.list().size() == 1);
        CHECK(policies.list()[0].version == 2);
        const auto versions = policies.versions("policy-1");
        REQUIRE(versions.size() == 2);
        CHECK(versions[0].name == "Base");
        CHECK(versions[0].rules.size() == 2);
        CHECK(versions[1].name == "Renamed");
        CHECK(versions[1].version == 2);
        CHECK_FALSE(policies.retire("policy-1", 1, at(3)));
        CHECK(policies.retire("policy-1", 2, at(3)));
        CHECK_FALSE(policies.find("policy-1"));
        CHECK(policies.list().empty());
        CHECK(policies.versions("policy-1").size() == 2);
        twin.name = "Renamed";
        CHECK(policies.insert(twin));
    });
}

TEST_CASE("users, tokens and sessions come back as they were stored", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    User user{.id = "user-1",
              .email = "a@example.com",
              .name = "Ada",
              .role = Role::PkiAdministrator,
              .enabled = true,
              .password_hash = "$scrypt$x",
              .domain_ids = {"domain-1"},
              .created_at = at(1),
              .updated_at = at(1)};
    database.store().write_now([&](UnitOfWork& unit) {
        db::UserRepository users(unit);
        CHECK(users.insert(user));
        auto other = user;
        other.id = "user-2";
        CHECK_FALSE(users.insert(other));
        other.email = "b@example.com";
        CHECK(users.insert(other));
        const auto stored = users.find_by_email("a@example.com").value();
        CHECK(stored.role == Role::PkiAdministrator);
        CHECK(stored.password_hash == user.password_hash);
        CHECK(stored.domain_ids == user.domain_ids);
        user.enabled = false;
        user.domain_ids.clear();
        CHECK(users.update(user));
        CHECK_FALSE(users.update(user));
        CHECK_FALSE(users.find("user-1")->enabled);
        CHECK(users.find("user-1")->domain_ids.empty());
        CHECK(ids_of(users.list({})) == std::vector<std::string>{"user-1", "user-2"});
        CHECK(ids_of(users.list({.after = db::Position{.value = "a@example.com", .id = "user-1"}})) ==
              std::vector<std::string>{"user-2"});
        CHECK(users.count() == 2);

        db::ApiTokenRepository tokens(unit);
        tokens.insert({.id = "token-1",
                       .user_id = "user-1",
                       .name = "ci",
                       .scope = Scope::Write,
                       .token_hash = "h1",
                       .created_at = at(1),
                       .expires_at = at(9),
                       .last_used_at = {},
                       .revoked_at = {}});
        CHECK(tokens.find_by_hash("h1")->scope == Scope::Write);
        CHECK(tokens.find("token-1")->expires_at == at(9));
        CHECK(tokens.revoke("token-1", at(5)));
        CHECK_FALSE(tokens.revoke("token-1", at(6)));
        CHECK(tokens.list_by_user("user-1")[0].revoked_at == at(5));

        db::SessionRepository sessions(unit);
        for (const auto* const id : {"session-1", "session-2", "session-3"}) {
            sessions.insert({.id = id,
                             .user_id = "user-1",
                             .token_hash = std::string("hash-") + id,
                             .csrf_token = "c",
                             .source_address = "192.0.2.1",
                             .created_at = at(1),
                             .expires_at = at(id[8] == '1' ? 5 : 50)});
        }
        CHECK(sessions.find_by_hash("hash-session-2")->csrf_token == "c");
        CHECK(sessions.remove_expired(at(5)) == 1);
        CHECK_FALSE(sessions.find_by_hash("hash-session-1"));
        sessions.remove("session-2");
        CHECK_FALSE(sessions.find_by_hash("hash-session-2"));
        sessions.remove_of_user("user-1");
        CHECK_FALSE(sessions.find_by_hash("hash-session-3"));
    });
}

TEST_CASE("authorities, keys and revocation lists come back as they were stored", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    Authority authority;
    authority.id = "authority-1";
    authority.name = "Root";
    authority.subject = "CN=Root";
    authority.algorithm = KeyAlgorithm::Ec384;
    authority.digest = Digest::Sha384;
    authority.serial_number = "01";
    authority.fingerprint_sha256 = "fp-1";
    authority.subject_key_id = "ski";
    authority.valid_from = at(0);
    authority.valid_to = at(100);
    authority.der = std::string("\x30\x00\x01", 3);
    authority.key_id = "key-1";
    authority.path_length = 1;
    authority.crl_urls = {"http://a/crl"};
    authority.aia_urls = {"http://a/ca"};
    authority.crl_shards = 8;
    authority.ocsp = false;
    authority.ocsp_urls = {"http://a/ocsp"};
    authority.created_at = at(1);
    database.store().write_now([&](UnitOfWork& unit) {
        db::AuthorityRepository authorities(unit);
        CHECK(authorities.insert(authority));
        auto twin = authority;
        twin.id = "authority-2";
        CHECK_FALSE(authorities.insert(twin));
        twin.name = "Other";
        CHECK_FALSE(authorities.insert(twin));
        const auto stored = authorities.find("authority-1").value();
        CHECK(stored.subject == authority.subject);
        CHECK(stored.algorithm == authority.algorithm);
        CHECK(stored.valid_to == authority.valid_to);
        CHECK(stored.der == authority.der);
        CHECK(stored.key_id == authority.key_id);
        CHECK(stored.path_length == 1);
        CHECK(stored.crl_urls == authority.crl_urls);
        CHECK(stored.aia_urls == authority.aia_urls);
        CHECK(stored.crl_shards == 8);
        CHECK_FALSE(stored.ocsp);
        CHECK(stored.ocsp_urls == authority.ocsp_urls);
        authority.crl_shards = 4;
        authority.ocsp = true;
        authority.ocsp_urls.clear();
        authority.key_id.reset();
        authority.revoked_at = at(7);
        authority.stored_status = AuthorityStatus::Revoked;
        CHECK(authorities.update(authority));
        CHECK_FALSE(authorities.update(authority));
        CHECK(authorities.list().size() == 1);
        CHECK(authorities.list()[0].revoked_at == at(7));
        CHECK(authorities.list()[0].stored_status == AuthorityStatus::Revoked);
        CHECK(authorities.list()[0].crl_shards == 4);
        CHECK(authorities.list()[0].ocsp);
        CHECK(authorities.list()[0].ocsp_urls.empty());
    });
    database.store().write_now([&](UnitOfWork& unit) {
        db::KeyRepository keys(unit);
        const StoredKey key{.id = "key-1",
                            .algorithm = "ec-384",
                            .purpose = "authority",
                            .spki_sha256 = "spki-1",
                            .wrapped = std::string("\0\xff\x10", 3),
                            .kek_id = "kek-1",
                            .created_at = at(1)};
        keys.insert(key);
        CHECK(keys.find("key-1")->wrapped == key.wrapped);
        CHECK(keys.find("key-1")->kek_id == "kek-1");
        CHECK(keys.list_by_purpose("authority").size() == 1);
        CHECK(keys.list_by_purpose("listener").empty());
        db::BlockedKeyRepository blocked(unit);
        CHECK(blocked.is_authority_key("spki-1"));
        CHECK_FALSE(blocked.is_authority_key("spki-2"));
        blocked.insert("spki-2", "keyCompromise", at(1));
        blocked.insert("spki-2", "keyCompromise", at(2));
        CHECK(blocked.contains("spki-2"));
        CHECK_FALSE(blocked.contains("spki-1"));
        keys.remove("key-1");
        CHECK_FALSE(keys.find("key-1"));
    });
}
