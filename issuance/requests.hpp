#pragma once

#include "issuance/gate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::issuance {

/// The parameters as the order keeps them, for requests that did not arrive as JSON: what `read_request` reads.
std::string request_json(const CertificateRequest& request);

/// The order of such a request, pending, with what the request and its caller say; the rest is the gate's to add.
Order order_of(const CertificateRequest& request, const Caller& caller, const std::string& id, Time now);

/// Whose certificate it renews, by type and id, unless that is its requester.
void set_owner(Order& order, const std::optional<Actor>& owner);

/// What is wrong with a certificate's tags, if anything.
std::optional<std::string> mistake_in_tags(const std::vector<std::string>& tags);

} // namespace chancery::issuance
