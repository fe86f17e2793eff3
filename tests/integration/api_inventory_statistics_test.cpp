#include "core/id.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/renewal/automatic.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

std::vector<json::Reader> buckets_of(const ApiAnswer& answer)
{
    CHECK(answer.status == 200);
    return answer.json().objects("buckets");
}

/// How many certificates a search with the filter of a bucket or a part finds.
void check_filter(const ApiClient& client, json::Reader& one, const std::string& target)
{
    const auto filter = one.raw("filter").value_or("");
    INFO(target << ' ' << filter);
    const auto found =
        client.post("/api/v1/certificates/search", R"({"limit":1,"include_total":true,"filter":)" + filter + '}');
    CHECK(found.status == 200);
    CHECK(found.json().integer("total") == one.integer("count"));
}

/// "(acme=1 schedule=2)", of what is not empty; every certificate of the bucket is in one part.
std::string parts_of(const ApiClient& client, json::Reader& bucket, const std::string& target)
{
    std::string text;
    long long sum = 0;
    for (auto& part : bucket.objects("parts")) {
        check_filter(client, part, target);
        const auto count = part.integer("count");
        sum += count;
        if (count > 0) {
            text += (text.empty() ? "" : " ") + part.string("name") + '=' + std::to_string(count);
        }
    }
    CHECK(sum == bucket.integer("count"));
    return '(' + text + ')';
}

/// The counts, and each of them checked against a search with the bucket's filter.
std::string counts(const ApiClient& client, const std::string& target)
{
    std::string text;
    const auto answer = client.get("/api/v1/stats/" + target);
    long long total = 0;
    for (auto& bucket : buckets_of(answer)) {
        const auto count = bucket.integer("count");
        check_filter(client, bucket, target);
        const auto parts = bucket.has("parts") ? parts_of(client, bucket, target) : std::string();
        total += count;
        if (count > 0) {
            text += bucket.string("name") + '=' + std::to_string(count) + parts + ' ';
        }
    }
    CHECK(answer.json().integer("total") == total);
    return text;
}

/// A certificate that somebody else's system asked for, ending then.
Certificate stranger(ApiWorld& world, const std::string& name, ActorType type, std::string_view valid_to)
{
    const auto now = world.test.clock.now();
    Certificate one;
    one.id = new_id(now);
    one.common_name = name;
    one.names = {{.type = NameType::Dns, .value = name}};
    one.issuer = "CN=Somebody else";
    one.algorithm = "ec-256";
    one.digest = Digest::Sha256;
    one.valid_from = now;
    one.valid_to = *from_rfc3339(valid_to);
    one.fingerprint_sha256 = one.serial_number = one.spki_sha256 = one.id;
    one.der = "x";
    one.requester_type = std::string(name_of(type));
    one.requester_id = "stranger";
    one.created_at = now;
    return one;
}

} // namespace

TEST_CASE("every bucket of the statistics has the filter that finds what it counts", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    world.order(ada, {"gone.example.com"}, R"(,"validity_days":1,"tags":["a, b"])");
    const auto revoked = world.order(world.admin, {"revoked.example.com"}, R"(,"digest":"sha384")");
    world.test.write([&](db::UnitOfWork& work) {
        db::CertificateRepository(work).mark_revoked(ApiWorld::certificate_of(revoked), world.test.clock.now(),
                                                     RevocationReason::Superseded);
    });
    world.test.clock.advance(std::chrono::hours(24 * 4));
    world.order(ada, {"week.example.com"}, R"(,"validity_days":5,"key_algorithm":"ec-384")");
    world.order(ada, {"month.example.com"}, R"(,"validity_days":20)");
    world.order(world.admin, {"later.example.com"}, R"(,"validity_days":400)");

    const std::string ours = "?domain=example.com";
    CHECK(counts(world.admin, "expiry" + ours) == "expired=1 within_7_days=1 within_30_days=1 later=1 ");
    CHECK(counts(world.admin, "status" + ours) == "active=3 expired=1 revoked=1 ");
    CHECK(counts(world.admin, "crypto" + ours) == "ec-256/sha256=3 ec-256/sha384=1 ec-384/sha256=1 ");
    CHECK(counts(world.admin, "status?tag=a%2C%20b") == "expired=1 ");
    CHECK(buckets_of(world.admin.get("/api/v1/stats/issuance")).size() == 30);
    for (const auto* const interval : {"day", "week", "month"}) {
        const auto text = counts(world.admin, "issuance" + ours + "&periods=10&interval=" + interval);
        INFO(interval << ' ' << text);
        CHECK(text.contains("="));
    }
    CHECK(world.admin.get("/api/v1/stats/issuance?periods=121").status == 422);
    CHECK(world.admin.get("/api/v1/stats/issuance?interval=year").status == 422);
    CHECK(world.admin.get("/api/v1/stats/expiry?status=active").status == 422);

    // Only what is one's own.
    CHECK(counts(ada, "expiry") == "expired=1 within_7_days=1 within_30_days=1 ");
    CHECK(counts(ada, "status") == "active=2 expired=1 ");
    CHECK(counts(ada, "crypto") == "ec-256/sha256=2 ec-384/sha256=1 ");
    CHECK(counts(world.somebody(Role::User), "status").empty());
}

