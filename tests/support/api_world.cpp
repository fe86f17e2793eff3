#include "tests/support/api_world.hpp"

#include "issuance/identity/identity.hpp"
#include "pki/pem.hpp"

#include <iostream>
#include <stdexcept>

namespace chancery::test {
namespace {

std::string admin_token(TestCore& core)
{
    return std::string(core.made.admin_token.reveal());
}

api::ApiSettings with_url(api::ApiSettings settings)
{
    settings.public_url = "https://ca.example.com:8443";
    return settings;
}

http::Router routed(api::Door& door)
{
    http::Router router;
    door.add_routes(router);
    return router;
}

} // namespace

ApiWorld::ApiWorld(db::Dialect dialect, api::ApiSettings settings)
    : test(dialect), door(test.core, with_url(std::move(settings))), router(routed(door)),
      admin(router, admin_token(test))
{
}

ApiWorld::~ApiWorld()
{
    try {
        for (const auto& event : test.events("")) {
            log_audited(event.request_id, event.action);
        }
    } catch (const std::exception& error) {
        std::cerr << "what was audited is not in the contract's log: " << error.what() << '\n';
    }
}

std::string ApiWorld::token_for(const issuance::Caller& user, Scope scope)
{
    auto made = test.write([&](db::UnitOfWork& work) {
        return issuance::create_token(test.core, work, user, user.actor.id, "test", scope, std::nullopt);
    });
    return std::string(made.value().text.reveal());
}

ApiClient ApiWorld::somebody(Role role, const std::vector<std::string>& domains, Scope scope)
{
    return ApiClient(router, token_for(test.user(role, domains), scope));
}

ApiAnswer ApiWorld::order(const ApiClient& client, const std::vector<std::string>& names, const std::string& more)
{
    auto answer = client.post("/api/v1/orders", order_body(names, more));
    if (answer.status != 201 || answer.text("status") != "complete") {
        throw std::runtime_error("a test's order was not issued: " + answer.body);
    }
    return answer;
}

ApiAnswer ApiWorld::order_by_csr(const ApiClient& client, const std::vector<std::string>& names)
{
    const auto body = json::Writer().begin_object().member("csr", csr_pem(names)).end_object().take();
    auto answer = client.post("/api/v1/orders", body);
    if (answer.status != 201 || answer.text("status") != "complete") {
        throw std::runtime_error("a test's CSR was not certified: " + answer.body);
    }
    return answer;
}

std::string ApiWorld::failed_order()
{
    const auto accepted =
        admin.post("/api/v1/orders", order_body({"late.example.com"}, R"(,"key_algorithm":"rsa-2048")"));
    const auto target = "/api/v1/domains/" + admin.get("/api/v1/domains?q=example.com").items().front().string("id");
    admin.patch(target, R"({"enabled":false})", etag(target));
    test.jobs.run_all(test.store());
    admin.patch(target, R"({"enabled":true})", etag(target));
    const auto id = accepted.text("id");
    if (admin.get("/api/v1/orders/" + id).text("status") != "failed") {
        throw std::runtime_error("a test's order did not fail: " + accepted.body);
    }
    return id;
}

std::string order_body(const std::vector<std::string>& names, const std::string& more)
{
    json::Writer list;
    list.begin_array();
    for (const auto& name : names) {
        list.begin_object().member("type", "dns").member("value", name).end_object();
    }
    return R"({"common_name":")" + names.front() + R"(","subject_alternative_names":)" + list.end_array().take() +
           more + "}";
}

std::string csr_pem(const std::vector<std::string>& names)
{
    return pki::to_pem(with_csr(names).csr->der, "CERTIFICATE REQUEST");
}

} // namespace chancery::test
