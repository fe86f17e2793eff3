#pragma once

#include "acme/problem.hpp"
#include "acme/validation/resolver.hpp"

#include <optional>
#include <string>
#include <vector>

/// Certification Authority Authorization: RFC 8659, with the parameters of RFC 8657.
namespace chancery::acme {

/// Who wants to issue, as CAA records see it.
struct CaaIssuer {
    std::vector<std::string> identities{}; ///< issuer domain names that are ours
    std::string account_url{};
};

/// One name of an order.
struct CaaName {
    Name identifier{};    ///< dns; a wildcard with its "*."
    std::string method{}; ///< the challenge type that proved it; empty where none did (bindings)
};

/// The records that decide about one name, whoever wants to issue.
struct CaaRecords {
    Name identifier{};
    std::string found_at{}; ///< the domain that has them; empty: none up to the root
    std::vector<CaaRecord> records{};
    std::optional<std::string> failure{}; ///< why they could not be read
};

/// What they mean for an issuer.
struct CaaFinding {
    Name identifier{};
    std::string found_at{};              ///< the domain whose records decide; empty: there are none up to the root
    std::optional<Subproblem> refusal{}; ///< caa where records forbid it, dns where they could not be read
};

/// Why this set of records, found at the name or the nearest of its parents, forbids the certificate; nothing when it
/// allows it. A property that nobody here understands and that is critical forbids (RFC 8659 section 4.1), as does a
/// set of issue properties of which none names us with our account and method.
std::optional<std::string> caa_objection(const std::vector<CaaRecord>& records, const CaaIssuer& issuer,
                                         const CaaName& name);

/// Looks for the records of every DNS name, climbing towards the root (RFC 8659 section 3), several names at a time and
/// each domain once. One answer for each name, in their order.
http::Awaitable<std::vector<CaaRecords>> find_caa(Resolver& resolver, std::vector<Name> names, Deadline deadline);

/// What could not be looked up forbids.
CaaFinding judge(const CaaRecords& found, const CaaIssuer& issuer, const CaaName& name);

} // namespace chancery::acme
