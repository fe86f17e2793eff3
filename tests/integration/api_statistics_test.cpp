#include "core/id.hpp"
#include "db/repositories/order_repository.hpp"
#include "tests/support/api_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kProvider = "01900000-0000-7000-8000-0000000000aa";
constexpr const char* kOther = "01900000-0000-7000-8000-0000000000bb";

std::string joined_by_commas(const std::vector<std::string>& texts)
{
    std::string all;
    for (const auto& text : texts) {
        all += (all.empty() ? "" : ",") + text;
    }
    return all;
}

/// How many orders the list has with the query of a bucket or a part.
long long listed(const ApiClient& client, json::Reader query)
{
    auto target = "/api/v1/orders?limit=1&include_total=true&submitted_after=" + query.string("submitted_after") +
                  "&submitted_before=" + query.string("submitted_before");
    if (query.has("status")) {
        target += "&status=" + joined_by_commas(query.strings("status"));
    }
    const auto answer = client.get(target);
    CHECK(answer.status == 200);
    return answer.json().integer("total");
}

/// "2026-11-23=3(complete=2 failed=1) ", of what is not empty; each count checked against the list.
std::string order_counts(const ApiClient& client, const std::string& query)
{
    std::string text;
    long long total = 0;
    const auto answer = client.get("/api/v1/stats/orders" + query);
    CHECK(answer.status == 200);
    for (auto& bucket : answer.json().objects("buckets")) {
        const auto count = bucket.integer("count");
        CHECK(listed(client, bucket.object("query")) == count);
        std::string parts;
        for (auto& part : bucket.objects("parts")) {
            const auto some = part.integer("count");
            CHECK(listed(client, part.object("query")) == some);
            if (some > 0) {
                parts += (parts.empty() ? "" : " ") + part.string("name") + '=' + std::to_string(some);
            }
        }
        total += count;
        if (count > 0) {
            text += bucket.string("name") + '=' + std::to_string(count) + '(' + parts + ") ";
        }
    }
    CHECK(answer.json().integer("total") == total);
    return text;
}

/// An order that is there, whatever became of it.
Order order_at(Time submitted, const std::string& provider, OrderStatus status, long long duration_ms)
{
    Order order;
    order.id = new_id(submitted);
    order.common_name = "app.example.com";
    order.status = status;
    order.requested_by = {.type = ActorType::User, .id = "01900000-0000-7000-8000-0000000000cc", .name = "Somebody"};
    order.provider_id = provider;
    order.submitted_at = submitted;
    order.completed_at = submitted + std::chrono::milliseconds(duration_ms);
    return order;
}

/// By nearest rank, of all values.
long long percentile(std::vector<long long> values, std::size_t percent)
{
    std::sort(values.begin(), values.end());
    return values.at((values.size() * percent + 99) / 100 - 1);
}

/// "enforce_max_validity: refused=1 warned=2", joined; each figure checked against the list.
std::string outcomes(const ApiClient& client, const std::string& query = {})
{
    std::string text;
    long long total = 0;
    const auto answer = client.get("/api/v1/stats/policy-outcomes" + query);
    CHECK(answer.status == 200);
    for (auto& bucket : answer.json().objects("buckets")) {
        const auto span = "&since=" + bucket.string("from") + "&until=" + bucket.string("to");
        std::string rules;
        for (auto& rule : bucket.objects("rules")) {
            rules += ' ' + rule.string("rule") + ':';
            for (const auto* const outcome : {"refused", "warned", "waived"}) {
                const auto count = rule.integer(outcome);
                const auto list = client.get("/api/v1/policy-decisions?include_total=true&rule=" + rule.string("rule") +
                                             "&outcome=" + outcome + span);
                CHECK(list.status == 200);
                CHECK(list.json().integer("total") == count);
                CHECK(static_cast<long long>(list.items().size()) == count);
                rules += count > 0 ? ' ' + std::string(outcome) + '=' + std::to_string(count) : "";
                total += count;
            }
        }
        text += rules.empty() ? "" : bucket.string("name") + rules + '\n';
    }
    CHECK(answer.json().integer("total") == total);
    return text;
}

} // namespace

