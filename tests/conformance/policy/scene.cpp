#include "tests/conformance/policy/scene.hpp"

#include "core/encoding.hpp"
#include "core/id.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/administration.hpp"
#include "pki/csr.hpp"
#include "pki/pem.hpp"
#include "tests/conformance/acme/odd_csrs.hpp"
#include "tests/support/acme_world.hpp"
#include "tests/support/api_world.hpp"
#include "tests/support/run.hpp"

#include <soci/soci.h>

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

issuance::CertificateRequest request_of(issuance::Core& core, const Ask& ask, bool with_csr)
{
    json::Reader in(body_of(ask, with_csr));
    auto request = issuance::parse_request(core, in);
    if (!request) {
        throw std::runtime_error("the test's own request is wrong: " + request.error().detail);
    }
    return std::move(*request);
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

/// A machine account on its host, as the door makes its caller.
class Courier final : public RestScene {
    Outcome attempt(const Ask& ask) override
    {
        issuance::Caller courier{
            .actor = {.type = ActorType::Courier, .id = "01939f6a-7a3c-7d52-8d8f-1f6a7e2b9c10", .name = "host-7"},
            .role = Role::User,
            .scope = Scope::Write};
        world.test.read([&](db::Session& session) {
            for (const auto& domain : db::DomainRepository(session).list()) {
                courier.domain_ids.push_back(domain.id);
            }
            return 0;
        });
        return of(world.test.issue(courier, request_of(core(), ask, ask.with_a_csr)));
    }
};

/// Of a certificate for the same names.
class Renewal final : public RestScene {
    Outcome attempt(const Ask& ask) override
    {
        if (last_certificate.empty()) {
            throw std::logic_error("there is nothing to renew");
        }
        auto request = request_of(core(), ask, ask.with_a_csr);
        request.kind = OrderKind::Renewal;
        request.renews_certificate = last_certificate;
        return of(world.test.issue(world.test.administrator(), request));
    }
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
    static const std::vector<Path> all{
        {"REST, automated", make<RestAutomated>}, {"REST, CSR", make<RestCsr>}, {"Courier", make<Courier>},
        {"ACME finalize", make<AcmeFinalize>},    {"renewal", make<Renewal>},   {"resubmission", make<Resubmission>}};
    return all;
}

} // namespace chancery::test::matrix
