#include "db/connection.hpp"
#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/store.hpp"
#include "tests/unit/db/list_plans.hpp"
#include "tests/unit/db/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

/// A condition on the inventory that all of `sample_certificate`s meet, or none.
struct Narrowed {
    std::string what;
    std::vector<FilterNode> where;
    Work when_few = Work::Sort; ///< where few rows are left by it
};

/// Every field with every operator that reaches the repository.
std::vector<Narrowed> certificate_conditions()
{
    using enum CertificateField;
    using enum FilterOperator;
    const auto moment = to_millis(at(500));
    std::vector<Narrowed> all = {
        {"everything", {}, Work::Walk},
        {"active", {is(Status, Equal, "active")}},
        {"expired or revoked", {FilterNode::among(Status, {"expired", "revoked"})}},
        {"not revoked", {FilterNode::none({is(Status, Equal, "revoked")})}, Work::Walk},
        {"days", {is(DaysUntilExpiry, Less, 30LL), is(DaysUntilExpiry, GreaterOrEqual, 0LL)}},
        {"a window of expiry", {is(ValidTo, GreaterOrEqual, moment), is(ValidTo, Less, moment + 1)}},
        {"any of two names", {FilterNode::among(Name, {"www.example.com", "b.example.com"})}},
        {"a domain", {is(Name, Under, "example.com")}},
        {"a part of a name", {is(Name, Contains, "exam")}, Work::Walk},
        {"a tag or a name", {FilterNode::any({is(Tag, Equal, "blue"), is(Name, Under, "example.com")})}},
        {"tagged", {is(Tag, Exists, 1LL)}, Work::Walk},
        {"a part of a tag", {is(Tag, Contains, "lu")}, Work::Walk},
        {"a part of the issuer", {is(Issuer, Contains, "test")}, Work::Walk},
        {"a text", {is(Text, Contains, "exam")}},
        {"a short text", {is(Text, Contains, "ex")}, Work::Walk},
        {"owned by", {is(Owner, Equal, "ops")}},
        {"owned by a group", {is(OwnerType, Equal, "group")}},
        {"a number of a custom field",
         {{.comparison = {.field = Custom, .op = Greater, .values = {5LL}, .custom = "cost"}}}},
        {"a text of a custom field",
         {{.comparison = {.field = Custom, .op = Equal, .values = {"x"}, .custom = "team"}}}},
        {"a key to export", {is(HasPrivateKey, Equal, 1LL)}},
        {"no key to export", {is(HasPrivateKey, Equal, 0LL)}, Work::Walk},
        {"superseded", {is(Superseded, Equal, 1LL)}},
        {"not superseded", {is(Superseded, Equal, 0LL)}, Work::Walk},
        {"with warnings", {is(HasPolicyWarnings, Equal, 1LL)}},
        {"revoked ever", {is(RevokedAt, Exists, 1LL)}},
        // Two tables say it, and of the usual value there is no index: docs/inventory.md.
        {"renewed by itself", {is(RenewsByItself, Equal, 1LL)}, Work::Walk},
        {"not renewed by itself", {is(RenewsByItself, Equal, 0LL)}, Work::Walk},
        {"a renewal planned", {is(RenewalDueAt, Exists, 1LL)}},
        {"a renewal due", {is(RenewalDueAt, GreaterOrEqual, moment), is(RenewalDueAt, Less, moment + 1)}},
        {"a usual algorithm", {is(Algorithm, Equal, "ec-256")}, Work::Walk},
        {"a domain, active, of one's own",
         {is(Name, Under, "example.com"), is(Status, Equal, "active"), is(RequesterId, Equal, "user-1")}},
    };
    const std::pair<CertificateField, const char*> texts[] = {{Id, "x"},
                                                              {CommonName, "a"},
                                                              {Name, "a.example.com"},
                                                              {Issuer, "CN=A"},
                                                              {AuthorityId, "a"},
                                                              {ProviderId, "p"},
                                                              {Algorithm, "rsa-2048"},
                                                              {Digest, "sha384"},
                                                              {Source, "discovered"},
                                                              {FingerprintSha256, "f"},
                                                              {SerialNumber, "0a"},
                                                              {RevocationReason, "superseded"},
                                                              {OrderId, "o"},
                                                              {RenewedFrom, "r"},
                                                              {RenewedTo, "r"},
                                                              {RequesterType, "user"},
                                                              {RequesterId, "u"},
                                                              {Tag, "blue"}};
    for (const auto& [field, value] : texts) {
        all.push_back({"field " + std::to_string(static_cast<int>(field)), {is(field, Equal, value)}});
        all.push_back({"two of field " + std::to_string(static_cast<int>(field)),
                       {FilterNode::among(field, {value, std::string(value) + "2"})}});
    }
    for (const auto field : {ValidFrom, ValidTo, RevokedAt, CreatedAt}) {
        all.push_back({"before, field " + std::to_string(static_cast<int>(field)), {is(field, Less, moment)}});
        all.push_back({"after, field " + std::to_string(static_cast<int>(field)), {is(field, Greater, moment)}});
    }
    return all;
}

std::vector<Case> certificate_cases()
{
    std::vector<Case> cases;
    for (const auto& one : certificate_conditions()) {
        for (const auto sort :
             {db::CertificateSort::CreatedAt, db::CertificateSort::ValidTo, db::CertificateSort::CommonName}) {
            for (const auto& page : pages(sort == db::CertificateSort::CommonName ? "a" : "1800000000000")) {
                const List list = [=](db::Session& session) {
                    const db::CertificateFilter filter{.where = one.where, .now = at(1)};
                    db::CertificateRepository(session).list(filter, sort, page);
                };
                cases.push_back({one.what + ", sort " + std::to_string(static_cast<int>(sort)), list, one.when_few});
            }
        }
    }
    return cases;
}

