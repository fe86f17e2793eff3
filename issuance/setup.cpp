#include "issuance/setup.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/administration.hpp"
#include "issuance/audit.hpp"
#include "issuance/authorities.hpp"
#include "issuance/domains.hpp"
#include "issuance/identity/identity.hpp"
#include "pki/names.hpp"
#include "pki/pem.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace chancery::issuance {
namespace {

constexpr const char* kDefaultServer = "default";

/// What set-up asks for itself can only be refused for a reason that its operator must see.
template <class T> T value_or_throw(Result<T> result, std::string_view doing)
{
    if (!result) {
        throw std::runtime_error(std::string(doing) + ": " + result.error().detail);
    }
    return std::move(*result);
}

/// `work` in a transaction of its own.
template <class Work> auto step(Core& core, std::string_view doing, Work work)
{
    return value_or_throw(core.store.write_now(work), doing);
}

const Authority* find_kind(const std::vector<Authority>& authorities, AuthorityKind kind)
{
    const auto found =
        std::ranges::find_if(authorities, [&](const Authority& a) { return a.kind == kind && a.key_id; });
    return found == authorities.end() ? nullptr : &*found;
}

Result<bool> ensure_provider(Core& core, db::UnitOfWork& work)
{
    db::ProviderRepository repository(work);
    const auto providers = repository.list();
    if (std::ranges::find(providers, OrderType::LocalPki, &Provider::type) != providers.end()) {
        return false;
    }
    const auto now = core.clock.now();
    const Provider provider{
        .id = new_id(now), .name = "Local PKI", .type = OrderType::LocalPki, .created_at = now, .updated_at = now};
    if (!repository.insert(provider)) {
        return refuse(Code::AlreadyExists, "There is another provider of the name Local PKI.");
    }
    ConfigurationCache::bump(work);
    audit::record(work, system_caller(), now, audit::kProviderCreated, {"provider", provider.id},
                  json::Writer()
                      .begin_object()
                      .member("name", provider.name)
                      .member("type", name_of(provider.type))
                      .end_object()
                      .take());
    return true;
}

/// What belongs to a CA certificate's name; the common name tells two set-ups of one organization apart.
Subject authority_subject(const std::string& organization, std::string_view what)
{
    constexpr std::size_t kMost = 64;
    const auto name = organization.substr(0, kMost - what.size() - 1);
    return Subject{.common_name = name + ' ' + std::string(what), .organization = organization.substr(0, kMost)};
}

Authority ensure_root(Core& core, const SetupRequest& request)
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec384);
    return step(core, "create the root", [&](db::UnitOfWork& work) -> Result<Authority> {
        const auto authorities = db::AuthorityRepository(work).list();
        if (const auto* root = find_kind(authorities, AuthorityKind::Root)) {
            return *root;
        }
        NewAuthority wanted{.kind = AuthorityKind::Root,
                            .subject = authority_subject(request.organization, "Root CA"),
                            .algorithm = KeyAlgorithm::Ec384};
        wanted.name = wanted.subject.common_name;
        return create_authority(core, work, system_caller(), wanted, key);
    });
}

Authority ensure_intermediate(Core& core, const SetupRequest& request, const Authority& root)
{
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    return step(core, "create the intermediate", [&](db::UnitOfWork& work) -> Result<Authority> {
        const auto authorities = db::AuthorityRepository(work).list();
        if (const auto* intermediate = find_kind(authorities, AuthorityKind::Intermediate)) {
            return *intermediate;
        }
        NewAuthority wanted{.kind = AuthorityKind::Intermediate,
                            .subject = authority_subject(request.organization, "Issuing CA"),
                            .parent_id = root.id};
        wanted.name = wanted.subject.common_name;
        return create_authority(core, work, system_caller(), wanted, key);
    });
}

/// The registrations that the listener's names and the requested domains need.
std::vector<Domain> wanted_domains(const SetupRequest& request)
{
    std::vector<Domain> wanted;
    const auto add = [&](DomainKind kind, std::string name) {
        const auto same = [&](const Domain& d) { return d.kind == kind && d.name == name; };
        if (std::ranges::none_of(wanted, same)) {
            wanted.push_back({.kind = kind, .name = std::move(name)});
        }
    };
    for (const auto& text : request.listener_names) {
        const auto name = name_from_text(text);
        if (name && name->type == NameType::Ip) {
            add(DomainKind::IpRange, name->value + (name->value.contains(':') ? "/128" : "/32"));
        } else if (name && name->type == NameType::Dns) {
            add(DomainKind::Dns, name->value.starts_with("*.") ? name->value.substr(2) : name->value);
        }
    }
    for (const auto& text : request.domains) {
        add(DomainKind::Dns, value_or_throw(pki::normalise_dns_name(text, false), "register the domain " + text));
    }
    return wanted;
}

