#include "acme/challenge_types.hpp"

#include "core/id.hpp"
#include "core/random.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace chancery::acme {
namespace {

constexpr std::size_t kTokenOctets = 32;

bool can_prove(ChallengeType type, const Name& name)
{
    switch (type) {
        case ChallengeType::Http01:
        case ChallengeType::TlsAlpn01:
            return !name.value.starts_with("*.");
        case ChallengeType::Dns01:
        case ChallengeType::DnsAccount01:
        case ChallengeType::DnsPersist01:
            return name.type == NameType::Dns;
    }
    return false;
}

} // namespace

std::vector<ChallengeType> challenge_types_for(const AcmeServer& server, const Name& name)
{
    std::vector<ChallengeType> types;
    for (const auto& [type, text] : EnumNames<ChallengeType>::table) {
        if (std::ranges::find(server.challenge_types, type) != server.challenge_types.end() && can_prove(type, name)) {
            types.push_back(type);
        }
    }
    return types;
}

AcmeChallenge make_challenge(const AcmeServer& server, const std::string& authorization_id, ChallengeType type,
                             Time now)
{
    return AcmeChallenge{.id = new_id(now),
                         .authorization_id = authorization_id,
                         .type = std::string(name_of(type)),
                         .status = AcmeChallengeStatus::Pending,
                         .token = type == ChallengeType::DnsPersist01 ? join(server.caa_identities, " ")
                                                                      : random_token(kTokenOctets)};
}

} // namespace chancery::acme
