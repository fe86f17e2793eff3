#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/certificate_terms.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

using namespace chancery;
using namespace chancery::test;
using chancery::db::CertificateFilter;
using chancery::db::CertificateRepository;
using chancery::db::CertificateSort;
using chancery::db::PageRequest;
using chancery::db::Session;
using chancery::db::UnitOfWork;

namespace {

using Ids = std::vector<std::string>;

void insert(db::Store& store, const Certificate& certificate)
{
    store.write_now([&](UnitOfWork& unit) { CertificateRepository(unit).insert(certificate); });
}

Ids found(db::Store& store, const CertificateFilter& filter)
{
    return store.read_now([&](Session& session) {
        CertificateRepository certificates(session);
        auto ids = ids_of(certificates.list(filter, CertificateSort::CreatedAt, PageRequest{}));
        CHECK(certificates.count(filter) == static_cast<long long>(ids.size()));
        return ids;
    });
}

void check_same(const Certificate& a, const Certificate& b)
{
    CHECK(a.id == b.id);
    CHECK(a.common_name == b.common_name);
    CHECK(a.names == b.names);
    CHECK(a.issuer == b.issuer);
    CHECK(a.authority_id == b.authority_id);
    CHECK(a.provider_id == b.provider_id);
    CHECK(a.algorithm == b.algorithm);
    CHECK(a.digest == b.digest);
    CHECK(a.valid_from == b.valid_from);
    CHECK(a.valid_to == b.valid_to);
    CHECK(a.source == b.source);
    CHECK(a.fingerprint_sha256 == b.fingerprint_sha256);
    CHECK(a.serial_number == b.serial_number);
    CHECK(a.spki_sha256 == b.spki_sha256);
    CHECK(a.key_id == b.key_id);
    CHECK(a.order_id == b.order_id);
    CHECK(a.renewed_from == b.renewed_from);
    CHECK(a.renewed_to == b.renewed_to);
    CHECK(a.revoked_at == b.revoked_at);
    CHECK(a.revocation_reason == b.revocation_reason);
    CHECK(a.requester_type == b.requester_type);
    CHECK(a.requester_id == b.requester_id);
    CHECK(a.policy_warnings == b.policy_warnings);
    CHECK(a.tags == b.tags);
    CHECK(a.acme_account_id == b.acme_account_id);
    CHECK(a.created_at == b.created_at);
    CHECK(a.revision == b.revision);
}

} // namespace

TEST_CASE("a certificate comes back as it was stored, by each of its keys", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto certificate = sample_certificate();
    certificate.names = {
        {NameType::Dns, "b.example.com"}, {NameType::Ip, "2001:db8::1"}, {NameType::Uri, "https://a/?b=c"}};
    certificate.key_id = "key-1";
    certificate.order_id = "order-1";
    certificate.renewed_from = "certificate-0";
    certificate.renewed_to = "certificate-2";
    certificate.revoked_at = at(7);
    certificate.revocation_reason = RevocationReason::KeyCompromise;
    certificate.policy_warnings = R"([{"rule":"ä"}])";
    certificate.tags = {"blue", "web \"1\""};
    certificate.acme_account_id = "account-1";
    insert(database.store(), certificate);
    insert(database.store(), sample_certificate("other.example.com"));
    database.store().read_now([&](Session& session) {
        CertificateRepository certificates(session);
        for (const auto& stored : {certificates.find(certificate.id), certificates.find_by_order("order-1"),
                                   certificates.find_by_fingerprint(certificate.fingerprint_sha256),
                                   certificates.find_by_serial("authority-1", certificate.serial_number)}) {
            REQUIRE(stored);
            check_same(*stored, certificate);
            CHECK(stored->der == certificate.der);
        }
        CHECK_FALSE(certificates.find("nobody"));
        CHECK_FALSE(certificates.find_by_serial("authority-2", certificate.serial_number));
        const auto listed = certificates.list({.tag = "blue"}, CertificateSort::ValidTo, {});
        REQUIRE(listed.size() == 1);
        check_same(listed[0], certificate);
        CHECK(listed[0].der.empty());
        return true;
    });
}

TEST_CASE("a certificate without optional parts comes back without them", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto certificate = sample_certificate("Ärger & Söhne GmbH");
    certificate.names.clear();
    certificate.authority_id.reset();
    certificate.provider_id.reset();
    insert(database.store(), certificate);
    const auto stored = database.store().read_now(
        [&](Session& session) { return CertificateRepository(session).find(certificate.id).value(); });
    check_same(stored, certificate);
}

