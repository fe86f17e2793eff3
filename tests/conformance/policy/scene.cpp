#include "tests/conformance/policy/scene.hpp"

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/configuration.hpp"
#include "issuance/providers/kinds.hpp"
#include "issuance/renewal/renewal.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"
#include "tests/conformance/acme/odd_csrs.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <stdexcept>

namespace chancery::test::matrix {
namespace {

std::vector<Name> names_of(const Ask& ask)
{
    std::vector<Name> names;
    for (const auto& name : ask.names) {
        names.push_back({NameType::Dns, name});
    }
    names.insert(names.end(), ask.other_names.begin(), ask.other_names.end());
    return names;
}

std::string csr_of(const Ask& ask)
{
    if (ask.for_a_ca) {
        return from_base64(csrs::kForCa).value();
    }
    const auto key = ask.key ? ask.key : pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    Subject subject;
    subject.organization = ask.organization;
    return pki::build_csr(key, subject, names_of(ask));
}

/// The body of an order by REST.
std::string body_of(const Ask& ask, bool with_csr)
{
    json::Writer out;
    out.begin_object();
    if (with_csr) {
        return out.member("csr", pki::to_pem(csr_of(ask), "CERTIFICATE REQUEST")).end_object().take();
    }
    out.member("common_name", ask.names.front()).begin_array("subject_alternative_names");
    for (const auto& name : names_of(ask)) {
        out.begin_object().member("type", name_of(name.type)).member("value", name.value).end_object();
    }
    out.end_array();
    if (!ask.organization.empty()) {
        out.begin_object("subject").member("organization", ask.organization).end_object();
    }
    return out.end_object().take();
}

/// The core and the REST door.
class RestScene : public Scene {
public:
    RestScene() : world(test_dialects().front())
    {
        world.test.domain("example.org");
        world.test.domain("198.51.100.0/24", DomainKind::IpRange);
        world.test.domain("example.org", DomainKind::Mail);
    }

    void issue_before(const Ask& ask) override
    {
        last_certificate = ApiWorld::certificate_of(post(ask, ask.with_a_csr));
        if (last_certificate.empty()) {
            throw std::runtime_error("a certificate before any policy was refused");
        }
    }

protected:
    issuance::Core& core() override { return world.test.core; }

    ApiAnswer post(const Ask& ask, bool with_csr) { return world.admin.post("/api/v1/orders", body_of(ask, with_csr)); }

    Outcome of(const ApiAnswer& answer)
    {
        return {.issued = answer.status == 201 && answer.text("status") == "complete",
                .code = answer.code(),
                .told_id = answer.text("decision_id"),
                .decision = newest_decision()};
    }

    Outcome of(const Result<issuance::Finished>& finished)
    {
        return {.issued = finished && finished->certificate.has_value(),
                .code = finished                                        ? ""
                        : finished.error().code == Code::PolicyHardFail ? "POLICY_HARD_FAIL"
                                                                        : finished.error().detail,
                .told_id = finished ? "" : finished.error().decision_id.value_or(""),
                .decision = newest_decision()};
    }

    ApiWorld world;
    std::string last_certificate{};
};

class RestAutomated final : public RestScene {
    Outcome attempt(const Ask& ask) override { return of(post(ask, false)); }
};

class RestCsr final : public RestScene {
    Outcome attempt(const Ask& ask) override { return of(post(ask, true)); }
};

/// A courier on its host, with a token that it got for its secret.
class Courier final : public RestScene {
public:
    Courier() : client_(world.router, token()) {}

private:
    Outcome attempt(const Ask& ask) override
    {
        const auto answer = client_.post("/api/v1/orders", body_of(ask, ask.with_a_csr));
        if (answer.status == 201 && answer.text("requested_by/type") != "courier") {
            throw std::runtime_error("the order is not the courier's: " + answer.body);
        }
        return of(answer);
    }

