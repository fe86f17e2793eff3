#pragma once

#include "acme/context.hpp"
#include "issuance/gate.hpp"

namespace chancery::acme {

/// newOrder (RFC 8555 section 7.4): 201. One transaction; `ready` at once when valid authorizations cover every name.
http::Awaitable<Outcome<http::Response>> new_order(Context& context, Call call);

/// The order resource, by POST-as-GET.
http::Awaitable<Outcome<http::Response>> order(Context& context, Call call);

/// What a newOrder asks for, as far as it can be read without the database.
struct WantedOrder {
    std::vector<Name> names{};         ///< normalised, distinct, in order
    std::vector<Subproblem> refused{}; ///< identifiers that no ACME server could take
    std::optional<Time> not_before{};
    std::optional<Time> not_after{};
    std::string profile{};                 ///< draft-ietf-acme-profiles section 4; empty: none
    std::optional<std::string> replaces{}; ///< RFC 9773 section 5
};

/// Malformed for what is no order at all: no identifiers, too many of them, times that are none.
Outcome<WantedOrder> read_new_order(std::string_view payload, std::size_t max_identifiers);

/// The core's request as far as it decides the validity: what newOrder checks and finalize asks for. `profile` may be
/// null.
issuance::CertificateRequest timed_request(const std::optional<Time>& not_before, const std::optional<Time>& not_after,
                                           const AcmeServer& server, const AcmeProfile* profile);

/// An order of this account, or 404 without saying whether it exists (section 10.5).
Outcome<AcmeOrder> find_own_order(db::Session& session, const Call& call);

/// 200 with the order, its Location, and Retry-After while it is being processed.
http::Response order_response(const AcmeOrder& order, const Urls& urls, Time now, int status = 200);

} // namespace chancery::acme
