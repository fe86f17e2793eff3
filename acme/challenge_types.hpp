#pragma once

#include "core/model/acme.hpp"

#include <string>
#include <vector>

namespace chancery::acme {

/// The challenges by which this server lets a name (with its "*.") be proven, in the order they are offered: dns-01 and
/// its kin for names and wildcards (RFC 8555 section 8.4), http-01 and tls-alpn-01 for names and addresses but no
/// wildcard (section 8.3, RFC 8737 section 3, RFC 8738 section 7). May be empty.
std::vector<ChallengeType> challenge_types_for(const AcmeServer& server, const Name& name);

/// A new challenge with what it needs to be answered: a token, or the server's issuer domain names.
AcmeChallenge make_challenge(const AcmeServer& server, const std::string& authorization_id, ChallengeType type,
                             Time now);

} // namespace chancery::acme
