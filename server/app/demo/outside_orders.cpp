#include "core/json.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/providers/administration.hpp"
#include "issuance/providers/external_orders.hpp"
#include "server/app/demo/incidents.hpp"

namespace chancery::app::demo {
namespace {

namespace providers = issuance::providers;
using std::chrono::days;
using std::chrono::hours;

constexpr days kBoughtFor{90};

std::string order_at(const std::string& provider_id, const std::string& name)
{
    return json::Writer()
        .begin_object()
        .member("common_name", name)
        .member("key_algorithm", "ec-256")
        .member("provider_id", provider_id)
        .member("tags", std::vector<std::string>{"outside"})
        .end_object()
        .take();
}

Provider create(Stage& stage, const Cast& cast, const providers::NewProvider& wanted)
{
    const auto caller = stage.caller(cast.pki);
    return stage.must(
        [&](db::UnitOfWork& work) { return providers::create_provider(stage.core, work, caller, wanted); });
}

/// What a provider is to do and has not done.
std::vector<Order> waiting_at(Stage& stage, const std::string& provider_id)
{
    constexpr int kMost = 200;
    auto orders = stage.read([&](db::Session& session) {
        return db::OrderRepository(session).list({.statuses = {OrderStatus::Processing}, .type = OrderType::ExternalCa},
                                                 {.limit = kMost});
    });
    std::erase_if(orders, [&](const Order& order) { return order.provider_id != provider_id; });
    return orders;
}

/// What the purchasing department does every morning: yesterday's orders, renewals among them.
void fulfil(Stage& stage, const Cast& cast, const OutsideCa& ca, const std::string& provider_id)
{
    constexpr hours kDelivery{21};
    const auto caller = stage.caller(cast.pki);
    for (const auto& order : waiting_at(stage, provider_id)) {
        if (stage.clock.now() - order.submitted_at < kDelivery) {
            continue;
        }
        const auto csr = commands::value_or_throw(stage.read(
            [&](db::Session& session) { return providers::csr_of_order(stage.core, session, caller, order.id); }));
        const auto pem = ca.issue(csr, stage.clock.now(), kBoughtFor);
        stage.must(
            [&](db::UnitOfWork& work) { return providers::fulfil_by_hand(stage.core, work, caller, order.id, pem); });
    }
}

void buy(Stage& stage, const Cast& cast, const std::string& provider_id, int number)
{
    stage.submit(stage.caller(cast.second_deployment),
                 order_at(provider_id, "store-" + std::to_string(number) + ".shop.example"));
}

Provider create_purchasing(Stage& stage, const Cast& cast, const OutsideCa& ca)
{
    auto configuration = json::Writer()
                             .begin_object()
                             .member("instructions", "Order it from Public Trust Example; the contract is 2026-114.")
                             .member("trust_anchors", ca.anchor())
                             .member("validity_days", static_cast<int>(kBoughtFor.count()))
                             .end_object()
                             .take();
    return create(stage, cast,
                  {.name = "Purchasing", .kind = ProviderKind::Manual, .configuration = std::move(configuration)});
}

void open_purchasing(Stage& stage, const Cast& cast, Time end)
{
    const auto ca = std::make_shared<OutsideCa>("Public Trust Example", stage.clock.now());
    const auto id = create_purchasing(stage, cast, *ca).id;
    const auto now = stage.clock.now();
    int number = 0;
    for (auto at = now + days(5); at < end - days(2); at += days(23)) {
        stage.agenda.at(at, [&stage, &cast, id, n = ++number] { buy(stage, cast, id, n); });
    }
    stage.agenda.at(end - hours(20), [&stage, &cast, id, n = ++number] { buy(stage, cast, id, n); }); // waits
    for (auto at = now + days(1); at < end; at += days(1)) {
        stage.agenda.at(at, [&stage, &cast, ca, id] { fulfil(stage, cast, *ca, id); });
    }
}

/// A failed order is placed again without the provider that did not answer.
void place_again(Stage& stage, const Cast& cast, const std::string& order_id)
{
    const auto caller = stage.caller(cast.deployment);
    const auto request = stage.read([&](db::Session& session) {
        return issuance::resubmission(stage.core, session, caller, order_id, R"({"provider_id":null})");
    });
    if (request) {
        stage.submit(caller, *request);
    }
}

void order_from_branch(Stage& stage, const Cast& cast, const std::string& provider_id, const std::string& name)
{
    const auto outcome = stage.submit(stage.caller(cast.deployment), order_at(provider_id, name));
    if (outcome.order && stage.chance.percent(60)) {
        stage.agenda.at(stage.clock.now() + hours(47),
                        [&stage, &cast, id = outcome.order->id] { place_again(stage, cast, id); });
    }
}

void open_branch(Stage& stage, const Cast& cast, Time end)
{
    const auto id = create(stage, cast,
                           {.name = "Branch office EST",
                            .kind = ProviderKind::Est,
                            .configuration = R"({"url":"https://est.branch.devices.example","username":"chancery",)"
                                             R"("password":"as-agreed-on-the-phone"})"})
                        .id;
    int number = 0;
    for (auto at = stage.clock.now() + days(3); at < end - days(2); at += days(5) + hours(1)) {
        stage.agenda.at(at, [&stage, &cast, id, n = ++number] {
            order_from_branch(stage, cast, id, "till-" + std::to_string(n) + ".branch.devices.example");
        });
    }
}

} // namespace

void plan_providers(Stage& stage, const Cast& cast, Time begin, Time end)
{
    stage.agenda.at(begin + days(30) + hours(9), [&stage, &cast, end] { open_purchasing(stage, cast, end); });
    stage.agenda.at(begin + days(110) + hours(9), [&stage, &cast, end] { open_branch(stage, cast, end); });
}

} // namespace chancery::app::demo
