#pragma once

#include "acme/context.hpp"
#include "acme/validation/caa.hpp"
#include "pki/csr.hpp"

#include <optional>
#include <vector>

namespace chancery::acme {

/// What the CAA records of an order's names say (RFC 8659 section 3), read immediately before the order is accepted, so
/// that nothing older decides.
using CaaFindings = std::optional<std::vector<CaaFinding>>;

/// Asks for the records of every DNS name of the order that `call` finalizes. Nothing when there is nothing to ask: the
/// server does not obey CAA, or the order will be refused anyway.
http::Awaitable<CaaFindings> look_up_caa(Context& context, const Call& call, const pki::Csr& csr);

/// Refuses with `caa` (or `dns`, where the lookup failed) and a subproblem for each name, and leaves an audit record of
/// what was found either way. The order stays ready: its owner may put the records right and finalize again.
Outcome<void> judge_caa(Context& context, db::UnitOfWork& work, const issuance::Caller& caller,
                        const AcmeServer& server, const AcmeOrder& order, const CaaFindings& findings);

} // namespace chancery::acme