TEST_CASE("what ends is told from what goes on by itself, month by month", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    world.test.domain("example.net");
    const auto ada = world.somebody(Role::User, {"example.com"});
    world.order(ada, {"planned.example.com"}, R"(,"validity_days":20)");
    world.order_by_csr(ada, {"elsewhere.example.com"});
    const auto gone = world.order(world.admin, {"revoked.example.com"}, R"(,"validity_days":20)");
    const auto old = world.order(world.admin, {"old.example.com"}, R"(,"validity_days":20)");
    world.order(world.admin, {"other.example.net"}, R"(,"validity_days":5)");
    world.test.write([&](db::UnitOfWork& work) {
        db::CertificateRepository certificates(work);
        certificates.mark_revoked(ApiWorld::certificate_of(gone), world.test.clock.now(), RevocationReason::Superseded);
        for (const auto* const last : {"2026-11-30T23:59:59.999Z", "2026-12-01T00:00:00Z", "2027-10-31T23:59:59Z"}) {
            certificates.insert(stranger(world, "client.example.com", ActorType::AcmeClient, last));
        }
        auto found = stranger(world, "found.example.com", ActorType::User, "2026-12-24T00:00:00Z");
        found.source = CertificateSource::Discovered;
        certificates.insert(found);
        certificates.insert(stranger(world, "far.example.com", ActorType::User, "2030-01-01T00:00:00Z"));
        certificates.insert(stranger(world, "past.example.com", ActorType::User, "2026-11-23T11:59:59Z"));
        const auto successor = stranger(world, "old.example.com", ActorType::AcmeClient, "2027-11-01T00:00:00Z");
        certificates.insert(successor);
        certificates.link_renewal(ApiWorld::certificate_of(old), successor.id);
    });

    const std::string ours = "succession?domain=example.com";
    const std::string year = "2026-11=1(automatic=1) "
                             "2026-12=4(superseded=1 automatic=2 unattended=1) "
                             "2027-02=1(unattended=1) "
                             "2027-10=1(automatic=1) ";
    CHECK(counts(world.admin, ours) == year);
    CHECK(buckets_of(world.admin.get("/api/v1/stats/succession")).size() == 12);
    CHECK(counts(world.admin, ours + "&months=13") == year + "2027-11=1(automatic=1) ");
    CHECK(counts(world.admin, ours + "&months=1") == "2026-11=1(automatic=1) ");
    CHECK(counts(world.admin, ours + "&months=36&source=discovered") == "2026-12=1(unattended=1) ");
    const auto first = world.admin.get("/api/v1/stats/succession?months=1").json().objects("buckets").front();
    CHECK(json::Reader(first).string("from") == "2026-11-23T12:00:00Z");
    CHECK(json::Reader(first).string("to") == "2026-12-01T00:00:00Z");
    for (const auto* const wrong : {"months=0", "months=37", "months=x", "status=active"}) {
        CHECK(world.admin.get("/api/v1/stats/succession?" + std::string(wrong)).status == 422);
    }

    // Renewal by schedule switched off: what it would have renewed ends unless somebody does something.
    const auto settings = std::string("/api/v1/renewal-settings");
    REQUIRE(world.admin.patch(settings, R"({"automatic":false})", world.etag(settings)).status == 200);
    world.test.jobs.run_all(world.test.store());
    run(issuance::run_renewals(world.test.core));
    CHECK(counts(world.admin, ours + "&months=2") ==
          "2026-11=1(automatic=1) 2026-12=4(superseded=1 automatic=1 unattended=2) ");

    // Only what one may see.
    CHECK(counts(ada, "succession?months=2") == "2026-12=1(unattended=1) ");
    CHECK(counts(world.somebody(Role::ReportOperator, {"example.net"}), "succession") == "2026-11=1(unattended=1) ");
    CHECK(counts(world.somebody(Role::User), "succession").empty());
}

TEST_CASE("what came here is divided by the way in which it was asked for", "[integration][api][inventory]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    world.test.write([&](db::UnitOfWork& work) {
        db::CertificateRepository certificates(work);
        for (const auto type : {ActorType::User, ActorType::Courier, ActorType::ServiceAccount, ActorType::AcmeClient,
                                ActorType::AcmeClient, ActorType::System}) {
            certificates.insert(stranger(world, "any.example.com", type, "2027-01-01T00:00:00Z"));
        }
        auto found = stranger(world, "found.example.com", ActorType::User, "2027-01-01T00:00:00Z");
        found.source = CertificateSource::Discovered;
        certificates.insert(found);
    });
    world.test.clock.set(*from_rfc3339("2026-11-30T00:00:00Z"));
    world.order(ada, {"monday.example.com"});

    const std::string ours = "issuance?domain=example.com&by=path&interval=week&periods=3";
    CHECK(counts(world.admin, ours) == "2026-11-23=7(console_and_api=3 acme=2 schedule=1 discovered=1) "
                                       "2026-11-30=1(console_and_api=1) ");
    CHECK(counts(world.admin, ours + "&source=managed") == "2026-11-23=6(console_and_api=3 acme=2 schedule=1) "
                                                           "2026-11-30=1(console_and_api=1) ");
    CHECK(counts(ada, "issuance?by=path&interval=month") == "2026-11=1(console_and_api=1) ");
    CHECK_FALSE(buckets_of(world.admin.get("/api/v1/stats/issuance")).front().has("parts"));
    CHECK(world.admin.get("/api/v1/stats/issuance?by=owner").status == 422);
}
