#include "api/certificate_search.hpp"

#include "api/answers.hpp"
#include "api/certificate_answers.hpp"
#include "api/certificate_filter.hpp"
#include "api/certificates.hpp"
#include "api/paging.hpp"
#include "issuance/inventory/filters.hpp"

namespace chancery::api::certificate_search {
namespace {

namespace inventory = issuance::inventory;

void write_field(json::Writer& out, const inventory::Field& field)
{
    out.begin_object().member("name", field.name).member("type", name_of(field.type)).begin_array("operators");
    for (const auto op : field.operators) {
        out.value(name_of(op));
    }
    out.end_array()
        .member("sortable", field.sortable)
        .member("lookup", name_of(field.lookup))
        .member("description", field.description)
        .member("values", field.choices)
        .end_object();
}

} // namespace

Result<Answer> fields(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    CHANCERY_CHECK(query.finish());
    json::Writer out;
    out.begin_object().begin_array("items");
    const inventory::Catalogue catalogue(session);
    for (const auto& field : catalogue.fields()) {
        write_field(out, field);
    }
    out.end_array().null_member("next_cursor").member("has_more", false).end_object();
    return http::json_response(200, out.take());
}

Result<Answer> search(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    CHANCERY_CHECK(query.finish());
    json::Reader in(body_of(call.request));
    const auto paging = read_paging(call, in, certificates::sorts());
    auto filter = certificates::visible_filter(call, session);
    filter.where.push_back(inventory::read_filter(inventory::Catalogue(session), in, "filter", call.now));
    CHANCERY_CHECK(in.finish());
    return certificates::page(call, session, filter, paging);
}

} // namespace chancery::api::certificate_search