    std::string token()
    {
        const auto domains = world.admin.walk("/api/v1/domains", 50);
        json::Writer out;
        out.begin_object()
            .member("kind", "courier")
            .member("name", "host-7")
            .member("scope", "write")
            .member("owner_id", world.admin.get("/api/v1/me").text("actor/id"))
            .begin_array("domain_ids");
        for (const auto& id : domains) {
            out.value(std::string_view(id));
        }
        const auto made = world.admin.post("/api/v1/service-accounts", out.end_array().end_object().take());
        const auto access = ApiClient(world.router)
                                .post("/oauth2/token",
                                      "grant_type=client_credentials&client_id=" + made.text("client_id") +
                                          "&client_secret=" + made.text("client_secret"),
                                      {{"Content-Type", "application/x-www-form-urlencoded"}});
        if (access.status != 200) {
            throw std::runtime_error("the courier got no token: " + made.body + access.body);
        }
        return access.text("access_token");
    }

    ApiClient client_;
};

/// The parameters as changes of a renewal's (RFC 7396).
std::string changes_of(const Ask& ask)
{
    auto changes = body_of(ask, ask.with_a_csr);
    return json::Writer().begin_object().raw_member("changes", changes).end_object().take();
}

/// Of the certificate that was issued last, edited to what is asked for.
class RestRenewal final : public RestScene {
    Outcome attempt(const Ask& ask) override
    {
        return of(world.admin.post("/api/v1/certificates/" + last_certificate + "/renewals", changes_of(ask)));
    }
};

/// The same as the server's own order.
class ScheduledRenewal final : public RestScene {
    Outcome attempt(const Ask& ask) override
    {
        const auto request = world.test.read([&](db::Session& session) {
            return issuance::renewal_of(core(), session, issuance::system_caller(), last_certificate,
                                        body_of(ask, ask.with_a_csr));
        });
        if (!request) {
            throw std::runtime_error("the test's own renewal is wrong: " + request.error().detail);
        }
        return of(world.test.issue(issuance::system_caller(), *request));
    }
};

/// An order at a CA outside. It is issued, as far as the policies are concerned, when the CA is to be asked.
template <ProviderKind kKind> class Outside final : public RestScene {
public:
    Outside()
    {
        world.test.write([&](db::UnitOfWork& work) {
            provider.created_at = core().clock.now();
            provider.updated_at = provider.created_at;
            provider.id = new_id(provider.created_at);
            db::ProviderRepository(work).insert(provider);
            issuance::ConfigurationCache::bump(work);
        });
    }

    bool can_issue(const Ask& ask) const override
    {
        const auto can = issuance::providers::capabilities_of(provider);
        return RestScene::can_issue(ask) && std::ranges::all_of(ask.other_names, [&](const Name& name) {
                   return std::ranges::find(can.name_types, name.type) != can.name_types.end();
               });
    }

private:
    Outcome attempt(const Ask& ask) override
    {
        auto body = body_of(ask, ask.with_a_csr);
        body.pop_back(); // the brace
        const auto answer = world.admin.post("/api/v1/orders", body + R"(,"provider_id":")" + provider.id + R"("})");
        auto outcome = of(answer);
        outcome.issued = answer.status == 202 && answer.text("status") == "processing";
        return outcome;
    }

    Provider provider{.name = "Outside",
                      .type = order_type_of(kKind),
                      .kind = kKind,
                      .configuration = R"({"solver":"dns-01-webhook"})"};
};

/// Of an order that failed, with the parameters that it keeps.
class Resubmission final : public RestScene {
    Outcome attempt(const Ask& ask) override
    {
        const auto now = core().clock.now();
        const Order failed{.id = new_id(now),
                           .common_name = ask.names.front(),
                           .pathway = Pathway::Automated,
                           .status = OrderStatus::Failed,
                           .requested_by = world.test.administrator().actor,
                           .request = body_of(ask, ask.with_a_csr),
                           .error = R"({"code":"INTERNAL","detail":"the test says so"})",
                           .policy_warnings = "[]",
                           .submitted_at = now,
                           .completed_at = now};
        world.test.write([&](db::UnitOfWork& work) { db::OrderRepository(work).insert(failed); });
        return of(world.admin.post("/api/v1/orders/" + failed.id + "/resubmissions"));
    }
};

class AcmeFinalize final : public Scene {
public:
    AcmeFinalize() : world(test_dialects().front()), client(world.registered()) {}

