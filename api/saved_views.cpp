#include "api/saved_views.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/inventory_repository.hpp"
#include "issuance/inventory/saved_views.hpp"

namespace chancery::api::saved_views {
namespace {

namespace inventory = issuance::inventory;

/// The members that a client writes: what PATCH is merged into.
void write_writable(json::Writer& out, const SavedView& view)
{
    out.member("name", view.name)
        .member("description", view.description)
        .member("shared", view.shared)
        .raw_member("filter", view.filter)
        .member("sort", view.sort)
        .member("columns", view.columns);
}

void write_view(json::Writer& out, const SavedView& view)
{
    out.begin_object().member("id", view.id).member("owner_id", view.owner_id);
    write_writable(out, view);
    write_time(out, "created_at", view.created_at);
    write_time(out, "updated_at", view.updated_at);
    out.end_object();
}

std::string text_of(const SavedView& view)
{
    json::Writer out;
    write_view(out, view);
    return out.take();
}

Result<SavedView> read_view(std::string_view text, SavedView view)
{
    json::Reader in(text);
    view.name = in.string("name");
    view.description = in.optional_string("description").value_or("");
    view.shared = in.optional_boolean("shared").value_or(false);
    if (in.has("filter") && !in.is_null("filter") && !in.is_object("filter")) {
        in.reject("filter", "type", "must be an object");
    }
    view.filter = in.raw("filter").value_or("null");
    view.sort = in.optional_string("sort").value_or("-created_at");
    view.columns = in.optional_strings("columns").value_or(std::vector<std::string>{});
    CHANCERY_CHECK(in.finish());
    return view;
}

Result<SavedView> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    return inventory::find_view(session, call.caller, id);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto shared = query.boolean("shared");
    CHANCERY_CHECK(query.finish());
    auto all = db::SavedViewRepository(session).list(call.caller.actor.id);
    std::erase_if(all, [&](const SavedView& view) { return shared && view.shared != *shared; });
    return short_list_response(call, paging, std::move(all), write_view);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(wanted, read_view(body_of(call.request), {}));
    CHANCERY_TRY(view, inventory::create_view(call.core(), work, call.caller, wanted));
    return created_response(text_of(view), "/api/v1/saved-views/" + view.id, make_etag(view.revision));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(view, find(call, session));
    return resource_response(200, text_of(view), make_etag(view.revision));
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(view, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, view.revision));
    // A filter is one value: to merge two would make a third that nobody wrote.
    json::Reader patch(body_of(call.request));
    const auto filter = patch.raw("filter");
    auto base = view;
    if (filter) {
        base.filter = "null";
    }
    json::Writer writable;
    writable.begin_object();
    write_writable(writable, base);
    CHANCERY_TRY(merged, json::merge_patch(writable.end_object().take(), body_of(call.request)));
    CHANCERY_TRY(wanted, read_view(merged, view));
    CHANCERY_TRY(changed, inventory::update_view(call.core(), work, call.caller, wanted, revision));
    return resource_response(200, text_of(changed), make_etag(changed.revision));
}

Result<Answer> remove(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(view, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, view.revision));
    CHANCERY_CHECK(inventory::remove_view(call.core(), work, call.caller, view.id, revision));
    return http::empty_response(204);
}

} // namespace chancery::api::saved_views
