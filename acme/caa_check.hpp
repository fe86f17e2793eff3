#pragma once

#include "acme/context.hpp"
#include "acme/validation/caa.hpp"
#include "pki/csr.hpp"

#include <optional>
#include <vector>

namespace chancery::acme {

/// The CAA records of the names of a CSR (RFC 8659 section 3), read immediately before its order is accepted, so that
/// nothing older decides. Nothing where the server does not obey CAA, or the CSR has more names than an order may.
using CaaLookup = std::optional<std::vector<CaaRecords>>;

/// Asks for the records of every DNS name of the CSR. Needs no database: whether the CSR is the order's is checked when
/// the order is.
http::Awaitable<CaaLookup> look_up_caa(Context& context, const Call& call, const pki::Csr& csr);

/// Refuses with `caa` (or `dns`, where the lookup failed) and a subproblem for each name, and leaves an audit record of
/// what the records that there are say, either way. The order stays ready: its owner may put the records right and
/// finalize again.
Outcome<void> judge_caa(Context& context, db::UnitOfWork& work, const Call& call, const issuance::Caller& caller,
                        const AcmeServer& server, const AcmeOrder& order, const CaaLookup& looked_up);

} // namespace chancery::acme
