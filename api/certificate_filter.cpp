#include "api/certificate_filter.hpp"

#include "core/enum_names.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace chancery::api::certificates {
namespace {

constexpr std::string_view kFilters[] = {"status",
                                         "source",
                                         "provider_id",
                                         "authority_id",
                                         "issuer",
                                         "key_algorithm",
                                         "not_after[lt]",
                                         "not_after[gt]",
                                         "expires_before",
                                         "expires_after",
                                         "expires_within",
                                         "requester_id",
                                         "name",
                                         "domain",
                                         "q",
                                         "tag",
                                         "superseded",
                                         "serial_number",
                                         "fingerprint_sha256"};

void narrow_before(std::optional<Time>& limit, std::optional<Time> other)
{
    if (other) {
        limit = limit ? std::min(*limit, *other) : *other;
    }
}

void narrow_after(std::optional<Time>& limit, std::optional<Time> other)
{
    if (other) {
        limit = limit ? std::max(*limit, *other) : *other;
    }
}

/// Several ways to name the window of the expiry; given together they all count.
void read_expiry(const Call& call, QueryReader& query, db::CertificateFilter& filter)
{
    narrow_before(filter.expires_before, query.time("not_after[lt]"));
    narrow_before(filter.expires_before, query.time("expires_before"));
    narrow_after(filter.expires_after, query.time("not_after[gt]"));
    narrow_after(filter.expires_after, query.time("expires_after"));
    if (const auto within = query.duration("expires_within")) {
        narrow_before(filter.expires_before, call.now + *within);
        narrow_after(filter.expires_after, call.now);
    }
}

std::vector<std::string> read_algorithms(QueryReader& query)
{
    auto algorithms = query.texts("key_algorithm");
    for (const auto& name : algorithms) {
        if (!from_name<KeyAlgorithm>(name)) {
            query.reject("key_algorithm", "enum", "must be of " + all_names<KeyAlgorithm>());
        }
    }
    return algorithms;
}

} // namespace

std::span<const std::string_view> filter_names()
{
    return kFilters;
}

std::optional<db::CertificateFilter> read_filter(const Call& call, QueryReader& query)
{
    db::CertificateFilter filter{.statuses = query.choices<CertificateStatus>("status"),
                                 .source = query.choice<CertificateSource>("source"),
                                 .provider_id = query.id("provider_id").value_or(""),
                                 .authority_id = query.id("authority_id").value_or(""),
                                 .issuer = query.text("issuer").value_or(""),
                                 .algorithms = read_algorithms(query),
                                 .requester_id = query.text("requester_id").value_or(""),
                                 .name_exact = to_lower(query.text("name").value_or("")),
                                 .name_suffix = to_lower(query.text("domain").value_or("")),
                                 .name_substring = to_lower(query.text("q").value_or("")),
                                 .tag = query.text("tag").value_or(""),
                                 .superseded = query.boolean("superseded"),
                                 .serial_number = to_lower(query.text("serial_number").value_or("")),
                                 .fingerprint_sha256 = to_lower(query.text("fingerprint_sha256").value_or("")),
                                 .now = call.now};
    read_expiry(call, query, filter);
    if (!issuance::has_right(call.caller, issuance::Right::ReadAllCertificates)) {
        const auto& own = call.caller.actor.id;
        if (!filter.requester_id.empty() && filter.requester_id != own) {
            return std::nullopt;
        }
        filter.requester_id = own;
    }
    return filter;
}

} // namespace chancery::api::certificates
