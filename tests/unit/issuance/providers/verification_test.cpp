#include "issuance/providers/verification.hpp"
#include "pki/csr.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/test_ca.hpp"

#include <catch2/catch.hpp>

using namespace chancery;
using namespace chancery::test;
using issuance::providers::verify_issued;

namespace {

constexpr auto kDay = std::chrono::hours(24);

struct Ordered {
    ManualClock clock{};
    TestCa ca{clock};
    ExternalOrder order{};

    Ordered()
    {
        const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
        order.csr = pki::build_csr(key, {.common_name = "a.example.com"},
                                   {{NameType::Dns, "a.example.com"}, {NameType::Dns, "b.example.com"}});
        order.planned_from = clock.now();
        order.planned_to = clock.now() + 90 * kDay;
        order.planned_usages = {ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::ClientAuth};
    }

    std::vector<std::string> returned(const TestCa::Change& change = {}) const
    {
        return {ca.issue(order.csr, change), ca.intermediate()};
    }

    Result<issuance::providers::Verified> verify(const std::vector<std::string>& certificates,
                                                 const std::string& anchors = {}) const
    {
        return verify_issued(order, certificates, anchors, clock.now());
    }
};

} // namespace

TEST_CASE("a certificate that is what was asked for is taken, with its chain in order", "[issuance][providers]")
{
    const Ordered at;
    const auto leaf = at.ca.issue(at.order.csr);
    const auto verified = at.verify({at.ca.root(), leaf, at.ca.intermediate()}, at.ca.anchors_pem());
    REQUIRE(verified);
    CHECK(verified->certificate == leaf);
    CHECK(verified->chain == std::vector<std::string>{at.ca.intermediate()});
    CHECK(at.verify({leaf, at.ca.intermediate()}));
    CHECK(at.verify({leaf, at.ca.intermediate()}, at.ca.anchors_pem()));
}

TEST_CASE("a certificate that is something else is refused with the reason", "[issuance][providers]")
{
    const Ordered at;
    const auto now = at.clock.now();

    struct Case {
        const char* name;
        TestCa::Change change;
        const char* reason;
    };

    const Case cases[] = {
        {"another key", [](auto& plan) { plan.key = pki::PrivateKey::generate(KeyAlgorithm::Ec256).public_key(); },
         "has the key that was to be certified"},
        {"an extra name", [](auto& plan) { plan.names.push_back({NameType::Dns, "evil.example.net"}); },
         "evil.example.net, which was not requested"},
        {"an extra address", [](auto& plan) { plan.names.push_back({NameType::Ip, "192.0.2.1"}); },
         "192.0.2.1, which was not requested"},
        {"a missing name", [](auto& plan) { plan.names.pop_back(); }, "b.example.com is missing"},
        {"another common name", [](auto& plan) { plan.subject.common_name = "evil.example.net"; },
         "evil.example.net, which was not requested"},
        {"a common name that is no name", [](auto& plan) { plan.subject.common_name = "Evil Corp"; },
         "common name is none of the names"},
        {"a longer life", [](auto& plan) { plan.valid_to += 2 * kDay; }, "longer than was requested"},
        {"expired",
         [&](auto& plan) {
             plan.valid_from = now - 3 * kDay;
             plan.valid_to = now - kDay;
         },
         "it expired"},
        {"not yet valid", [&](auto& plan) { plan.valid_from = now + kDay; }, "it is not valid before"},
        {"a CA",
         [](auto& plan) {
             plan.is_ca = true;
             plan.key_usage = {KeyUsage::KeyCertSign};
         },
         "it is a CA certificate"},
        {"another usage", [](auto& plan) { plan.extended_key_usage.push_back(ExtendedKeyUsage::CodeSigning); },
         "it allows codeSigning"},
    };
    for (const auto& one : cases) {
        DYNAMIC_SECTION(one.name)
        {
            const auto verified = at.verify(at.returned(one.change));
            REQUIRE_FALSE(verified);
            CHECK(verified.error().code == Code::ProviderFailed);
            INFO(verified.error().detail);
            CHECK(verified.error().detail.find(one.reason) != std::string::npos);
        }
    }
}

TEST_CASE("a chain must be signed link by link, and end at the provider's anchors when it has any",
          "[issuance][providers]")
{
    const Ordered at;
    const TestCa other(at.clock, "Other");
    const auto leaf = at.ca.issue(at.order.csr);
    CHECK_FALSE(at.verify({leaf}));
    CHECK_FALSE(at.verify({leaf, other.intermediate()}));
    CHECK_FALSE(at.verify({leaf, at.ca.intermediate()}, other.anchors_pem()));
    CHECK_FALSE(at.verify({}));
    CHECK_FALSE(at.verify({"not a certificate"}));
}
