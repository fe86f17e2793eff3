#include "server/app/demo/incidents.hpp"

#include "core/json.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/operation_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/authorities.hpp"
#include "issuance/inventory/custom_fields.hpp"
#include "issuance/inventory/saved_views.hpp"
#include "issuance/revocation/batches.hpp"
#include "issuance/revocation/blocked_keys.hpp"
#include "pki/digest.hpp"

#include <algorithm>

namespace chancery::app::demo {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const CustomField kFields[] = {
    {.name = "cost_center", .type = CustomFieldType::Text, .description = "Who pays"},
    {.name = "environment",
     .type = CustomFieldType::Choice,
     .description = "Where it runs",
     .choices = {"production", "staging", "test"}},
    {.name = "criticality", .type = CustomFieldType::Integer, .description = "1: nobody notices, 5: everybody does"},
};

const SavedView kViews[] = {
    {.name = "Ends within 30 days, nothing in its place",
     .description = "What somebody has to look after.",
     .shared = true,
     .filter = R"({"and":[{"field":"status","operator":"eq","value":"active"},)"
               R"({"field":"valid_to","operator":"within","value":"P30D"},)"
               R"({"field":"superseded","operator":"eq","value":false}]})",
     .sort = "valid_to",
     .columns = {"common_name", "valid_to", "owner", "tag"}},
    {.name = "RSA with 2048 bits",
     .description = "To be replaced by 2030.",
     .shared = true,
     .filter = R"({"and":[{"field":"status","operator":"eq","value":"active"},)"
               R"({"field":"algorithm","operator":"eq","value":"rsa-2048"}]})",
     .sort = "-created_at",
     .columns = {"common_name", "algorithm", "issuer", "valid_to"}},
    {.name = "Revoked for a lost key",
     .shared = false,
     .filter = R"({"field":"revocation_reason","operator":"eq","value":"keyCompromise"})",
     .sort = "-created_at",
     .columns = {"common_name", "revoked_at", "serial_number"}},
    {.name = "Production of the shop",
     .shared = true,
     .filter = R"({"and":[{"field":"name","operator":"under","value":"shop.example"},)"
               R"({"field":"custom.environment","operator":"eq","value":"production"}]})",
     .sort = "common_name",
     .columns = {"common_name", "valid_to", "custom.cost_center", "custom.criticality"}},
};

Authority authority_named(Stage& stage, const std::string& end)
{
    const auto all = stage.read([](db::Session& session) { return db::AuthorityRepository(session).list(); });
    const auto found = std::ranges::find_if(all, [&](const Authority& one) { return one.name.ends_with(end); });
    if (found == all.end()) {
        throw std::runtime_error("there is no CA " + end);
    }
    return *found;
}

constexpr auto kFirst = " Issuing CA";
constexpr auto kSecond = " Issuing CA 2";

/// The second intermediate, and every ACME server signs with it from now on.
void take_over(Stage& stage, const Cast& cast)
{
    const auto caller = stage.caller(cast.pki);
    const auto first = authority_named(stage, kFirst);
    const auto& organization = stage.services.config.setup.organization;
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto made = stage.must([&](db::UnitOfWork& work) {
        return issuance::create_authority(
            stage.core, work, caller,
            {.kind = AuthorityKind::Intermediate,
             .name = organization + kSecond,
             .subject = {.common_name = organization + kSecond, .organization = organization},
             .parent_id = first.parent_id.value()},
            key);
    });
    for (auto server : stage.read([](db::Session& session) { return db::AcmeServerRepository(session).list(); })) {
        server.authority_id = made.id;
        stage.must([&](db::UnitOfWork& work) {
            return issuance::update_acme_server(stage.core, work, caller, server, server.revision);
        });
    }
}

void retire_first(Stage& stage, const Cast& cast)
{
    const auto caller = stage.caller(cast.pki);
    const auto first = authority_named(stage, kFirst);
    stage.must([&](db::UnitOfWork& work) {
        return issuance::update_authority(stage.core, work, caller, first.id, {.retired = true}, first.revision);
    });
}

Domain domain_named(Stage& stage, const std::string& name)
{
    return stage.read([&](db::Session& session) {
        return db::DomainRepository(session).find_by_name(DomainKind::Dns, name).value();
    });
}

void set_domain(Stage& stage, const Cast& cast, const std::string& name, bool enabled)
{
    auto domain = domain_named(stage, name);
    domain.enabled = enabled;
    const auto caller = stage.caller(cast.pki);
    stage.must([&](db::UnitOfWork& work) {
        return issuance::update_domain(stage.core, work, caller, domain, domain.revision);
    });
}

/// Orders whose keys are being made when their domain is disabled: they fail.
void disable_under_orders(Stage& stage, const Cast& cast)
{
    for (const auto* name : {"app-a.lab.example", "app-b.lab.example"}) {
        stage.submit(stage.caller(cast.deployment),
                     R"({"common_name":")" + std::string(name) + R"(","key_algorithm":"rsa-2048"})");
    }
    set_domain(stage, cast, "lab.example", false);
    stage.jobs.run_due();
    stage.clock.advance_to(stage.clock.now() + minutes(35));
    set_domain(stage, cast, "lab.example", true);
}

void revoke_batch(Stage& stage, const Cast& cast, const std::vector<std::string>& ids)
{
    if (ids.empty()) {
        return;
    }
    const auto caller = stage.caller(cast.pki);
    const auto preview = stage.must([&](db::UnitOfWork& work) {
        return issuance::preview_revocations(stage.core, work, caller, {.certificate_ids = ids});
    });
    stage.clock.advance_to(stage.clock.now() + seconds(45));
    const issuance::BatchConfirmation confirmation{.code = std::string(preview.code.reveal()),
                                                   .reason = RevocationReason::AffiliationChanged,
                                                   .expected_count = static_cast<long long>(ids.size())};
    const auto attempt = stage.core.store.write_now([&](db::UnitOfWork& work) {
        return issuance::confirm_revocations(stage.core, work, caller, preview.batch.id, confirmation);
    });
    commands::value_or_throw(attempt.outcome);
    stage.jobs.run_due();
}

void block_leaked_keys(Stage& stage, const Cast& cast)
{
    std::vector<std::string> leaked;
    for (const auto* text : {"appliance-default-key-1", "appliance-default-key-2", "key-from-a-firmware-image"}) {
        leaked.push_back(pki::sha256_hex(text));
    }
    const auto caller = stage.caller(cast.pki);
    stage.must([&](db::UnitOfWork& work) {
        return issuance::block_keys(stage.core, work, caller, leaked, "Found in firmware images of appliances.");
    });
}

/// Old ones are done with; pressing ones somebody has seen.
AlertState state_after(const Alert& alert, Time::duration age)
{
    const bool pressing = alert.severity == AlertSeverity::Critical;
    return age > days(21) ? AlertState::Resolved : pressing && age > days(6) ? AlertState::Acknowledged : alert.state;
}

void look_after_alerts(Stage& stage, const Cast& cast)
{
    constexpr int kAtOnce = 500;
    const auto now = stage.clock.now();
    const auto caller = stage.caller(cast.pki);
    const auto alerts = stage.read([](db::Session& session) {
        return db::AlertRepository(session).list({.states = {AlertState::Open, AlertState::Acknowledged}},
                                                 {.limit = kAtOnce});
    });
    stage.must([&](db::UnitOfWork& work) -> Result<void> {
        for (const auto& alert : alerts) {
            const auto wanted = state_after(alert, now - alert.last_at);
            if (wanted != alert.state) {
                CHANCERY_TRY(changed,
                             issuance::set_alert_state(stage.core, work, caller, alert.id, wanted, alert.revision));
                static_cast<void>(changed);
            }
        }
        return {};
    });
}

} // namespace

