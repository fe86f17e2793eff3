#include "issuance/providers/objections.hpp"

#include "issuance/providers/kinds.hpp"
#include "pki/key.hpp"

#include <algorithm>

namespace chancery::issuance::providers {
namespace {

constexpr const char* kRule = "provider_capability";

std::optional<Refusal> no(const char* pointer, std::string detail)
{
    return object_to(kRule, pointer, std::move(detail)).error();
}

std::optional<Refusal> objection_to_names(const Provider& provider, const Capabilities& can,
                                          const std::vector<Name>& names)
{
    for (const auto& name : names) {
        if (std::ranges::find(can.name_types, name.type) == can.name_types.end()) {
            return no("/subject_alternative_names",
                      provider.name + " issues no names of the type " + std::string(name_of(name.type)) + ".");
        }
        if (!can.wildcard && name.value.starts_with("*.")) {
            return no("/subject_alternative_names", provider.name + " issues no wildcards as it is configured.");
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Refusal> objection_to(const Provider& provider, const CertificateRequest& request,
                                    const policy::Facts& facts)
{
    const auto can = capabilities_of(provider);
    if (!request.authority_id.empty()) {
        return no("/authority_id", "An issuing CA can be chosen with the local PKI only.");
    }
    if (can.sets_validity && (request.validity_days || request.not_after || request.not_before)) {
        return no("/validity_days", provider.name + " decides itself how long its certificates live.");
    }
    if (request.digest) {
        return no("/digest", provider.name + " chooses the digest of its signatures itself.");
    }
    const auto algorithm = facts.key ? pki::key_algorithm_of(*facts.key) : std::nullopt;
    if (algorithm && std::ranges::find(can.key_algorithms, *algorithm) == can.key_algorithms.end()) {
        return no("/key_algorithm",
                  provider.name + " certifies no keys of the type " + std::string(name_of(*algorithm)) + ".");
    }
    return objection_to_names(provider, can, facts.names);
}

CertificateRequest with_validity(const Provider& provider, CertificateRequest request)
{
    const auto days = validity_days_of(provider);
    if (days > 0 && !request.validity_days && !request.not_after) {
        request.validity_days = days;
    }
    return request;
}

} // namespace chancery::issuance::providers
