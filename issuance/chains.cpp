#include "issuance/chains.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

using Chain = std::vector<std::string>;

/// The CA's own certificate first, then others for the same subject and key.
std::vector<const Authority*> certificates_of(const Configuration& configuration, const Authority& authority)
{
    std::vector<const Authority*> found{&authority};
    for (const auto& other : configuration.authorities) {
        if (other.id != authority.id && !authority.subject_key_id.empty() &&
            other.subject_key_id == authority.subject_key_id && other.subject == authority.subject) {
            found.push_back(&other);
        }
    }
    return found;
}

/// Adds every chain that goes on from `below` with a certificate of the authority.
void extend(const Configuration& configuration, const Authority& authority, const Chain& below,
            std::vector<Chain>& chains)
{
    for (const auto* one : certificates_of(configuration, authority)) {
        if (chains.size() >= kMostChains || below.size() > configuration.authorities.size()) {
            return;
        }
        if (std::ranges::find(below, one->der) != below.end()) {
            continue; // stored parents that form a circle
        }
        auto chain = below;
        if (one->kind == AuthorityKind::Intermediate) {
            chain.push_back(one->der);
        }
        const auto* parent = one->parent_id ? configuration.authority(*one->parent_id) : nullptr;
        if (parent != nullptr && one->kind == AuthorityKind::Intermediate) {
            extend(configuration, *parent, chain, chains);
        } else if (std::ranges::find(chains, chain) == chains.end()) {
            chains.push_back(std::move(chain));
        }
    }
}

} // namespace

std::vector<std::vector<std::string>> chains_of(const Configuration& configuration, const Certificate& certificate)
{
    std::vector<Chain> chains;
    const auto* issuer = certificate.authority_id ? configuration.authority(*certificate.authority_id) : nullptr;
    if (issuer != nullptr) {
        extend(configuration, *issuer, {}, chains);
    }
    if (chains.empty()) {
        chains.emplace_back();
    }
    return chains;
}

} // namespace chancery::issuance
