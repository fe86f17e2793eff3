#include "api/custom_fields.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/custom_field_repository.hpp"
#include "issuance/inventory/custom_fields.hpp"

namespace chancery::api::custom_fields {
namespace {

namespace inventory = issuance::inventory;

void write_field(json::Writer& out, const CustomField& field)
{
    out.begin_object()
        .member("id", field.id)
        .member("name", field.name)
        .member("type", name_of(field.type))
        .member("description", field.description)
        .member("required", field.required)
        .member("choices", field.choices);
    write_time(out, "created_at", field.created_at);
    write_time(out, "updated_at", field.updated_at);
    out.end_object();
}

std::string text_of(const CustomField& field)
{
    json::Writer out;
    write_field(out, field);
    return out.take();
}

Result<CustomField> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto field = db::CustomFieldRepository(session).find(id);
    if (!field || field->retired_at) {
        return refuse(Code::NotFound, "there is no custom field with this id");
    }
    return std::move(*field);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    return short_list_response(call, paging, db::CustomFieldRepository(session).list(), write_field);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    const CustomField wanted{.name = in.string("name"),
                             .type = read_required_choice<CustomFieldType>(in, "type", CustomFieldType::Text),
                             .description = in.optional_string("description").value_or(""),
                             .required = in.optional_boolean("required").value_or(false),
                             .choices = in.optional_strings("choices").value_or(std::vector<std::string>{})};
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(field, inventory::create_custom_field(call.core(), work, call.caller, wanted));
    return created_response(text_of(field), "/api/v1/custom-fields/" + field.id, make_etag(field.revision));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(field, find(call, session));
    return resource_response(200, text_of(field), make_etag(field.revision));
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(field, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, field.revision));
    json::Writer writable;
    writable.begin_object()
        .member("description", field.description)
        .member("required", field.required)
        .member("choices", field.choices)
        .end_object();
    CHANCERY_TRY(merged, json::merge_patch(writable.take(), call.request.body));
    json::Reader in(merged);
    field.description = in.optional_string("description").value_or("");
    field.required = in.optional_boolean("required").value_or(false);
    field.choices = in.optional_strings("choices").value_or(std::vector<std::string>{});
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, inventory::update_custom_field(call.core(), work, call.caller, field, revision));
    return resource_response(200, text_of(changed), make_etag(changed.revision));
}

Result<Answer> retire(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(field, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, field.revision));
    CHANCERY_CHECK(inventory::retire_custom_field(call.core(), work, call.caller, field.id, revision));
    return http::empty_response(204);
}

} // namespace chancery::api::custom_fields
