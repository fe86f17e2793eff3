#include "tests/conformance/openapi/contract.hpp"
#include "tests/support/full_queue.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <set>

using namespace chancery;
using namespace chancery::test;

namespace {

void check_busy(const ApiAnswer& answer)
{
    INFO(answer.body);
    CHECK(answer.status == 503);
    CHECK(answer.code() == "BUSY");
    CHECK(std::stoi("0" + answer.field("retry-after")) >= 1);
}

} // namespace

TEST_CASE("whoever asks a server that has too much to do is told when to come again", "[conformance][openapi]")
{
    // What records something before it answers, and what reads before it changes anything.
    const std::set<std::string> recorded{"GET /api/v1/certificates/{id}",     "GET /api/v1/certificates/{id}/chain",
                                         "GET /api/v1/certificates/{id}/der", "GET /api/v1/certificates/{id}/pem",
                                         "GET /api/v1/certificates/exports",  "GET /api/v1/events"};
    const std::set<std::string> readers{"POST /api/v1/sessions", "POST /api/v1/policy-evaluations",
                                        "POST /api/v1/certificates/search"};
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const ApiClient stranger(world.router);
    const auto what = GENERATE(FullQueue::Of::Reads, FullQueue::Of::Changes);
    const FullQueue full(world.test.database, what);
    for (const auto& operation : operations()) {
        const bool reads =
            operation.method == "GET" ? !recorded.contains(operation.name()) : readers.contains(operation.name());
        const bool asked = what == FullQueue::Of::Reads ? reads : recorded.contains(operation.name());
        if (asked) {
            INFO(operation.name());
            check_busy(operation.send(operation.open ? stranger : world.admin,
                                      operation.target("0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11")));
        }
    }
    if (what == FullQueue::Of::Reads) {
        const auto router = whole_router(world);
        CHECK(ApiClient(router).get("/readyz").status == 503);
    } else {
        check_busy(stranger.post("/oauth2/token",
                                 "grant_type=client_credentials&client_id=0192f0c4-8a51-7c3e-b0a4-5d2f6f1c9e11&"
                                 "client_secret=chs_x",
                                 {{"Content-Type", "application/x-www-form-urlencoded"}}));
    }
}
