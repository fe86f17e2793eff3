#include "bench/load/flow.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "pki/csr.hpp"

#include <thread>

namespace chancery::bench {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

struct Challenge {
    std::string url{};
    std::string token{};
};

Challenge http01_of(json::Reader& authorization)
{
    for (auto& challenge : authorization.objects("challenges")) {
        if (challenge.string("type") == "http-01") {
            return {.url = challenge.string("url"), .token = challenge.string("token")};
        }
    }
    throw Refused("no http-01", "the authorization offers no http-01 challenge");
}

} // namespace

HttpResponse Flow::wait_until_final(const Account& account, const std::string& path, Kind kind)
{
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        auto response = session_.post(account, path, "", kind);
        json::Reader in(response.body);
        const auto status = in.string("status");
        if (status == "valid") {
            return response;
        }
        if (status != "pending" && status != "processing" && status != "ready") {
            throw Refused(kind == Kind::OrderPoll ? "order " + status : "authorization " + status, response.body);
        }
        if (std::chrono::steady_clock::now() > deadline) {
            throw Refused("timeout", "still " + status + " after a minute");
        }
        std::this_thread::sleep_for(poll_);
    }
}

void Flow::authorize(const Account& account, const std::string& url)
{
    const auto path = session_.path_of(url);
    const auto response = session_.post(account, path, "", Kind::Authorization);
    json::Reader in(response.body);
    if (in.string("status") == "valid") {
        return;
    }
    const auto challenge = http01_of(in);
    responder_.answer(challenge.token, challenge.token + '.' + account.thumbprint);
    session_.post(account, session_.path_of(challenge.url), "{}", Kind::Challenge);
    std::this_thread::sleep_for(poll_ / 2);
    wait_until_final(account, path, Kind::AuthorizationPoll);
    responder_.forget(challenge.token);
}

void Flow::obtain(const Account& account, const std::string& name)
{
    const auto start = std::chrono::steady_clock::now();
    const auto created = session_.post(account, session_.directory().new_order,
                                       R"({"identifiers":[{"type":"dns","value":")" + name + "\"}]}", Kind::NewOrder);
    journal_.order(account, created.location);
    json::Reader order(created.body);
    for (const auto& authorization : order.strings("authorizations")) {
        authorize(account, authorization);
    }

    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto csr = pki::build_csr(key, {}, {{NameType::Dns, name}});
    auto finalized = session_.post(account, session_.path_of(order.string("finalize")),
                                   R"({"csr":")" + to_base64url(csr) + "\"}", Kind::Finalize);
    journal_.finalized(account, created.location);
    if (json::Reader(finalized.body).string("status") != "valid") {
        finalized = wait_until_final(account, session_.path_of(created.location), Kind::OrderPoll);
    }
    const auto certificate_url = json::Reader(finalized.body).string("certificate");
    const auto chain = session_.post(account, session_.path_of(certificate_url), "", Kind::Download);
    const auto outcome = check_.check(chain.body, key.public_key().spki(), name);
    auto& statistics = session_.statistics();
    statistics.add(Kind::Certificate, std::chrono::steady_clock::now() - start);
    ++statistics.certificates;
    if (!outcome.failure.empty()) {
        ++statistics.verification_failures;
        ++statistics.errors["verification: " + outcome.failure];
        return;
    }
    journal_.certificate(account, created.location, certificate_url, outcome.serial, outcome.der);
}

} // namespace chancery::bench
