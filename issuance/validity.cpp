#include "issuance/validity.hpp"

#include <algorithm>

namespace chancery::issuance {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

constexpr std::chrono::hours kMostBackdated{24}; // an ACME order's notBefore is as old as its validation
constexpr std::chrono::hours kMostAhead{24};     // what domains and policies allow now may not be so by then

Validity asked_validity(const CoreSettings& settings, const CertificateRequest& request, Time now, long long max_days)
{
    Validity validity;
    validity.from = floor<seconds>(request.not_before.value_or(now - seconds(settings.backdate_seconds)));
    if (request.not_after) {
        validity.to = floor<seconds>(*request.not_after);
        return validity;
    }
    const auto wanted = request.validity_days ? static_cast<long long>(*request.validity_days)
                                              : std::min<long long>(settings.default_validity_days, max_days);
    // The last second counts (RFC 5280 section 4.1.2.5): a certificate of one day ends one second before the next. The
    // bound keeps the arithmetic and four-digit years safe whatever was asked for; it is refused below.
    validity.to = validity.from + days(std::clamp(wanted, -1LL, 1'000'000LL)) - seconds(1);
    return validity;
}

} // namespace

Validity validity_of(const CoreSettings& settings, const CertificateRequest& request, Time now,
                     const std::optional<Time>& issuer_valid_to)
{
    const long long max_days =
        std::min(settings.max_validity_days, request.max_validity_days.value_or(settings.max_validity_days));
    auto validity = asked_validity(settings, request, now, max_days);
    // An ACME client chooses notAfter or nothing; the days are its server's default.
    const bool explicit_end = (request.validity_days && request.pathway != Pathway::Acme) || request.not_after;
    const std::string member = request.validity_days ? "/validity_days" : "/valid_to";
    if (validity.from < now - kMostBackdated) {
        validity.refusal =
            object_to("validity", "/valid_from", "The validity must not begin more than a day ago.").error();
    } else if (validity.from > now + kMostAhead) {
        validity.refusal =
            object_to("validity", "/valid_from", "The validity must not begin more than a day from now.").error();
    } else if (validity.to <= std::max(validity.from, now)) {
        validity.refusal =
            object_to("validity", member, "The validity must end in the future and after its beginning.").error();
    } else if (validity.to - validity.from + seconds(1) > days(max_days)) {
        validity.refusal =
            object_to("validity", member,
                      "The validity is longer than the " + std::to_string(max_days) + " days allowed here.")
                .error();
    } else if (issuer_valid_to && validity.to > *issuer_valid_to) {
        if (explicit_end) {
            validity.refusal =
                object_to("validity", member,
                          "The validity goes beyond the CA's own, which ends at " + to_rfc3339(*issuer_valid_to) + ".")
                    .error();
        } else {
            validity.to = floor<seconds>(*issuer_valid_to);
        }
    }
    return validity;
}

} // namespace chancery::issuance