TEST_CASE("orders are counted by when they were submitted and what became of them", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto ada = world.somebody(Role::User, {"example.com"});
    world.order(world.admin, {"app.example.com"});
    world.order(ada, {"ada.example.com"});
    world.failed_order();
    world.test.clock.set(*from_rfc3339("2026-11-29T23:59:59.999Z"));
    world.order(world.admin, {"sunday.example.com"});
    world.test.clock.set(*from_rfc3339("2026-11-30T00:00:00Z"));
    world.order(ada, {"monday.example.com"});
    REQUIRE(ada.post("/api/v1/orders", order_body({"slow.example.com"}, R"(,"key_algorithm":"rsa-2048")")).status ==
            202);
    // What is refused at once has failed.
    REQUIRE(ada.post("/api/v1/orders", order_body({"app.example.org"})).status == 422);

    CHECK(order_counts(world.admin, "") ==
          "2026-11-23=4(complete=3 failed=1) 2026-11-30=3(complete=1 failed=1 open=1) ");
    CHECK(order_counts(world.admin, "?interval=month&periods=2") == "2026-11=7(complete=4 failed=2 open=1) ");
    CHECK(order_counts(world.admin, "?interval=day&periods=1") == "2026-11-30=3(complete=1 failed=1 open=1) ");
    CHECK(order_counts(ada, "?interval=week") == "2026-11-23=1(complete=1) 2026-11-30=3(complete=1 failed=1 open=1) ");
    CHECK(order_counts(world.somebody(Role::User), "").empty());
    CHECK(world.admin.get("/api/v1/stats/orders").json().objects("buckets").size() == 12);
    for (const auto* const wrong : {"periods=0", "periods=121", "interval=year", "status=failed"}) {
        CHECK(world.admin.get("/api/v1/stats/orders?" + std::string(wrong)).status == 422);
    }
}

TEST_CASE("how long orders take is told by provider, of all of a time", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto now = world.test.clock.now();
    std::vector<long long> durations;
    world.test.write([&](db::UnitOfWork& work) {
        db::OrderRepository orders(work);
        durations.clear();
        for (long long i = 0; i < 157; ++i) {
            durations.push_back((i * 7919) % 1009);
            orders.insert(order_at(now - std::chrono::hours(i), kProvider, OrderStatus::Complete, durations.back()));
        }
        orders.insert(order_at(now, kOther, OrderStatus::Complete, 7));
        orders.insert(order_at(now, kProvider, OrderStatus::Failed, 1'000'000));
        orders.insert(order_at(now - std::chrono::days(90), kOther, OrderStatus::Complete, 9));
        orders.insert(order_at(now - std::chrono::days(90) - std::chrono::milliseconds(1), kOther,
                               OrderStatus::Complete, 1'000'000));
    });
    const auto answer = world.admin.get("/api/v1/stats/order-durations");
    REQUIRE(answer.status == 200);
    CHECK(answer.json().integer("total") == 159);
    auto providers = answer.json().objects("providers");
    REQUIRE(providers.size() == 2);
    CHECK(providers[0].string("provider_id") == kProvider);
    CHECK(providers[0].integer("orders") == 157);
    CHECK(providers[0].integer("p50_ms") == percentile(durations, 50));
    CHECK(providers[0].integer("p95_ms") == percentile(durations, 95));
    CHECK(providers[0].integer("p99_ms") == percentile(durations, 99));
    CHECK(providers[1].string("provider_id") == kOther);
    CHECK(providers[1].integer("p50_ms") == 7);
    CHECK(providers[1].integer("p95_ms") == 9);
    CHECK(world.admin.get("/api/v1/stats/order-durations?days=366").json().integer("total") == 160);

    // Of one's own.
    const auto ada = world.somebody(Role::User, {"example.com"});
    CHECK(ada.get("/api/v1/stats/order-durations").json().objects("providers").empty());
    const auto own = world.order(ada, {"ada.example.com"});
    auto mine = ada.get("/api/v1/stats/order-durations").json().objects("providers");
    REQUIRE(mine.size() == 1);
    CHECK(mine[0].string("provider_id") == own.text("provider_id"));
    CHECK(mine[0].integer("orders") == 1);
    CHECK(mine[0].integer("p99_ms") == own.json().integer("duration_ms"));
    for (const auto* const wrong : {"days=0", "days=367", "periods=1"}) {
        CHECK(world.admin.get("/api/v1/stats/order-durations?" + std::string(wrong)).status == 422);
    }
}