void make_inventory_settings(Stage& stage, const Cast& cast)
{
    const auto pki = stage.caller(cast.pki);
    for (const auto& field : kFields) {
        stage.must([&](db::UnitOfWork& work) {
            return issuance::inventory::create_custom_field(stage.core, work, pki, field);
        });
    }
    const auto administrator = stage.caller(cast.administrator);
    for (const auto& view : kViews) {
        stage.must([&](db::UnitOfWork& work) {
            return issuance::inventory::create_view(stage.core, work, view.shared ? administrator : pki, view);
        });
    }
}

void plan_authorities(Stage& stage, const Cast& cast, Time begin)
{
    stage.agenda.at(begin + days(60) + hours(10), [&stage, &cast] { take_over(stage, cast); });
    stage.agenda.at(begin + days(95) + hours(14), [&stage, &cast] { retire_first(stage, cast); });
}

void plan_mishaps(Stage& stage, const Cast& cast, Estate& estate, Time begin)
{
    constexpr std::size_t kMostRevoked = 40;
    stage.agenda.at(begin + days(170) + hours(16), [&stage, &cast] { disable_under_orders(stage, cast); });
    stage.agenda.at(begin + days(215) + hours(11),
                    [&stage, &cast, &estate] { revoke_batch(stage, cast, estate.in_force("legacy", kMostRevoked)); });
    stage.agenda.at(begin + days(250) + hours(9), [&stage, &cast] { block_leaked_keys(stage, cast); });
}

void plan_alert_duty(Stage& stage, const Cast& cast, Time begin, Time end)
{
    for (auto day = begin + days(8) + hours(8); day < end; day += days(7)) {
        stage.agenda.at(day, [&stage, &cast] { look_after_alerts(stage, cast); });
    }
}

} // namespace chancery::app::demo
