#include "server/app/demo/cast.hpp"

#include "core/random.hpp"
#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/acme_accounts.hpp"
#include "issuance/administration.hpp"
#include "issuance/identity/identity.hpp"
#include "issuance/identity/machines.hpp"

#include <algorithm>
#include <map>

namespace chancery::app::demo {
namespace {

constexpr std::pair<DomainKind, const char*> kDomains[] = {
    {DomainKind::Dns, "corp.example"},  {DomainKind::Dns, "shop.example"},    {DomainKind::Dns, "devices.example"},
    {DomainKind::Dns, "lab.example"},   {DomainKind::Dns, "partner.example"}, {DomainKind::IpRange, "10.20.0.0/16"},
    {DomainKind::Mail, "corp.example"},
};

struct Person {
    const char* email;
    const char* name;
    Role role;
    std::vector<std::string> domains{}; ///< empty: all
};

const Person kPki{"ada.okafor@corp.example", "Ada Okafor", Role::PkiAdministrator};
const Person kPolicies{"dora.novak@corp.example", "Dora Novak", Role::PolicyAdministrator};
const Person kDeployment{"bruno.silva@corp.example", "Bruno Silva", Role::DeploymentAdministrator};
const Person kSecondDeployment{"chen.wei@shop.example", "Chen Wei", Role::DeploymentAdministrator};
const Person kReport{"emil.berg@corp.example", "Emil Berg", Role::ReportOperator};
const Person kUsers[] = {
    {"farah.haddad@shop.example", "Farah Haddad", Role::User, {"shop.example"}},
    {"goran.ilic@devices.example", "Goran Ilic", Role::User, {"devices.example", "10.20.0.0/16"}},
    {"hana.sato@lab.example", "Hana Sato", Role::User, {"lab.example"}},
    {"ivan.petrov@corp.example", "Ivan Petrov", Role::User, {"corp.example", "partner.example"}},
    {"jana.kraus@corp.example", "Jana Kraus", Role::SuperAdministrator},
};

struct Seat {
    const char* slug;
    const char* contact;
    const char* base;
    std::vector<std::string> profiles{""};
};

const Seat kSeats[] = {
    {"servers", "web-team@shop.example", "web.shop.example", {"", "", "tls-47"}},
    {"servers", "api-team@shop.example", "api.shop.example"},
    {"servers", "intranet@corp.example", "intranet.corp.example"},
    {"servers", "mail-team@corp.example", "mail.corp.example", {"tls-47"}},
    {"clusters", "platform@corp.example", "k8s.corp.example"},
    {"clusters", "staging@lab.example", "stage.lab.example", {"", "", "", "", "", "", "", "", "shortlived"}},
    {"clusters", "edge@devices.example", "edge.devices.example"},
};

/// Domains of both kinds by name; that of mail is not wanted here.
using DomainIds = std::map<std::string, std::string>;

DomainIds register_domains(Stage& stage, const issuance::Caller& admin)
{
    DomainIds ids;
    for (const auto& [kind, name] : kDomains) {
        const auto made = stage.must([&](db::UnitOfWork& work) {
            return issuance::create_domain(stage.core, work, admin, Domain{.kind = kind, .name = name});
        });
        ids.emplace(made.name, made.id);
    }
    return ids;
}

Actor add_person(Stage& stage, const issuance::Caller& admin, const DomainIds& domains, const Person& person)
{
    const auto hash = commands::value_or_throw(issuance::hash_new_password(Secret(random_token(18))));
    User wanted{.email = person.email, .name = person.name, .role = person.role};
    for (const auto& [name, id] : domains) {
        if (person.domains.empty() || std::ranges::find(person.domains, name) != person.domains.end()) {
            wanted.domain_ids.push_back(id);
        }
    }
    const auto made =
        stage.must([&](db::UnitOfWork& work) { return issuance::create_user(stage.core, work, admin, wanted, hash); });
    return {.type = ActorType::User, .id = made.id, .name = made.email};
}

Actor add_machine(Stage& stage, const issuance::Caller& admin, const MachineAccount& wanted)
{
    const auto made =
        stage.must([&](db::UnitOfWork& work) { return issuance::create_machine(stage.core, work, admin, wanted); });
    const auto type = wanted.kind == MachineKind::Courier ? ActorType::Courier : ActorType::ServiceAccount;
    return {.type = type, .id = made.account.id, .name = made.account.name};
}

void add_people(Stage& stage, const issuance::Caller& admin, const DomainIds& domains, Cast& cast)
{
    cast.pki = add_person(stage, admin, domains, kPki);
    cast.policies = add_person(stage, admin, domains, kPolicies);
    cast.deployment = add_person(stage, admin, domains, kDeployment);
    cast.second_deployment = add_person(stage, admin, domains, kSecondDeployment);
    cast.report = add_person(stage, admin, domains, kReport);
    for (const auto& person : kUsers) {
        auto actor = add_person(stage, admin, domains, person);
        if (person.role == Role::User) {
            std::vector<std::string> bases;
            std::ranges::copy_if(person.domains, std::back_inserter(bases),
                                 [](const std::string& name) { return !name.contains('/'); });
            cast.requesters.push_back({.actor = std::move(actor), .bases = std::move(bases)});
        }
    }
    cast.requesters.push_back({.actor = cast.deployment, .bases = {"corp.example", "dc1.corp.example"}});
    cast.requesters.push_back({.actor = cast.second_deployment, .bases = {"shop.example", "checkout.shop.example"}});
}

void add_service_accounts(Stage& stage, const issuance::Caller& admin, Cast& cast)
{
    const auto pipeline = add_machine(stage, admin,
                                      {.kind = MachineKind::ServiceAccount,
                                       .name = "deploy-pipeline",
                                       .description = "Orders certificates for what it rolls out.",
                                       .owner_id = cast.deployment.id,
                                       .scope = Scope::Write});
    const auto release = add_machine(stage, admin,
                                     {.kind = MachineKind::ServiceAccount,
                                      .name = "shop-release",
                                      .description = "The shop's release train.",
                                      .owner_id = cast.second_deployment.id,
                                      .scope = Scope::Write});
    add_machine(stage, admin,
                {.kind = MachineKind::ServiceAccount,
                 .name = "inventory-report",
                 .description = "Reads the inventory every night.",
                 .owner_id = cast.report.id,
                 .scope = Scope::Read});
    cast.requesters.push_back({.actor = pipeline, .bases = {"app.corp.example", "ci.corp.example"}});
    cast.requesters.push_back({.actor = release, .bases = {"release.shop.example"}});
}

void add_courier(Stage& stage, const issuance::Caller& admin, const DomainIds& domains, Cast& cast)
{
    const auto courier = add_machine(stage, admin,
                                     {.kind = MachineKind::Courier,
                                      .name = "branch-office-courier",
                                      .description = "Brings certificates to the branch office's appliances.",
                                      .owner_id = cast.deployment.id,
                                      .scope = Scope::Write,
                                      .domain_ids = {domains.at("devices.example")}});
    cast.requesters.push_back({.actor = courier, .bases = {"branch.devices.example"}});
}

AcmeServer server_of(const std::string& slug, const std::string& name, const std::string& authority_id)
{
    return {
        .slug = slug,
        .name = name,
        .description = "Clients are known, and what they may have is bound to their accounts.",
        .authority_id = authority_id,
        .authorization_mode = AuthorizationMode::Bindings,
        .check_caa = false,
        .profiles = {{.name = "tls-47", .description = "47 days", .default_validity_days = 47, .max_validity_days = 47},
                     {.name = "shortlived",
                      .description = "Six days, renewed rather than revoked",
                      .default_validity_days = 6,
                      .max_validity_days = 7,
                      .revocation_information = false}}};
}

/// Two more servers beside the first start's, and an account that no client has taken over.
void add_acme_servers(Stage& stage, const issuance::Caller& pki)
{
    const auto first = stage.read([](db::Session& session) { return db::AcmeServerRepository(session).list(); }).at(0);
    for (const auto& [slug, name] : {std::pair("servers", "Servers"), std::pair("clusters", "Clusters")}) {
        const auto made = stage.must([&](db::UnitOfWork& work) {
            return issuance::create_acme_server(stage.core, work, pki, server_of(slug, name, first.authority_id));
        });
        stage.must([&](db::UnitOfWork& work) {
            return issuance::create_acme_account(stage.core, work, pki, made, {.name = std::string(name) + " of 2027"});
        });
    }
}

void seat_clients(Stage& stage, const issuance::Caller& pki, Cast& cast)
{
    for (const auto& seat : kSeats) {
        auto client = std::make_shared<AcmeClient>(stage, seat.slug);
        const auto account = client->register_account(seat.contact);
        stage.must([&](db::UnitOfWork& work) {
            return issuance::bind_acme_name(stage.core, work, pki,
                                            {.account_id = account,
                                             .identifier = {NameType::Dns, seat.base},
                                             .allow_subdomains = true,
                                             .allow_wildcard = true});
        });
        cast.seats.push_back({.client = std::move(client), .base = seat.base, .profiles = seat.profiles});
    }
}

} // namespace

Cast make_cast(Stage& stage, const std::string& administrator_email)
{
    Cast cast;
    const auto user = stage.read(
        [&](db::Session& session) { return db::UserRepository(session).find_by_email(to_lower(administrator_email)); });
    cast.administrator = {.type = ActorType::User, .id = user.value().id, .name = user->email};
    const auto admin = stage.caller(cast.administrator);
    const auto domains = register_domains(stage, admin);
    add_people(stage, admin, domains, cast);
    add_service_accounts(stage, admin, cast);
    add_courier(stage, admin, domains, cast);
    const auto pki = stage.caller(cast.pki);
    add_acme_servers(stage, pki);
    seat_clients(stage, pki, cast);
    return cast;
}

} // namespace chancery::app::demo
