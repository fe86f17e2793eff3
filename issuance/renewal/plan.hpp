#pragma once

#include "core/model/certificate.hpp"
#include "core/model/renewal.hpp"

/// When certificates are renewed by themselves: nothing here looks at the database or the clock.
namespace chancery::issuance::renewal {

/// Where the certificate stands among all, from 0 to 1 (exclusive): evenly spread, and for one certificate always the
/// same, so that a million certificates of one day are not renewed in one minute, and asking again changes nothing.
double place_of(const std::string& certificate_id);

/// How long before the end the renewal may begin: the threshold's days, or its share of a shorter lifetime.
Time::duration lead_time(const Certificate& certificate, const RenewalThreshold& threshold);

/// The begin of the lead time, plus up to a fifth of it by `place_of`.
Time due_time(const Certificate& certificate, const RenewalThreshold& threshold);

/// The moment in the CA's window at which this certificate is renewed: by `place_of`, so that not all of a CA's clients
/// come at its start (RFC 9773 section 4.2).
Time due_time_in(const SuggestedWindow& window, const Certificate& certificate);

/// For a certificate whose CA can sign no more: within a day from `now`, and not later than otherwise.
Time due_time_without_ca(const Certificate& certificate, const RenewalThreshold& threshold, Time now);

/// How long to wait after the n-th attempt (1, 2, …) failed: an hour, twice as long each time, a day at most, and never
/// so long that less than three quarters of what is left of the certificate's validity remain.
Time::duration wait_after(int attempts, Time::duration left);

} // namespace chancery::issuance::renewal
