#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/machine_repository.hpp"
#include "issuance/identity/machines.hpp"
#include "pki/certificate.hpp"
#include "pki/digest.hpp"

#include <algorithm>

/// How machines get in without a secret: by a certificate of ours.
namespace chancery::issuance {
namespace {

/// The issuing CA and those above it, up to a root, all good at this moment. A CA whose key is not here has issued
/// nothing wrong for that.
bool is_trusted(const Configuration& configuration, const std::string& authority_id, Time now)
{
    const auto* authority = configuration.authority(authority_id);
    // A bound, should stored parents ever form a circle.
    for (std::size_t i = 0; i <= configuration.authorities.size() && authority != nullptr; ++i) {
        const auto status = authority->status(now);
        if ((status != AuthorityStatus::Active && status != AuthorityStatus::Unusable) || now > authority->valid_to) {
            return false;
        }
        if (!authority->parent_id) {
            return authority->kind == AuthorityKind::Root;
        }
        authority = configuration.authority(*authority->parent_id);
    }
    return false;
}

bool is_for_clients(const std::string& der)
{
    const auto parsed = pki::parse_certificate(der);
    return parsed && !parsed->is_ca &&
           std::ranges::find(parsed->extended_key_usage, ExtendedKeyUsage::ClientAuth) !=
               parsed->extended_key_usage.end();
}

} // namespace

std::optional<MachineAccount> machine_of_certificate(Core& core, db::Session& session, const std::string& der)
{
    const auto now = core.clock.now();
    const auto known = db::CertificateRepository(session).find_by_fingerprint(pki::sha256_hex(der));
    if (!known || known->source != CertificateSource::Managed || known->der != der || !known->authority_id) {
        return std::nullopt;
    }
    const bool good = known->status(now) == CertificateStatus::Active && now >= known->valid_from;
    if (!good || !is_for_clients(der) || !is_trusted(*core.configuration.current(session), *known->authority_id, now)) {
        return std::nullopt;
    }
    return db::MachineAccountRepository(session).find_by_certificate(known->id);
}

} // namespace chancery::issuance
