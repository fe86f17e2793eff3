#include "core/log.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/inventory/statistics.hpp"
#include "server/app/demo/demo_data.hpp"
#include "server/app/services.hpp"
#include "tests/support/test_database.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <unistd.h>

using namespace chancery;
using namespace chancery::test;
namespace inventory = chancery::issuance::inventory;

namespace {

constexpr int kWanted = 120;

/// A data directory of its own, gone with the object.
class Directory {
public:
    Directory()
    {
        auto name = (std::filesystem::temp_directory_path() / "chancery-demo-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("cannot make a directory");
        }
        path_ = name;
    }

    ~Directory() { std::filesystem::remove_all(path_); }

    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

app::Config config_for(const Directory& directory, const TestDatabase& database)
{
    app::Config config;
    config.data_directory = directory.path().string();
    config.database.url = database.url();
    return config;
}

template <class Look> auto look(const app::Config& config, Look look)
{
    app::Services services(config, false);
    return services.store.read_now(look);
}

std::vector<inventory::Bucket> by_month(db::Session& session)
{
    return inventory::issuance_statistics(session, {.now = SystemClock().now()}, issuance::Interval::Month, 12);
}

void check_certificates(const app::Config& config, const app::demo::Summary& made)
{
    const auto all = made.active + made.expired + made.revoked;
    CHECK(all >= kWanted * 8 / 10);
    CHECK(all <= kWanted * 3 / 2);
    CHECK(made.active > 0);
    CHECK(made.expired > 0);
    CHECK(made.revoked > 0);
    CHECK(made.ending > 0);
    const auto months = look(config, by_month);
    REQUIRE(months.size() == 12);
    CHECK(std::ranges::all_of(months, [](const inventory::Bucket& month) { return month.count > 0; }));
    const auto kinds = look(config, [](db::Session& session) {
        return inventory::crypto_statistics(session, {.now = SystemClock().now()});
    });
    CHECK(kinds.size() >= 3);
}

/// Every certificate came from an order, whatever way that took, and nothing was made before it was ordered.
void check_orders(const app::Config& config, const app::demo::Summary& made)
{
    CHECK(made.complete == made.active + made.expired + made.revoked);
    CHECK(made.failed > 0);
    CHECK(made.waiting > 0);
    CHECK(made.refused > 0);
    look(config, [](db::Session& session) {
        const auto now = SystemClock().now();
        const auto orders = db::OrderRepository(session).list({}, {.limit = 2 * kWanted});
        for (const auto pathway : {Pathway::Automated, Pathway::Csr, Pathway::Acme}) {
            CHECK(std::ranges::find(orders, pathway, &Order::pathway) != orders.end());
        }
        CHECK(std::ranges::find(orders, OrderKind::Renewal, &Order::kind) != orders.end());
        CHECK(std::ranges::all_of(orders, [&](const Order& order) {
            const bool at_once = order.status == OrderStatus::Failed; // what the gate refuses ends as it comes
            return order.submitted_at < now && (!order.completed_at || order.submitted_at < *order.completed_at ||
                                                (at_once && order.submitted_at == *order.completed_at));
        }));
        CHECK(std::ranges::find(orders, OrderStatus::Failed, &Order::status) != orders.end());
        return true;
    });
}

} // namespace

TEST_CASE("demonstration data are a year of real orders, with a whole audit log", "[app][demo]")
{
    log::configure(log::Level::Error, "-"); // a year of warnings is none of the test's
    const auto database = TestDatabase::empty(GENERATE(from_range(test_dialects())));
    const Directory directory;
    const auto config = config_for(directory, *database);
    const auto made = app::demo::make_demo_data(config, kWanted);
    CHECK(made.administrator == config.setup.admin_email);
    CHECK_FALSE(made.password.empty());
    check_certificates(config, made);
    check_orders(config, made);
    const auto verified = look(config, [](db::Session& session) { return issuance::audit::verify(session); });
    CHECK_FALSE(verified.broken_at);
    CHECK(verified.checked == made.audit_records);
    CHECK(std::filesystem::exists(config.path("root.pem")));

    // A second year cannot be put under the first.
    CHECK_THROWS_WITH(app::demo::make_demo_data(config, kWanted), Catch::Contains("set up already"));
    const auto orders = look(config, [](db::Session& session) { return db::OrderRepository(session).count({}); });
    CHECK(orders == made.complete + made.failed + made.waiting);
}