TEST_CASE("a certificate of a hundred names is found by each of them", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto certificate = sample_certificate();
    for (int i = 0; i < 100; ++i) {
        certificate.names.push_back({NameType::Dns, "n" + std::to_string(i) + ".example.org"});
    }
    certificate.names.push_back({NameType::Uri, "https://example.org/" + std::string(5000, 'x')});
    insert(database.store(), certificate);
    for (const auto& name : certificate.names) {
        CHECK(found(database.store(), {.name_exact = name.value}) == Ids{certificate.id});
    }
}

TEST_CASE("the inventory is narrowed by every filter", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    auto active = sample_certificate("www.example.com");
    active.created_at = at(1);
    auto expired = sample_certificate("*.badexample.com");
    expired.created_at = at(2);
    expired.valid_to = at(50);
    expired.source = CertificateSource::Discovered;
    expired.algorithm = "rsa-2048";
    expired.provider_id = "provider-2";
    expired.issuer = "CN=Elsewhere,O=Others";
    expired.renewed_to = active.id;
    auto revoked = sample_certificate("a.b.example.com");
    revoked.created_at = at(3);
    revoked.valid_to = at(60);
    revoked.revoked_at = at(20);
    revoked.revocation_reason = RevocationReason::Superseded;
    revoked.authority_id = "authority-2";
    revoked.requester_id = "user-2";
    revoked.tags = {"blue"};
    revoked.algorithm = "ed25519";
    revoked.names.push_back({NameType::Email, "Mail_100%@example.net"});
    for (const auto& certificate : {active, expired, revoked}) {
        insert(store, certificate);
    }
    const auto now = at(100);
    using enum CertificateStatus;
    CHECK(found(store, {}) == Ids{active.id, expired.id, revoked.id});
    CHECK(found(store, {.statuses = {Active}, .now = now}) == Ids{active.id});
    CHECK(found(store, {.statuses = {Expired}, .now = now}) == Ids{expired.id});
    CHECK(found(store, {.statuses = {Revoked}, .now = now}) == Ids{revoked.id});
    CHECK(found(store, {.statuses = {Active, Expired}, .now = now}) == Ids{active.id, expired.id});
    CHECK(found(store, {.statuses = {Active, Expired, Revoked}, .now = now}).size() == 3);
    // At its last moment it is active, as Certificate::status says.
    CHECK(found(store, {.statuses = {Active}, .now = active.valid_to}) == Ids{active.id});
    CHECK(found(store, {.source = CertificateSource::Discovered}) == Ids{expired.id});
    CHECK(found(store, {.provider_id = "provider-2"}) == Ids{expired.id});
    CHECK(found(store, {.authority_id = "authority-2"}) == Ids{revoked.id});
    CHECK(found(store, {.issuer = "CN=Elsewhere,O=Others"}) == Ids{expired.id});
    CHECK(found(store, {.issuer = "CN=Elsewhere"}).empty());
    CHECK(found(store, {.superseded = true}) == Ids{expired.id});
    CHECK(found(store, {.superseded = false}) == Ids{active.id, revoked.id});
    CHECK(found(store, {.algorithms = {"rsa-2048", "ed25519"}}) == Ids{expired.id, revoked.id});
    CHECK(found(store, {.expires_before = at(60)}) == Ids{expired.id});
    CHECK(found(store, {.expires_after = at(50)}) == Ids{active.id, revoked.id});
    CHECK(found(store, {.requester_id = "user-2"}) == Ids{revoked.id});
    CHECK(found(store, {.tag = "blue"}) == Ids{revoked.id});
    CHECK(found(store, {.serial_number = active.serial_number}) == Ids{active.id});
    CHECK(found(store, {.fingerprint_sha256 = active.fingerprint_sha256}) == Ids{active.id});
    CHECK(found(store, {.name_exact = "WWW.example.com"}) == Ids{active.id});
    CHECK(found(store, {.name_exact = "example.com"}).empty());
    CHECK(found(store, {.name_suffix = "example.com"}) == Ids{active.id, revoked.id});
    CHECK(found(store, {.name_suffix = "b.example.com"}) == Ids{revoked.id});
    CHECK(found(store, {.name_suffix = "badexample.com"}) == Ids{expired.id});
    CHECK(found(store, {.name_substring = "EXAMPLE.C"}).size() == 3);
    CHECK(found(store, {.name_substring = "l_100%@"}) == Ids{revoked.id});
    CHECK(found(store, {.name_substring = "w%e"}).empty());
    CHECK(found(store, {.statuses = {Active}, .provider_id = "provider-2", .now = now}).empty());
}

