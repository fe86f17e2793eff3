#include "issuance/authorities.hpp"

#include "db/repositories/authority_repository.hpp"
#include "pki/pem.hpp"
#include "server/app/commands.hpp"
#include "server/app/commands/common.hpp"

#include <fmt/format.h>

namespace chancery::app::commands {
namespace {

Authority find_ca(issuance::Core& core, const std::string& name_or_id)
{
    const auto all = core.store.read_now([](db::Session& session) { return db::AuthorityRepository(session).list(); });
    for (const auto& authority : all) {
        if (authority.id == name_or_id || authority.name == name_or_id) {
            return authority;
        }
    }
    throw std::runtime_error("there is no CA with the name or id " + name_or_id);
}

} // namespace

void list_cas(issuance::Core& core)
{
    const auto all = core.store.read_now([](db::Session& session) { return db::AuthorityRepository(session).list(); });
    const auto now = core.clock.now();
    for (const auto& authority : all) {
        fmt::print("{}  {:12} {:8} {:7} until {}  {}\n", authority.id, name_of(authority.kind),
                   name_of(authority.status(now)), name_of(authority.algorithm), to_rfc3339(authority.valid_to),
                   authority.name);
    }
}

void create_ca(issuance::Core& core, const NewCa& wanted)
{
    const auto algorithm = from_name<KeyAlgorithm>(wanted.algorithm);
    if (!algorithm) {
        throw std::runtime_error("unknown algorithm " + wanted.algorithm + "; one of " + all_names<KeyAlgorithm>());
    }
    issuance::NewAuthority authority;
    authority.kind = wanted.parent.empty() ? AuthorityKind::Root : AuthorityKind::Intermediate;
    authority.name = wanted.name;
    authority.subject.common_name = wanted.name;
    authority.subject.organization = wanted.organization;
    authority.algorithm = *algorithm;
    authority.validity_days = wanted.validity_days;
    authority.parent_id = wanted.parent.empty() ? "" : find_ca(core, wanted.parent).id;
    const auto key = pki::PrivateKey::generate(*algorithm);
    const auto made = value_or_throw(core.store.write_now([&](db::UnitOfWork& work) {
        return issuance::create_authority(core, work, operator_caller(), authority, key);
    }));
    fmt::print("created {} {} ({})\n", name_of(made.kind), made.name, made.id);
}

void import_ca(issuance::Core& core, const std::string& name, const std::string& certificate_file,
               const std::string& key_file, const std::string& passphrase_file)
{
    issuance::ImportedAuthority wanted;
    wanted.name = name;
    wanted.certificate = read_text(certificate_file);
    if (!key_file.empty()) {
        wanted.private_key = read_text(key_file);
    }
    if (!passphrase_file.empty()) {
        wanted.passphrase = password_from(passphrase_file);
    }
    const auto prepared = issuance::prepare_import(wanted);
    wipe(wanted.private_key);
    const auto made = value_or_throw(core.store.write_now([&](db::UnitOfWork& work) -> Result<Authority> {
        if (!prepared) {
            return std::unexpected(prepared.error());
        }
        return issuance::import_authority(core, work, operator_caller(), *prepared);
    }));
    fmt::print("imported {} {} ({}), {}\n", name_of(made.kind), made.name, made.id,
               name_of(made.status(core.clock.now())));
}

void show_ca(issuance::Core& core, const std::string& name_or_id)
{
    fmt::print("{}", pki::to_pem(find_ca(core, name_or_id).der, "CERTIFICATE"));
}

} // namespace chancery::app::commands
