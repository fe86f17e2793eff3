#include "db/repositories/identity_repository.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;

namespace {

constexpr const char* kEvents = "/api/v1/events";

/// A stream that stays open, read when the test wants to.
struct Listener {
    Listener(const http::Router& router, const std::string& token, const std::string& last_event_id = {})
    {
        http::Request request;
        request.method = "GET";
        request.path = request.target = kEvents;
        request.fields.set("Authorization", "Bearer " + token);
        if (!last_event_id.empty()) {
            request.fields.set("Last-Event-ID", last_event_id);
        }
        response = run(router.route(request));
    }

    /// What there is by now; nothing when the stream has ended.
    std::optional<std::string> read()
    {
        std::string text;
        for (;;) {
            const auto piece = run(response.stream());
            if (!piece) {
                return text.empty() ? std::nullopt : std::optional(text);
            }
            if (piece->empty()) {
                return text;
            }
            text += *piece;
        }
    }

    http::Response response{};
};

/// The types of the events in a text, in order.
std::string types_of(const std::string& text)
{
    std::string types;
    constexpr std::string_view kMark = "\"type\":\"";
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1)) {
        const auto begin = at + kMark.size();
        types += text.substr(begin, text.find('"', begin) - begin) + ' ';
    }
    return types;
}

std::string last_id(const std::string& text)
{
    const auto at = text.rfind("id: ") + 4;
    return text.substr(at, text.find('\n', at) - at);
}

} // namespace

TEST_CASE("changes arrive with those who may see them", "[integration][api][inventory][events]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto person = world.test.user(Role::User, {"example.com"});
    const ApiClient ada(world.router, world.token_for(person, Scope::Write));
    Listener own(world.router, world.token_for(person, Scope::Read));
    Listener all(world.router, world.token_for(world.test.user(Role::ReportOperator), Scope::Read));
    REQUIRE(own.response.status == 200);
    CHECK(own.response.fields.find("content-type") == "text/event-stream");
    CHECK(own.read().value().starts_with("retry: "));
    CHECK(types_of(all.read().value()).empty());

    const auto id = ApiWorld::certificate_of(world.order(ada, {"own.example.com"}));
    world.order(world.admin, {"other.example.com"});
    ada.get("/api/v1/certificates/" + id); // a look is no change
    const auto issued = std::string("certificate.request_automated.submitted certificate.issue.success ");
    const auto mine = own.read().value();
    CHECK(types_of(mine) == issued);
    CHECK(mine.contains("\"resource_id\":\"" + id + '"'));
    CHECK(mine.contains("event: certificate\n"));
    CHECK_FALSE(mine.contains("other.example.com"));
    CHECK(types_of(all.read().value()) == issued + issued);

    const auto target = "/api/v1/certificates/" + id;
    ada.patch(target, R"({"tags":["x"]})", world.etag(target));
    CHECK(types_of(own.read().value()) == "certificate.update.success ");
}

TEST_CASE("a stream goes on after the last event that was received", "[integration][api][inventory][events]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto token = world.token_for(world.test.user(Role::ReportOperator), Scope::Read);
    std::string last;
    {
        Listener first(world.router, token);
        first.read();
        world.order(world.admin, {"a.example.com"});
        last = last_id(first.read().value());
    }
    world.order(world.admin, {"b.example.com"});
    Listener second(world.router, token, last);
    const auto missed = second.read().value();
    CHECK(types_of(missed) == "certificate.request_automated.submitted certificate.issue.success ");
    CHECK(std::stoll(last_id(missed)) > std::stoll(last));
    CHECK(world.admin.get(std::string(kEvents) + "?last_event_id=x").status == 422);
    CHECK(world.admin.get(std::string(kEvents) + "?last_event_id=99999999").status == 200);
}

TEST_CASE("a stream ends with its token", "[integration][api][inventory][events]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto person = world.test.user(Role::ReportOperator);
    const auto token = world.token_for(person, Scope::Read);
    Listener listener(world.router, token);
    listener.read();
    world.test.write([&](db::UnitOfWork& work) {
        db::ApiTokenRepository tokens(work);
        for (const auto& one : tokens.list_by_user(person.actor.id)) {
            tokens.revoke(one.id, world.test.clock.now());
        }
    });
    world.order(world.admin, {"a.example.com"});
    const auto rest = listener.read().value();
    CHECK(types_of(rest).empty());
    CHECK(rest.contains("event: end\ndata: {\"code\":\"UNAUTHENTICATED\"}"));
    CHECK_FALSE(listener.read());
}

TEST_CASE("a change of role counts at once in a stream that is open", "[integration][api][inventory][events]")
{
    ApiWorld world(GENERATE(from_range(test_dialects())));
    const auto person = world.test.user(Role::ReportOperator);
    Listener listener(world.router, world.token_for(person, Scope::Read));
    listener.read();
    world.test.write([&](db::UnitOfWork& work) {
        db::UserRepository users(work);
        auto user = users.find(person.actor.id).value();
        user.role = Role::User;
        users.update(user);
    });
    world.order(world.admin, {"a.example.com"});
    CHECK(types_of(listener.read().value()).empty());
}

TEST_CASE("streams are bounded, and a place is free when one ends", "[integration][api][inventory][events]")
{
    ApiWorld world(test_dialects().front());
    const auto token = world.token_for(world.test.user(Role::ReportOperator), Scope::Read);
    std::vector<std::unique_ptr<Listener>> open;
    for (int i = 0; i < 5; ++i) {
        open.push_back(std::make_unique<Listener>(world.router, token));
        CHECK(open.back()->response.status == 200);
    }
    CHECK(ApiClient(world.router, token).get(kEvents).status == 429);
    CHECK(world.admin.get(kEvents).status == 200);
    open.pop_back();
    CHECK(ApiClient(world.router, token).get(kEvents).status == 200);
}