TEST_CASE("every order of the inventory is paged without gaps or repeats", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto& store = database.store();
    const auto sort = GENERATE(CertificateSort::ValidTo, CertificateSort::CreatedAt, CertificateSort::CommonName);
    const bool descending = GENERATE(false, true);
    for (int i = 0; i < 23; ++i) {
        // Many share a value, so that ties are broken by id; upper case sorts before lower case on both.
        auto certificate = sample_certificate((i % 2 == 0 ? "N" : "n") + std::to_string(i % 5) + ".example.com");
        certificate.valid_to = at(i % 3);
        certificate.created_at = at(i % 4);
        insert(store, certificate);
    }
    const auto key_of = [&](const Certificate& c) {
        switch (sort) {
            case CertificateSort::ValidTo:
                return std::to_string(to_millis(c.valid_to));
            case CertificateSort::CreatedAt:
                return std::to_string(to_millis(c.created_at));
            case CertificateSort::CommonName:
                return c.common_name;
        }
        return std::string();
    };
    PageRequest page{.limit = 4, .descending = descending};
    std::vector<std::pair<std::string, std::string>> seen;
    for (;;) {
        const auto rows =
            store.read_now([&](Session& session) { return CertificateRepository(session).list({}, sort, page); });
        for (const auto& row : rows) {
            seen.emplace_back(key_of(row), row.id);
        }
        if (rows.size() < 4) {
            break;
        }
        page.after = db::Position{.value = seen.back().first, .id = seen.back().second};
    }
    CHECK(seen.size() == 23);
    CHECK(std::set(seen.begin(), seen.end()).size() == 23);
    CHECK((descending ? std::is_sorted(seen.rbegin(), seen.rend()) : std::is_sorted(seen.begin(), seen.end())));
}