    void issue_before(const Ask& ask) override
    {
        if (!attempt(ask).issued) {
            throw std::runtime_error("a certificate before any policy was refused");
        }
    }

    Outcome attempt(const Ask& ask) override
    {
        auto names = ask.names;
        for (const auto& name : ask.other_names) {
            names.push_back(name.value);
        }
        const auto order = world.ready_order(client, names);
        const auto reply = client.finalize(order, csr_of(ask));
        return {.issued = reply.status == 200 && reply.text("status") == "valid",
                .code = reply.problem(),
                .told_id = reply.json().optional_string("decision_id").value_or(""),
                .decision = newest_decision()};
    }

protected:
    issuance::Core& core() override { return world.core; }

private:
    AcmeWorld world;
    AcmeClient client;
};

template <class S> std::unique_ptr<Scene> make()
{
    return std::make_unique<S>();
}

} // namespace

std::string Outcome::said(const std::string& rule) const
{
    json::Reader in(decision);
    for (auto& finding : in.optional_objects("findings").value_or(std::vector<json::Reader>{})) {
        if (finding.string("rule") == rule) {
            return finding.string("outcome");
        }
    }
    return {};
}

std::string Outcome::decision_id() const
{
    return json::Reader(decision).string("id");
}

void Scene::clear_policies()
{
    core().store.write_now([&](db::UnitOfWork& work) {
        for (const auto& policy : db::PolicyRepository(work).list()) {
            static_cast<void>(
                issuance::retire_policy(core(), work, issuance::system_caller(), policy.id, policy.version));
        }
    });
}

void Scene::set_policy(std::vector<PolicyRule> rules)
{
    clear_policies();
    const Policy policy{.name = "Under test",
                        .patterns = {"*.example.org"},
                        .actions = {PolicyAction::Generate, PolicyAction::Renew},
                        .rules = std::move(rules)};
    const auto made = core().store.write_now(
        [&](db::UnitOfWork& work) { return issuance::create_policy(core(), work, issuance::system_caller(), policy); });
    if (!made) {
        throw std::runtime_error("the policy under test was refused: " + made.error().detail);
    }
}

std::string Scene::newest_decision()
{
    return core().store.read_now([](db::Session& session) {
        std::string document;
        soci::indicator found = soci::i_ok;
        session.sql() << "SELECT document FROM policy_decisions ORDER BY id DESC LIMIT 1", soci::into(document, found);
        return document;
    });
}

std::string Scene::newest_resource(std::string_view action)
{
    return core().store.read_now([&](db::Session& session) {
        const auto events =
            db::AuditRepository(session).list({.action = std::string(action)}, {.limit = 1, .descending = true});
        return events.empty() ? std::string() : events.front().resource_id;
    });
}

const std::vector<Path>& paths()
{
    static const std::vector<Path> all{{"REST, automated", make<RestAutomated>},
                                       {"REST, CSR", make<RestCsr>},
                                       {"Courier", make<Courier>},
                                       {"ACME finalize", make<AcmeFinalize>},
                                       {"renewal, REST", make<RestRenewal>},
                                       {"renewal, by itself", make<ScheduledRenewal>},
                                       {"resubmission", make<Resubmission>},
                                       {"provider, ACME", make<Outside<ProviderKind::Acme>>},
                                       {"provider, EST", make<Outside<ProviderKind::Est>>},
                                       {"provider, DigiCert", make<Outside<ProviderKind::Digicert>>},
                                       {"provider, GlobalSign", make<Outside<ProviderKind::Globalsign>>},
                                       {"provider, manual", make<Outside<ProviderKind::Manual>>}};
    return all;
}

} // namespace chancery::test::matrix