TEST_CASE("what policies refuse, warn of and waive is counted by rule, and listed", "[integration][api]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto hard = world.test.policy("*.example.com", "disable_wildcard", Severity::Hard, "{}");
    world.test.policy("*.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days":30})");
    world.test.policy("*.app.example.com", "enforce_max_validity", Severity::Soft, R"({"max_days":20})");
    world.test.policy("www.app.example.com", "enforce_max_validity", Severity::Hard, R"({"max_days":60})");
    const auto ada = world.somebody(Role::User, {"example.com"});
    const auto refused = [&](const std::string& name) {
        const auto answer = ada.post("/api/v1/orders", order_body({name}, R"(,"validity_days":90)"));
        REQUIRE(answer.code() == "POLICY_HARD_FAIL");
        return answer.text("decision_id");
    };
    world.order(world.admin, {"fine.example.com"}, R"(,"validity_days":10)");
    const auto warned = world.order(world.admin, {"warned.example.com"}, R"(,"validity_days":90)");
    const auto both = refused("www.app.example.com"); // one rule: refused by a policy, warned of by two
    refused("*.example.com");
    const auto waiver = R"({"policy_id":")" + hard.id +
                        R"(","rule":"disable_wildcard","reason":"For a while.","expires_at":"2026-12-20T00:00:00Z",)"
                        R"("subject_alternative_names":[{"type":"dns","value":"*.example.com"}]})";
    REQUIRE(world.somebody(Role::PolicyAdministrator).post("/api/v1/policy-waivers", waiver).status == 201);
    world.test.clock.set(*from_rfc3339("2026-11-30T00:00:00Z"));
    world.order(ada, {"*.example.com"}, R"(,"validity_days":10)");

    CHECK(outcomes(world.admin) == "2026-11-23 disable_wildcard: refused=1 enforce_max_validity: refused=1 warned=3\n"
                                   "2026-11-30 disable_wildcard: waived=1\n");
    CHECK(outcomes(world.admin, "?interval=day&periods=1") == "2026-11-30 disable_wildcard: waived=1\n");
    CHECK(outcomes(ada) == "2026-11-23 disable_wildcard: refused=1 enforce_max_validity: refused=1 warned=2\n"
                           "2026-11-30 disable_wildcard: waived=1\n");
    CHECK(outcomes(world.somebody(Role::User)).empty());

    const std::string list = "/api/v1/policy-decisions";
    const auto size = [&](const ApiClient& client, const std::string& query) {
        return client.walk(list + query, 2).size();
    };
    CHECK(size(world.admin, "") == 5);
    CHECK(size(world.admin, "?sort=decided_at") == 5);
    CHECK(size(world.admin, "?rule=enforce_max_validity") == 3);
    CHECK(size(world.admin, "?outcome=refused") == 2);
    CHECK(size(world.admin, "?rule=enforce_max_validity&outcome=warned") == 3);
    CHECK(size(world.admin, "?rule=enforce_max_validity&outcome=waived") == 0);
    CHECK(size(world.admin, "?since=2026-11-30T00:00:00Z") == 1);
    CHECK(size(world.admin, "?until=2026-11-30T00:00:00Z") == 4);
    CHECK(size(ada, "") == 3);
    CHECK(size(ada, "?rule=enforce_max_validity&outcome=warned") == 2);
    CHECK(size(world.somebody(Role::User), "") == 0);
    CHECK(world.admin.get(list + "?include_total=true&outcome=refused").json().integer("total") == 2);
    const auto rows = world.admin.get(list + "?rule=enforce_max_validity&outcome=warned&sort=decided_at").items();
    REQUIRE(rows.size() == 3);
    for (auto row : rows) {
        const auto id = row.string("id");
        const auto whole = world.admin.get(list + '/' + id);
        CHECK(whole.text("decided_at") == row.string("decided_at"));
        CHECK(whole.text("common_name") == row.string("common_name"));
        if (id == warned.text("decision_id")) {
            CHECK(row.string("order_id") == warned.text("id"));
            CHECK(row.objects("outcomes").size() == 1);
        }
        if (id == both) {
            CHECK(world.admin.get("/api/v1/orders/" + row.string("order_id")).text("status") == "failed");
            auto unmet = row.objects("outcomes");
            REQUIRE(unmet.size() == 2);
            CHECK(unmet[0].string("outcome") == "refused");
            CHECK(unmet[1].string("outcome") == "warned");
        }
    }
    for (const auto* const wrong : {"/policy-decisions?outcome=pass", "/policy-decisions?since=x",
                                    "/policy-decisions?sort=id", "/stats/policy-outcomes?periods=121",
                                    "/stats/policy-outcomes?interval=year", "/stats/policy-outcomes?rule=x"}) {
        CHECK(world.admin.get("/api/v1" + std::string(wrong)).status == 422);
    }
}
