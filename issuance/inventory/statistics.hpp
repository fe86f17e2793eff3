#pragma once

#include "core/model/certificate_query.hpp"
#include "db/repositories/certificate_repository.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Figures of the inventory. Each bucket has the filter that finds its certificates, and no certificate is in two.
namespace chancery::issuance::inventory {

struct Bucket {
    std::string name{};
    std::optional<Time> from{}; ///< of a span of time: from here …
    std::optional<Time> to{};   ///< … up to but without this
    long long count = 0;
    FilterNode filter{}; ///< beyond the filter that was asked with
};

/// What is not revoked by when it expires: expired, within a week, a month, a quarter, half a year, a year, later.
std::vector<Bucket> expiry_statistics(db::Session& session, const db::CertificateFilter& filter);

enum class Interval { Day, Week, Month };

/// What came here in each of the last `count` days, weeks (from Monday) or months of UTC, the current one last.
std::vector<Bucket> issuance_statistics(db::Session& session, const db::CertificateFilter& filter, Interval interval,
                                        int count);

/// Active, expired, revoked.
std::vector<Bucket> status_statistics(db::Session& session, const db::CertificateFilter& filter);

/// Key algorithms with digests, those that there are.
std::vector<Bucket> crypto_statistics(db::Session& session, const db::CertificateFilter& filter);

} // namespace chancery::issuance::inventory

namespace chancery {

template <> struct EnumNames<issuance::inventory::Interval> {
    using Interval = issuance::inventory::Interval;
    static constexpr std::pair<Interval, std::string_view> table[] = {
        {Interval::Day, "day"}, {Interval::Week, "week"}, {Interval::Month, "month"}};
};

} // namespace chancery
