#include "acme/resources.hpp"
#include "core/json.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::acme;
using namespace std::chrono_literals;

namespace {

const Urls kUrls("https://ca.example:8443", "default");
const Time kNow = from_rfc3339("2026-11-23T12:00:00Z").value();

AcmeAuthorization sample_authorization(AcmeAuthorizationStatus status)
{
    AcmeAuthorization authorization{.id = "a1",
                                    .account_id = "acct",
                                    .identifier = {NameType::Dns, "www.example.org"},
                                    .status = status,
                                    .expires_at = kNow + 1h};
    authorization.challenges = {{.id = "c1", .authorization_id = "a1", .type = "http-01", .token = "t1"},
                                {.id = "c2", .authorization_id = "a1", .type = "dns-01", .token = "t2"}};
    return authorization;
}

AcmeOrder sample_order(AcmeOrderStatus status)
{
    return AcmeOrder{.id = "o1",
                     .account_id = "acct",
                     .status = status,
                     .identifiers = {{NameType::Dns, "www.example.org"}, {NameType::Ip, "192.0.2.1"}},
                     .authorization_ids = {"a1", "a2"},
                     .expires_at = kNow + 1h};
}

} // namespace

TEST_CASE("a challenge starts with type, url, status and token", "[acme-074]")
{
    const AcmeChallenge challenge{.id = "c1", .type = "http-01", .token = "abc"};
    CHECK(
        challenge_json(challenge, kUrls) ==
        R"({"type":"http-01","url":"https://ca.example:8443/acme/default/challenge/c1","status":"pending","token":"abc"})");
}

TEST_CASE("a valid challenge tells when, and only an invalid one carries its error", "[acme-071]")
{
    AcmeChallenge challenge{
        .id = "c1", .type = "dns-01", .token = "abc", .validated_at = kNow, .error = R"({"type":"x"})"};
    challenge.status = AcmeChallengeStatus::Valid;
    json::Reader valid(challenge_json(challenge, kUrls));
    CHECK(valid.string("validated") == "2026-11-23T12:00:00Z");
    CHECK_FALSE(valid.has("error"));
    challenge.status = AcmeChallengeStatus::Processing;
    json::Reader processing(challenge_json(challenge, kUrls));
    CHECK_FALSE(processing.has("error"));
    CHECK_FALSE(processing.has("validated"));
    challenge.status = AcmeChallengeStatus::Invalid;
    CHECK(json::Reader(challenge_json(challenge, kUrls)).is_object("error"));
}

TEST_CASE("an authorization shows every challenge until one decided it", "[acme-075]")
{
    auto authorization = sample_authorization(AcmeAuthorizationStatus::Pending);
    CHECK(json::Reader(authorization_json(authorization, kUrls, kNow)).objects("challenges").size() == 2);
    authorization.challenges[1].status = AcmeChallengeStatus::Valid;
    authorization.status = AcmeAuthorizationStatus::Valid;
    auto challenges = json::Reader(authorization_json(authorization, kUrls, kNow)).objects("challenges");
    REQUIRE(challenges.size() == 1);
    CHECK(challenges[0].string("type") == "dns-01");
    authorization.challenges[1].status = AcmeChallengeStatus::Invalid;
    authorization.challenges[1].error = "{}";
    challenges = json::Reader(authorization_json(authorization, kUrls, kNow)).objects("challenges");
    REQUIRE(challenges.size() == 1);
    CHECK(challenges[0].string("status") == "invalid");
}

TEST_CASE("the member wildcard is there only when true", "[acme-064]")
{
    auto authorization = sample_authorization(AcmeAuthorizationStatus::Pending);
    CHECK_FALSE(json::Reader(authorization_json(authorization, kUrls, kNow)).has("wildcard"));
    authorization.wildcard = true;
    CHECK(json::Reader(authorization_json(authorization, kUrls, kNow)).boolean("wildcard"));
}

TEST_CASE("time makes pending and valid authorizations invalid and expired", "[acme-070]")
{
    auto authorization = sample_authorization(AcmeAuthorizationStatus::Valid);
    CHECK(status_at(authorization, kNow) == AcmeAuthorizationStatus::Valid);
    CHECK(status_at(authorization, kNow + 1h) == AcmeAuthorizationStatus::Expired);
    authorization.status = AcmeAuthorizationStatus::Pending;
    CHECK(status_at(authorization, kNow + 1h) == AcmeAuthorizationStatus::Invalid);
    authorization.status = AcmeAuthorizationStatus::Deactivated;
    CHECK(status_at(authorization, kNow + 1h) == AcmeAuthorizationStatus::Deactivated);
}

TEST_CASE("an order has its members, and its certificate only when valid", "[acme-060]")
{
    auto order = sample_order(AcmeOrderStatus::Ready);
    order.certificate_id = "cert";
    json::Reader ready(order_json(order, kUrls, kNow));
    CHECK(ready.string("status") == "ready");
    CHECK(ready.string("expires") == "2026-11-23T13:00:00Z");
    CHECK(ready.objects("identifiers")[1].string("type") == "ip");
    CHECK(ready.strings("authorizations")[1] == "https://ca.example:8443/acme/default/authorization/a2");
    CHECK(ready.string("finalize") == "https://ca.example:8443/acme/default/order/o1/finalize");
    CHECK_FALSE(ready.has("certificate"));
    CHECK_FALSE(ready.has("error"));
    order.status = AcmeOrderStatus::Valid;
    CHECK(json::Reader(order_json(order, kUrls, kNow)).string("certificate") ==
          "https://ca.example:8443/acme/default/certificate/cert");
}

TEST_CASE("an expired order is invalid, with the reason", "[acme-070]")
{
    const auto order = sample_order(AcmeOrderStatus::Ready);
    json::Reader expired(order_json(order, kUrls, kNow + 1h));
    CHECK(expired.string("status") == "invalid");
    CHECK(expired.object("error").string("type") == "urn:ietf:params:acme:error:malformed");
    CHECK(json::Reader(order_json(sample_order(AcmeOrderStatus::Valid), kUrls, kNow + 2h)).string("status") == "valid");
}

TEST_CASE("a failure of the core's own is told without its details", "[acme-043]")
{
    auto order = sample_order(AcmeOrderStatus::Invalid);
    order.error = R"({"code":"INTERNAL","detail":"disk on fire"})";
    const auto text = order_json(order, kUrls, kNow);
    CHECK(text.find("disk") == std::string::npos);
    CHECK(json::Reader(text).object("error").string("type") == "urn:ietf:params:acme:error:serverInternal");
}

TEST_CASE("an account always has orders, and contact only when there is one", "[acme-050]")
{
    AcmeAccount account{.id = "x"};
    json::Reader bare(account_json(account, kUrls));
    CHECK(bare.string("orders") == "https://ca.example:8443/acme/default/account/x/orders");
    CHECK_FALSE(bare.has("contact"));
    account.contacts = {"mailto:a@example.org"};
    CHECK(json::Reader(account_json(account, kUrls)).strings("contact").size() == 1);
}

TEST_CASE("the directory names what exists and says whether an external account is needed", "[acme-078]")
{
    AcmeServer server{.slug = "default", .require_eab = true, .terms_of_service = "https://ca.example/terms"};
    json::Reader directory(directory_json(server, kUrls));
    CHECK(directory.string("newOrder") == "https://ca.example:8443/acme/default/new-order");
    CHECK(directory.string("newAuthz") == "https://ca.example:8443/acme/default/new-authz");
    CHECK(directory.string("renewalInfo") == "https://ca.example:8443/acme/default/renewal-info");
    auto meta = directory.object("meta");
    CHECK(meta.boolean("externalAccountRequired"));
    CHECK(meta.string("termsOfService") == "https://ca.example/terms");
    CHECK_FALSE(meta.has("website"));
}