TEST_CASE("what expires in a span is listed in the order in which it came, however long each is valid", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    constexpr long long kDay = 24LL * 60 * 60;
    const auto arrival = [](int i) { return at((i / 3) * kDay / 4); }; // three at a time
    // One that was over when it came, some that end on a whole number of days, some of years.
    constexpr long long kTerms[] = {-2 * kDay,  0,          1,          kDay - 1,    kDay,
                                    47 * kDay,  90 * kDay,  90 * kDay,  398 * kDay,  400 * kDay - 1,
                                    400 * kDay, 430 * kDay, 825 * kDay, 3'650 * kDay};
    constexpr int kCount = 1'000;
    std::vector<Certificate> all;
    database.store().write_now([&](UnitOfWork& unit) {
        for (int i = 0; i < kCount; ++i) {
            auto one = sample_certificate();
            one.created_at = arrival(i);
            one.valid_to =
                arrival(i) + std::chrono::seconds(kTerms[static_cast<std::size_t>(i * 7) % std::size(kTerms)]);
            one.revoked_at = i % 5 == 0 ? std::optional(one.created_at) : std::nullopt;
            one.revocation_reason = i % 5 == 0 ? std::optional(RevocationReason::Superseded) : std::nullopt;
            one.renewed_to = std::nullopt;
            CertificateRepository(unit).insert(one);
            all.push_back(one);
        }
    });
    std::map<std::string, Time> arrivals;
    for (const auto& one : all) {
        arrivals.emplace(one.id, one.created_at);
    }
    const auto now = at(60 * kDay);
    const auto millis = to_millis(now);
    using enum FilterOperator;
    const auto expiry = [](FilterOperator op, long long moment) {
        return FilterNode::compare(CertificateField::ValidTo, op, moment);
    };
    const std::vector<std::pair<std::vector<FilterNode>, std::function<bool(const Certificate&)>>> filters = {
        {{expiry(Less, millis)}, [&](const Certificate& one) { return one.valid_to < now; }},
        {{expiry(LessOrEqual, millis)}, [&](const Certificate& one) { return one.valid_to <= now; }},
        {{expiry(Greater, millis)}, [&](const Certificate& one) { return one.valid_to > now; }},
        {{FilterNode::compare(CertificateField::Status, Equal, "expired")},
         [&](const Certificate& one) { return one.valid_to < now && !one.revoked_at; }},
        {{FilterNode::compare(CertificateField::Status, Equal, "active")},
         [&](const Certificate& one) { return one.valid_to >= now && !one.revoked_at; }},
        {{expiry(GreaterOrEqual, millis), expiry(Less, millis + 400 * kDay * 1000)}, [&](const Certificate& one) {
             return one.valid_to >= now && one.valid_to < now + std::chrono::seconds(400 * kDay);
         }}};
    for (const auto& [where, fits] : filters) {
        for (const bool descending : {true, false}) {
            Ids wanted;
            auto sorted = all;
            std::ranges::sort(sorted, {}, [](const Certificate& one) { return std::pair(one.created_at, one.id); });
            for (const auto& one : sorted) {
                if (fits(one)) {
                    wanted.insert(descending ? wanted.begin() : wanted.end(), one.id);
                }
            }
            Ids ids;
            PageRequest page{.limit = 37, .descending = descending};
            for (bool more = true; more;) {
                const CertificateFilter filter{.where = where, .now = now};
                const auto one = database.store().read_now(
                    [&](Session& session) { return db::page_by_terms(session, db::conditions_of(filter), page, now); });
                if (one) {
                    ids.insert(ids.end(), one->begin(), one->end());
                    more = one->size() == 37;
                } else { // a first page that the plain walk finds at once
                    CHECK_FALSE(page.after);
                    ids.assign(wanted.begin(), wanted.begin() + 37);
                }
                page.after =
                    db::Position{.value = std::to_string(to_millis(arrivals.at(ids.back()))), .id = ids.back()};
            }
            CHECK(ids == wanted);
        }
    }
}

TEST_CASE("a position that is no number is refused where numbers sort", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const PageRequest page{.after = db::Position{.value = "1; DROP TABLE", .id = "x"}};
    CHECK_THROWS_AS(database.store().read_now([&](Session& session) {
        return CertificateRepository(session).list({}, CertificateSort::ValidTo, page);
    }),
                    std::invalid_argument);
}

TEST_CASE("a certificate is revoked once", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto certificate = sample_certificate();
    insert(database.store(), certificate);
    const auto revoke = [&](long long when, RevocationReason reason) {
        return database.store().write_now([&](UnitOfWork& unit) {
            return CertificateRepository(unit).mark_revoked(certificate.id, at(when), reason);
        });
    };
    CHECK(revoke(20, RevocationReason::Superseded));
    CHECK_FALSE(revoke(30, RevocationReason::KeyCompromise));
    const auto stored = database.store().read_now(
        [&](Session& session) { return CertificateRepository(session).find(certificate.id).value(); });
    CHECK(stored.revoked_at == at(20));
    CHECK(stored.revocation_reason == RevocationReason::Superseded);
    CHECK(stored.revision == 2);
}

TEST_CASE("tags are replaced at the revision that was read, and searched by", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto certificate = sample_certificate();
    certificate.tags = {"old", "kept"};
    insert(database.store(), certificate);
    const auto replace = [&](const std::vector<std::string>& tags, long long revision) {
        return database.store().write_now([&](UnitOfWork& unit) {
            CertificateRepository certificates(unit);
            const auto before = certificates.find(certificate.id).value();
            auto after = before;
            after.tags = tags;
            after.revision = revision;
            return certificates.annotate(before, after, {});
        });
    };
    CHECK(replace({"kept", "new"}, 1));
    CHECK_FALSE(replace({"late"}, 1));
    CHECK(found(database.store(), {.tag = "old"}).empty());
    CHECK(found(database.store(), {.tag = "late"}).empty());
    CHECK(found(database.store(), {.tag = "kept"}).size() == 1);
    CHECK(found(database.store(), {.tag = "new"}).size() == 1);
}

TEST_CASE("a renewal links both certificates", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const auto old_one = sample_certificate();
    const auto new_one = sample_certificate();
    insert(database.store(), old_one);
    insert(database.store(), new_one);
    database.store().write_now(
        [&](UnitOfWork& unit) { CertificateRepository(unit).link_renewal(old_one.id, new_one.id); });
    database.store().read_now([&](Session& session) {
        CertificateRepository certificates(session);
        CHECK(certificates.find(old_one.id)->renewed_to == new_one.id);
        CHECK(certificates.find(new_one.id)->renewed_from == old_one.id);
        return true;
    });
}

TEST_CASE("the revocation list has the leaves and intermediates of one CA that have not expired", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    auto listed = sample_certificate();
    listed.serial_number = "aa";
    listed.revoked_at = at(5);
    listed.revocation_reason = RevocationReason::KeyCompromise;
    auto expired = listed;
    expired.id = fresh_id();
    expired.fingerprint_sha256 = "fp-2";
    expired.valid_to = at(10);
    auto of_other = listed;
    of_other.id = fresh_id();
    of_other.fingerprint_sha256 = "fp-3";
    of_other.authority_id = "authority-2";
    auto good = sample_certificate();
    good.serial_number = "cc";
    Authority root;
    root.id = "authority-1";
    root.name = "root";
    root.fingerprint_sha256 = "fp-root";
    root.valid_to = at(9000);
    Authority intermediate = root;
    intermediate.id = "authority-3";
    intermediate.name = "intermediate";
    intermediate.kind = AuthorityKind::Intermediate;
    intermediate.fingerprint_sha256 = "fp-intermediate";
    intermediate.serial_number = "bb";
    intermediate.parent_id = root.id;
    intermediate.revoked_at = at(6);
    database.store().write_now([&](UnitOfWork& unit) {
        for (const auto& certificate : {listed, expired, of_other, good}) {
            CertificateRepository(unit).insert(certificate);
        }
        CHECK(db::AuthorityRepository(unit).insert(root));
        CHECK(db::AuthorityRepository(unit).insert(intermediate));
    });
    const auto read = [&](auto work) {
        return database.store().read_now([&](Session& session) { return work(CertificateRepository(session)); });
    };
    auto entries = read([&](auto certificates) { return certificates.revoked_entries("authority-1", at(20)); });
    const auto intermediates =
        read([&](auto certificates) { return certificates.revoked_intermediates("authority-1", at(20)); });
    entries.insert(entries.end(), intermediates.begin(), intermediates.end());
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].serial_number == "aa");
    CHECK(entries[0].revoked_at == at(5));
    CHECK(entries[0].reason == RevocationReason::KeyCompromise);
    CHECK(entries[1].serial_number == "bb");
    CHECK(entries[1].reason == RevocationReason::Unspecified);

    // What had expired is listed as long as no CRL was made since its revocation.
    CHECK(read([&](auto certificates) { return certificates.revoked_entries("authority-1", at(5)); }).size() == 2);
    CHECK(read([&](auto certificates) { return certificates.revoked_since("authority-1", at(5)); }).size() == 2);
    CHECK(read([&](auto certificates) { return certificates.revoked_since("authority-1", at(6)); }).empty());
    const auto status = [&](const std::string& authority, const std::string& serial) {
        return read([&](auto certificates) { return certificates.status_of(authority, serial); });
    };
    CHECK(status("authority-1", "aa") == IssuedStatus{at(5), RevocationReason::KeyCompromise});
    CHECK(status("authority-1", good.serial_number) == IssuedStatus{});
    CHECK(status("authority-1", "bb")->revoked_at == at(6));
    CHECK_FALSE(status("authority-2", "bb"));
    CHECK_FALSE(status("authority-1", "ffff"));
}

TEST_CASE("certificates of one key and of exactly one set of names are counted", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    const Name a{NameType::Dns, "a.example.com"};
    const Name b{NameType::Dns, "b.example.com"};
    auto first = sample_certificate();
    first.names = {a, b};
    first.spki_sha256 = "spki";
    auto second = sample_certificate();
    second.names = {b, a};
    second.spki_sha256 = "spki";
    auto superset = sample_certificate();
    superset.names = {a, b, {NameType::Dns, "c.example.com"}};
    auto revoked = first;
    revoked.id = fresh_id();
    revoked.fingerprint_sha256 = "fp";
    revoked.revoked_at = at(1);
    for (const auto& certificate : {first, second, superset, revoked}) {
        insert(database.store(), certificate);
    }
    database.store().read_now([&](Session& session) {
        CertificateRepository certificates(session);
        CHECK(certificates.count_by_spki("spki") == 3);
        CHECK(certificates.count_active_by_name_set({b, a}, at(100)) == 2);
        CHECK(certificates.count_active_by_name_set({a}, at(100)) == 0);
        CHECK(certificates.count_active_by_name_set({a, b}, at(5000)) == 0);
        return true;
    });
}
