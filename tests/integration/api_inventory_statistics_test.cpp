#include "db/repositories/certificate_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

std::vector<json::Reader> buckets_of(const ApiAnswer& answer)
{
    CHECK(answer.status == 200);
    return answer.json().objects("buckets");
}

/// The counts, and each of them checked against a search with the bucket's filter.
std::string counts(const ApiClient& client, const std::string& target)
{
    std::string text;
    const auto answer = client.get("/api/v1/stats/" + target);
    long long total = 0;
    for (auto& bucket : buckets_of(answer)) {
        const auto count = bucket.integer("count");
        const auto filter = bucket.raw("filter").value_or("");
        INFO(target << ' ' << filter);
        const auto found =
            client.post("/api/v1/certificates/search", R"({"limit":1,"include_total":true,"filter":)" + filter + '}');
        CHECK(found.status == 200);
        CHECK(found.json().integer("total") == count);
        total += count;
        if (count > 0) {
            text += bucket.string("name") + '=' + std::to_string(count) + ' ';
        }
    }
    CHECK(answer.json().integer("total") == total);
    return text;
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
