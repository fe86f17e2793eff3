#pragma once

#include "acme/urls.hpp"
#include "core/model/acme.hpp"

#include <string>

/// The JSON of ACME's resources (RFC 8555 section 7.1). Nothing here asks the database.
namespace chancery::acme {

std::string directory_json(const AcmeServer& server, const Urls& urls);
std::string account_json(const AcmeAccount& account, const Urls& urls);

/// The state as it is at `now`: pending and ready orders that expired are invalid, pending authorizations that did are
/// invalid, valid ones expired (section 7.1.6).
AcmeOrderStatus status_at(const AcmeOrder& order, Time now);
AcmeAuthorizationStatus status_at(const AcmeAuthorization& authorization, Time now);

/// `certificate` is there only when the order is valid, `error` only when it is invalid.
std::string order_json(const AcmeOrder& order, const Urls& urls, Time now);

/// `wildcard` is there only when true. A valid authorization shows the challenge that made it so, an invalid one those
/// that failed; before, all are shown.
std::string authorization_json(const AcmeAuthorization& authorization, const Urls& urls, Time now);

/// Members in the order type, url, status, token, nested ones last: clients with simple parsers depend on it. Section 8
/// allows `error` in an invalid challenge only, section 8.2 wants it while processing: here it is in an invalid one.
std::string challenge_json(const AcmeChallenge& challenge, const Urls& urls);

/// "dns" and "ip"; nothing for other types.
std::optional<NameType> identifier_type(std::string_view text);

} // namespace chancery::acme
