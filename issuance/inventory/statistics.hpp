#pragma once

#include "core/model/certificate_query.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/periods.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Figures of the inventory. Each bucket has the filter that finds its certificates, and no certificate is in two.
namespace chancery::issuance::inventory {

struct Part {
    std::string name{};
    long long count = 0;
    FilterNode filter{}; ///< as a bucket's, and with that one's
};

struct Bucket {
    std::string name{};
    std::optional<Time> from{}; ///< of a span of time: from here …
    std::optional<Time> to{};   ///< … up to but without this
    long long count = 0;
    FilterNode filter{}; ///< beyond the filter that was asked with
    std::vector<Part> parts{};
};

/// What is not revoked by when it expires: expired, within a week, a month, a quarter, half a year, a year, later.
std::vector<Bucket> expiry_statistics(db::Session& session, const db::CertificateFilter& filter);

/// What is in use by the month in which it ends, in parts by what follows: from now to the end of this month, and the
/// months after it.
std::vector<Bucket> succession_statistics(db::Session& session, const db::CertificateFilter& filter, int months);

/// By the way in which certificates came here.
enum class Divided { Path };

/// What came here in each of the last `count` days, weeks or months, the current one last; in parts if they are asked
/// for.
std::vector<Bucket> issuance_statistics(db::Session& session, const db::CertificateFilter& filter, Interval interval,
                                        int count, std::optional<Divided> by = {});

/// Active, expired, revoked.
std::vector<Bucket> status_statistics(db::Session& session, const db::CertificateFilter& filter);

/// Key algorithms with digests, those that there are.
std::vector<Bucket> crypto_statistics(db::Session& session, const db::CertificateFilter& filter);

} // namespace chancery::issuance::inventory

namespace chancery {

template <> struct EnumNames<issuance::inventory::Divided> {
    static constexpr std::pair<issuance::inventory::Divided, std::string_view> table[] = {
        {issuance::inventory::Divided::Path, "path"}};
};

} // namespace chancery