/// Conditions that leave all of many rows: on a column all of these have one value in.
std::vector<Narrowed> common_conditions()
{
    using enum CertificateField;
    using enum FilterOperator;
    return {{"CA", {is(AuthorityId, Equal, "authority-1")}},
            {"provider", {is(ProviderId, Equal, "provider-1")}},
            {"issuer", {is(Issuer, Equal, "CN=Test CA")}},
            {"requester", {is(RequesterId, Equal, "user-1")}},
            {"kind of requester", {is(RequesterType, Equal, "user")}},
            {"domain", {is(Name, Under, "example.com")}},
            {"name", {is(Name, Equal, "www.example.com")}},
            {"tag", {is(Tag, Equal, "blue")}},
            {"active", {is(Status, Equal, "active")}},
            {"expiry", {is(ValidTo, Greater, to_millis(at(1)))}},
            {"expiry before", {is(ValidTo, Less, to_millis(at(1'000'000)))}},
            {"issue", {is(CreatedAt, Greater, to_millis(at(1)))}},
            {"validity", {is(ValidFrom, Less, to_millis(at(1)))}},
            {"domain and tag", {is(Name, Under, "example.com"), is(Tag, Equal, "blue")}}};
}

} // namespace

TEST_CASE("the inventory finds the few rows of a condition by its index, by every field", "[unit][db]")
{
    check_plans(certificate_cases());
}

TEST_CASE("the inventory walks the index of its order where a condition leaves many rows", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    database.store().write_now([&](db::UnitOfWork& work) {
        for (int i = 0; i <= db::kFewRows; ++i) {
            auto certificate = sample_certificate();
            certificate.tags = {"blue"};
            db::CertificateRepository(work).insert(certificate);
        }
    });
    std::vector<Case> cases;
    for (const auto& one : common_conditions()) {
        for (const auto sort :
             {db::CertificateSort::CreatedAt, db::CertificateSort::ValidTo, db::CertificateSort::CommonName}) {
            for (const auto& page : pages(sort == db::CertificateSort::CommonName ? "a" : "1800000000000")) {
                cases.push_back({one.what + ", sort " + std::to_string(static_cast<int>(sort)),
                                 [=](db::Session& session) {
                                     const db::CertificateFilter filter{.where = one.where, .now = at(1)};
                                     db::CertificateRepository(session).list(filter, sort, page);
                                 },
                                 Work::Walk});
            }
        }
    }
    const std::pair<const char*, db::OrderFilter> orders[] = {{"orders of a provider", {.provider_id = "provider-1"}},
                                                              {"orders of a CA", {.authority_id = "authority-1"}},
                                                              {"orders of a domain", {.domain = "example.com"}}};
    for (const auto& [what, filter] : orders) {
        add<db::OrderRepository>(cases, what, filter, Work::Walk, "orders_by_submission");
    }
    check_plans(database, cases);
}

TEST_CASE("what expires in a span and came in a window is looked for in that window alone", "[unit][db]")
{
    TestDatabase database(GENERATE(from_range(test_dialects())));
    constexpr long long kTerm = 90LL * 24 * 60 * 60;
    constexpr long long kCount = 5'020;
    std::vector<std::string> ids;
    database.store().write_now([&](db::UnitOfWork& work) {
        for (long long i = 0; i < kCount; ++i) {
            auto certificate = sample_certificate();
            certificate.created_at = at(i);
            certificate.valid_to = at(i + kTerm);
            certificate.names.clear();
            certificate.tags.clear();
            db::CertificateRepository(work).insert(certificate);
            ids.push_back(certificate.id);
        }
    });
    // More than a short walk.
    const auto from = to_millis(at(10));
    const auto to = to_millis(at(5'012));
    using enum CertificateField;
    using enum FilterOperator;
    const db::CertificateFilter filter{.where = {is(CreatedAt, GreaterOrEqual, from), is(CreatedAt, Less, to),
                                                 is(ValidTo, GreaterOrEqual, to_millis(at(1))),
                                                 is(ValidTo, Less, to_millis(at(3 * kTerm)))},
                                       .now = at(1)};
    for (const bool descending : {true, false}) {
        std::vector<std::string> found;
        const List list = [&](db::Session& session) {
            found.clear();
            for (const auto& one : db::CertificateRepository(session).list(filter, db::CertificateSort::CreatedAt,
                                                                           {.limit = 2, .descending = descending})) {
                found.push_back(one.id);
            }
        };
        const auto statements =
            database.store().write_now([&](db::UnitOfWork& session) { return prepared_by(session, list); });
        CHECK(found == (descending ? std::vector{ids[5'011], ids[5'010]} : std::vector{ids[10], ids[11]}));
        const auto walk = std::ranges::find_if(
            statements, [](const Statement& one) { return one.sql.starts_with("SELECT created_at, id"); });
        REQUIRE(walk != statements.end());
        // Each bound is in the condition, which every row is held against, and in the walk through the index.
        for (const auto bound : {from, to}) {
            CHECK(std::ranges::count_if(walk->parameters,
                                        [&](const auto& cell) { return cell.is_number && cell.number == bound; }) == 2);
        }
    }
}
