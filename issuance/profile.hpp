#pragma once

#include "issuance/configuration.hpp"
#include "issuance/gate.hpp"
#include "issuance/refusal.hpp"

#include <memory>
#include <optional>
#include <vector>

/// What a request turns into before anybody judges it: the whole content of the certificate, defaults filled in.
namespace chancery::issuance {

/// All names of the certificate, normalised and distinct: those asked for, the CSR's where none were, and the common
/// name. Refused where one is malformed or there is none. An OCSP responder's certificate has none.
Ruling<std::vector<Name>> names_of(const CertificateRequest& request);

struct Profile {
    policy::Facts facts{};
    const Provider* provider = nullptr;
    const Authority* authority = nullptr;
    std::shared_ptr<const pki::Issuer> issuer{};
    std::vector<std::string> crl_urls{}; ///< with `kShardPlaceholder` where the CA's CRLs are sharded
    std::vector<std::string> aia_urls{};
    std::vector<std::string> ocsp_urls{};
    /// What is wrong with provider, CA, validity, digest or usages. Told after the policies had their say; until then
    /// the facts hold what was asked for.
    std::optional<Refusal> refusal{};
};

struct ProfileInputs {
    const CoreSettings& settings;
    const Configuration& configuration;
    const Caller& caller;
    const CertificateRequest& request;
    Time now{};
    std::optional<KeyType> key{};
};

/// Whether the CA signs leaves now: an intermediate, active and with its key here, below CAs that stand.
bool can_sign(const Configuration& configuration, const Authority& authority, Time now);

Profile make_profile(const ProfileInputs& in, std::vector<Name> names);

} // namespace chancery::issuance
