#include "api/tags.hpp"

#include "api/certificate_filter.hpp"
#include "api/paging.hpp"

namespace chancery::api::tags {

Result<Answer> list(const Call& call, db::Session& session)
{
    constexpr std::string_view kSorts[] = {"name"};
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    CHANCERY_CHECK(query.finish());
    const auto filter = certificates::visible_filter(call, session);
    db::CertificateRepository certificates(session);
    const auto found = certificates.tags(filter, paging.request);
    const auto total = paging.include_total ? std::optional(certificates.count_tags(filter)) : std::nullopt;
    const auto show = [](json::Writer& out, const db::TagCount& tag) {
        out.begin_object().member("name", tag.name).member("certificates", tag.certificates).end_object();
    };
    const auto by_name = [](const db::TagCount& tag) { return db::Position{.value = tag.name, .id = "tag"}; };
    return list_response(call, paging, found, show, by_name, total);
}

} // namespace chancery::api::tags