void ensure_domains(Core& core, const SetupRequest& request)
{
    for (const auto& domain : wanted_domains(request)) {
        step(core, "register the domain " + domain.name, [&](db::UnitOfWork& work) -> Result<bool> {
            if (db::DomainRepository(work).find_by_name(domain.kind, domain.name)) {
                return false;
            }
            CHANCERY_TRY(made, create_domain(core, work, system_caller(), domain));
            return made.enabled;
        });
    }
}

/// User and token in one transaction: either both are shown or neither exists.
void ensure_administrator(Core& core, const SetupRequest& request, SetupResult& made)
{
    made.admin_email = to_lower(trim(request.admin_email));
    const Secret password(random_token(18));
    const auto hash = value_or_throw(hash_new_password(password), "create the administrator");
    const auto token = step(core, "create the administrator", [&](db::UnitOfWork& work) -> Result<Secret> {
        db::UserRepository(work).hold_all();
        if (!needs_administrator(work)) {
            return Secret();
        }
        const User wanted{.email = made.admin_email, .name = "Administrator", .role = Role::SuperAdministrator};
        CHANCERY_TRY(user, create_user(core, work, system_caller(), wanted, hash));
        CHANCERY_TRY(fresh,
                     create_token(core, work, system_caller(), user.id, "first token", Scope::Admin, std::nullopt));
        return fresh.text;
    });
    if (!token.empty()) {
        made.admin_password = password;
        made.admin_token = token;
    }
}

Result<std::string> ensure_acme_server(Core& core, db::UnitOfWork& work, const Authority& intermediate)
{
    const auto servers = db::AcmeServerRepository(work).list();
    if (!servers.empty()) {
        return servers.front().slug;
    }
    const AcmeServer wanted{.slug = kDefaultServer,
                            .name = "Default",
                            .description = "Made at the first start.",
                            .authority_id = intermediate.id,
                            .profiles = {{.name = "shortlived",
                                          .description = "Six days, renewed rather than revoked",
                                          .default_validity_days = 6,
                                          .max_validity_days = 7,
                                          .revocation_information = false}}};
    CHANCERY_TRY(server, create_acme_server(core, work, system_caller(), wanted));
    audit::record(work, system_caller(), core.clock.now(), audit::kSystemInitialised, {"acme_server", server.id});
    return server.slug;
}

} // namespace

// Nothing of this is ever deleted, and the administrator comes last: without one, a set-up was never finished.
bool needs_setup(db::Session& session)
{
    return db::AuthorityRepository(session).list().empty() || needs_administrator(session) ||
           db::AcmeServerRepository(session).list().empty();
}

Result<void> check_setup_code(const Secret& printed, const Secret& typed)
{
    const auto plain = [](std::string_view text) {
        std::string code;
        for (const char c : text) {
            if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
                code += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            }
        }
        return code;
    };
    if (printed.empty()) {
        return refuse(Code::Conflict, "this server does not wait for a first administrator from a browser");
    }
    if (!equal_constant_time(plain(printed.reveal()), plain(typed.reveal()))) {
        Problem problem{.code = Code::ValidationError, .detail = "this is not the code that the server printed"};
        problem.errors.push_back({.pointer = "/code", .code = "wrong", .detail = problem.detail});
        return std::unexpected(std::move(problem));
    }
    return {};
}

bool needs_administrator(db::Session& session)
{
    return !db::UserRepository(session).has_super_administrator();
}

Result<User> create_first_administrator(Core& core, db::UnitOfWork& work, const Caller& caller, User user,
                                        std::string password_hash)
{
    db::UserRepository(work).hold_all();
    if (!needs_administrator(work)) {
        return refuse(Code::Conflict, "there is an administrator already");
    }
    user.role = Role::SuperAdministrator;
    user.enabled = true;
    return create_user(core, work, caller, std::move(user), std::move(password_hash));
}

std::optional<std::string> set_up_root(db::Session& session)
{
    const auto authorities = db::AuthorityRepository(session).list();
    const auto* root = find_kind(authorities, AuthorityKind::Root);
    return root == nullptr ? std::nullopt : std::optional(pki::to_pem(root->der, "CERTIFICATE"));
}

SetupResult set_up(Core& core, const SetupRequest& request)
{
    SetupResult made;
    step(core, "create the provider", [&](db::UnitOfWork& work) { return ensure_provider(core, work); });
    const auto root = ensure_root(core, request);
    const auto intermediate = ensure_intermediate(core, request, root);
    ensure_domains(core, request);
    made.root_pem = pki::to_pem(root.der, "CERTIFICATE");
    made.acme_server_slug = step(core, "create the ACME server",
                                 [&](db::UnitOfWork& work) { return ensure_acme_server(core, work, intermediate); });
    // Nothing that can fail stands between the credentials and whoever shows them.
    if (request.make_administrator) {
        ensure_administrator(core, request, made);
    }
    return made;
}

} // namespace chancery::issuance
