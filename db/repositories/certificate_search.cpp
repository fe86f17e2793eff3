#include "db/repositories/certificate_columns.hpp"
#include "db/repositories/certificate_conditions.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/certificate_terms.hpp"

#include <algorithm>
#include <map>

namespace chancery::db {
namespace {

constexpr std::string_view kList = kSql<"SELECT ", kCertificateListColumns, " FROM certificates">;
constexpr std::string_view kCount = "SELECT count(*) FROM certificates";
constexpr std::string_view kTags = "SELECT tag, count(*) FROM certificate_tags";
constexpr std::string_view kCountTags = "SELECT count(DISTINCT tag) FROM certificate_tags";

/// The tags of what the filter lets through; all of them need no look at their certificates.
void narrow_tags(Conditions& where, const CertificateFilter& filter)
{
    SqlPiece all;
    for (const auto& condition : conditions_of(filter)) {
        all.sql += " AND ";
        all.add(check_of(condition, filter.now, Checked::Whole));
    }
    if (!all.sql.empty()) {
        where.add_values("EXISTS (SELECT 1 FROM certificates WHERE certificates.id = certificate_tags.certificate_id" +
                             all.sql + ')',
                         all.values);
    }
}

/// In that order.
std::vector<Certificate> with_ids(Session& session, const std::vector<std::string>& ids)
{
    if (ids.empty()) {
        return {};
    }
    Conditions where;
    where.add_in("id", ids);
    Query query(session, std::string(kList) + where.sql());
    auto found = where.bind_to(query).all(read_listed_certificate);
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        places.emplace(ids[i], i);
    }
    std::ranges::sort(found, {}, [&](const Certificate& one) { return places.at(one.id); });
    return found;
}

} // namespace

std::vector<Certificate> CertificateRepository::list(const CertificateFilter& filter, CertificateSort sort,
                                                     const PageRequest& page)
{
    prefer_indexes(session_);
    const auto narrowed = narrow(session_, filter, sort);
    if (sort == CertificateSort::CreatedAt && !narrowed.few) {
        if (const auto ids = page_by_terms(session_, narrowed.conditions, page, filter.now)) {
            return with_ids(session_, *ids);
        }
    }
    auto where = where_of(narrowed, filter.now, sort, Checked::Page);
    switch (sort) {
        case CertificateSort::ValidTo:
            where.page("valid_to", Conditions::Key::Number, page);
            break;
        case CertificateSort::CreatedAt:
            where.page("created_at", Conditions::Key::Number, page);
            break;
        case CertificateSort::CommonName:
            where.page("common_name", Conditions::Key::Text, page);
            break;
    }
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_listed_certificate);
}

long long CertificateRepository::count(const CertificateFilter& filter)
{
    const auto where = where_of(session_, filter, {});
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

std::vector<TagCount> CertificateRepository::tags(const CertificateFilter& filter, const PageRequest& page)
{
    Conditions where;
    narrow_tags(where, filter);
    if (page.after) {
        where.add(page.descending ? "tag < ?" : "tag > ?", page.after->value);
    }
    Query query(session_, std::string(kTags) + where.sql() + " GROUP BY tag ORDER BY tag" +
                              (page.descending ? " DESC" : "") + " LIMIT :page_limit");
    return where.bind_to(query).bind(page.limit).all([](Row& row) {
        TagCount tag;
        row.read(tag.name, tag.certificates);
        return tag;
    });
}

long long CertificateRepository::count_tags(const CertificateFilter& filter)
{
    Conditions where;
    narrow_tags(where, filter);
    Query query(session_, std::string(kCountTags) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

} // namespace chancery::db
