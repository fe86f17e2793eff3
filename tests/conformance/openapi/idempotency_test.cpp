#include "api/idempotency.hpp"
#include "db/repositories/operation_repository.hpp"
#include "tests/conformance/openapi/contract.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

/// An administrator with a certificate and a failed order, and keys that were used before.
class World : public ApiWorld {
public:
    World() : ApiWorld(test_dialects().front()), me(admin.get("/api/v1/me").text("actor/id"))
    {
        certificate_id = certificate_of(order(admin, {"app.example.com"}));
        order_id = failed_order();
    }

    /// The operation's path; what it is about is there where the key is looked at after it.
    std::string target(const Operation& operation) const
    {
        return operation.target(operation.pattern.starts_with("/api/v1/certificates/") ? certificate_id : order_id);
    }

    /// The operation's example as a request with this key, as the door reads it.
    api::IdempotencyKey key_of(const Operation& operation, const std::string& key)
    {
        http::Request request;
        request.method = operation.method;
        request.path = target(operation);
        request.body = operation.example;
        request.fields.set("Idempotency-Key", key);
        return api::read_idempotency_key(api::idempotency_mac_key(test.core), request).value().value();
    }

    void remember(const db::IdempotencyRecord& record)
    {
        test.write([&](db::UnitOfWork& work) { db::IdempotencyRepository(work).insert(record); });
    }

    ApiAnswer send(const Operation& operation, const std::string& key)
    {
        return operation.send(admin, target(operation), {{"Idempotency-Key", key}});
    }

    std::string me;
    std::string certificate_id{};
    std::string order_id{};
};

} // namespace

TEST_CASE("while the first request with a key runs, every operation that takes one asks to come back",
          "[conformance][openapi][idempotency]")
{
    World world;
    int count = 0;
    for (const auto& operation : operations()) {
        if (!operation.idempotent) {
            continue;
        }
        INFO(operation.name());
        const auto key = world.key_of(operation, "running-" + std::to_string(++count));
        world.remember({.caller_id = world.me,
                        .key = key.key,
                        .request_hash = key.request_hash,
                        .created_at = world.test.clock.now()});
        const auto counts = world.test.row_counts();
        const auto answer = world.send(operation, key.key);
        INFO(answer.body);
        CHECK(answer.status == 409);
        CHECK(answer.code() == "IDEMPOTENCY_IN_FLIGHT");
        CHECK_FALSE(answer.field("retry-after").empty());
        CHECK(world.test.row_counts() == counts);
    }
}

TEST_CASE("a key of another request is refused by every operation that takes one",
          "[conformance][openapi][idempotency]")
{
    World world;
    world.remember({.caller_id = world.me,
                    .key = "elsewhere",
                    .request_hash = "of another request",
                    .status = 201,
                    .body = "{}",
                    .created_at = world.test.clock.now()});
    const auto counts = world.test.row_counts();
    for (const auto& operation : operations()) {
        if (!operation.idempotent) {
            continue;
        }
        const auto answer = world.send(operation, "elsewhere");
        INFO(operation.name() << ' ' << answer.body);
        CHECK(answer.status == 422);
        CHECK(answer.code() == "IDEMPOTENCY_MISMATCH");
    }
    CHECK(world.test.row_counts() == counts);
}

TEST_CASE("a key that is no visible text is refused by every operation that takes one",
          "[conformance][openapi][idempotency]")
{
    World world;
    for (const auto& operation : operations()) {
        if (!operation.idempotent) {
            continue;
        }
        const auto answer = world.send(operation, "two words");
        INFO(operation.name() << ' ' << answer.body);
        CHECK(answer.status == 400);
    }
}
