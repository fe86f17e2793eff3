#pragma once

#include "core/model/certificate.hpp"
#include "core/model/order.hpp"
#include "core/model/provider.hpp"
#include "issuance/access.hpp"
#include "issuance/core.hpp"
#include "issuance/policy/decision.hpp"
#include "issuance/policy/policy_set.hpp"
#include "pki/certificate_builder.hpp"
#include "pki/csr.hpp"

#include <optional>
#include <string>
#include <vector>

/// The one function through which every certificate passes, whatever door it came through.
namespace chancery::issuance {

/// What is asked for, on any pathway, before anything was decided.
struct CertificateRequest {
    Pathway pathway{};
    OrderKind kind = OrderKind::Issue;
    Subject subject{};
    std::vector<Name> names{};                   ///< the CN, when a DNS name, need not be repeated here
    std::optional<KeyAlgorithm> key_algorithm{}; ///< automated: what to generate (default ec-256)
    std::optional<pki::Csr> csr{};               ///< csr and acme: already parsed, its signature verified
    std::optional<Digest> digest{};              ///< default: the one that goes with the CA's key
    std::optional<int> validity_days{};
    std::optional<Time> not_before{};
    std::optional<Time> not_after{};
    std::vector<KeyUsage> key_usage{};                  ///< empty: the default for the key and purpose
    std::vector<ExtendedKeyUsage> extended_key_usage{}; ///< empty: serverAuth and clientAuth as the profile has it
    std::string provider_id{};                          ///< empty: the local PKI
    std::string authority_id{};                         ///< empty: the newest active intermediate
    std::vector<std::string> tags{};
    std::string resubmission_of{};
    std::string renews_certificate{}; ///< kind renewal, and ACME orders that replace one
    std::string order_id{};           ///< of the order that it is made for, where there is one already
    std::string acme_account_id{};
    std::optional<int> max_validity_days{}; ///< of the ACME server
    bool revocation_information = true;     ///< false: no CRL and no OCSP, for an ACME profile of a few days
    bool ocsp_responder = false; ///< the server's own, for the CA's OCSP responses: no names, OCSPSigning only
    std::string key_purpose{"certificate"}; ///< automated: what the stored key is for ("listener" is never exported)
    std::string original{"{}"};             ///< the parameters as the caller gave them: the order's `request`
};

/// What the gate let through.
struct Admission {
    std::string order_id{}; ///< what the order of this admission is called
    pki::CertificatePlan plan{};
    std::string provider_id{};
    OrderType order_type{};
    ProviderKind provider_kind{};
    std::string authority_id{};          ///< empty for a CA outside
    std::vector<std::string> crl_urls{}; ///< as in the plan, before a shard's name was put in
    policy::Decision decision{};
    std::optional<Actor> renewed_for{}; ///< of a renewal: whose the certificate is, by type and id
};

/// In the order of the product: the caller may request -> every name lies under a registered and enabled domain and
/// under the caller's assignments -> policies -> provider and CA active -> key and CSR checks -> (plan built) -> lint
/// of the to-be-signed certificate. Every refusal names its rule and leaves an audit record; what the policies decided
/// is stored either way. `key` may be empty only when the platform is yet to make it (then key checks and lint come
/// with the second call, before the signature).
Result<Admission> admit(Core& core, db::UnitOfWork& work, const Caller& caller, const CertificateRequest& request,
                        const pki::PublicKey& key);

/// The same decisions for a request that is not submitted (policy test), by these policies: nothing is recorded,
/// nothing refused.
policy::Decision evaluate_only(Core& core, db::Session& session, const Caller& caller,
                               const CertificateRequest& request, const policy::PolicySet& policies);

/// What the policies would be asked about such a request at that moment.
policy::Facts facts_of(Core& core, db::Session& session, const Caller& caller, const CertificateRequest& request,
                       Time at);

/// Only the domain part, for doors that must answer before there is a key (ACME newOrder): the Problem has one
/// NameError for each name that is refused.
Result<void> check_domains(Core& core, db::Session& session, const Caller& caller, const std::vector<Name>& names);

} // namespace chancery::issuance
