#include "issuance/inventory/saved_views.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/inventory_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/inventory/filters.hpp"
#include "issuance/validation.hpp"

#include <algorithm>

namespace chancery::issuance::inventory {
namespace {

constexpr long long kMaxViews = 200;
constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxDescription = 500;
constexpr std::size_t kMaxColumns = 60;

std::string json_of(const SavedView& view)
{
    return json::Writer()
        .begin_object()
        .member("name", view.name)
        .member("description", view.description)
        .member("shared", view.shared)
        .raw_member("filter", view.filter)
        .member("sort", view.sort)
        .member("columns", view.columns)
        .end_object()
        .take();
}

bool is_sort(const Catalogue& catalogue, std::string_view sort)
{
    if (sort.starts_with('-')) {
        sort.remove_prefix(1);
    }
    const auto* const field = catalogue.find(sort);
    return field != nullptr && field->sortable;
}

Result<void> check(Core& core, db::Session& session, const SavedView& view)
{
    const Catalogue catalogue(session);
    Mistakes mistakes;
    mistakes.check_text("/name", view.name, 1, kMaxName);
    mistakes.check_text("/description", view.description, 0, kMaxDescription);
    if (!is_sort(catalogue, view.sort)) {
        mistakes.add("/sort", "enum", "must be a field that is sortable, with - before it for descending");
    }
    if (view.columns.size() > kMaxColumns) {
        mistakes.add("/columns", "size", "at most 60 columns");
    }
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
        if (catalogue.find(view.columns[i]) == nullptr) {
            mistakes.add("/columns/" + std::to_string(i), "unknown", "is no field of the inventory");
        }
    }
    CHANCERY_CHECK(mistakes.result());
    json::Reader in(R"({"filter":)" + view.filter + '}');
    read_filter(catalogue, in, "filter", core.clock.now());
    return in.finish();
}

Result<SavedView> find_own(db::Session& session, const Caller& caller, const std::string& id)
{
    CHANCERY_TRY(view, find_view(session, caller, id));
    if (view.owner_id != caller.actor.id) {
        return refuse(Code::Forbidden, "Only its owner may change a view.");
    }
    return std::move(view);
}

} // namespace

Result<SavedView> find_view(db::Session& session, const Caller& caller, const std::string& id)
{
    auto view = db::SavedViewRepository(session).find(id);
    if (!view || (!view->shared && view->owner_id != caller.actor.id)) {
        return refuse(Code::NotFound, "There is no such view.");
    }
    return std::move(*view);
}

Result<SavedView> create_view(Core& core, db::UnitOfWork& work, const Caller& caller, SavedView view)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnViews, now));
    CHANCERY_CHECK(check(core, work, view));
    db::SavedViewRepository views(work);
    if (views.count_of(caller.actor.id) >= kMaxViews) {
        return refuse(Code::Conflict, "The caller has 200 views already; that is the limit.");
    }
    view.id = new_id(now);
    view.owner_id = caller.actor.id;
    view.created_at = view.updated_at = now;
    view.revision = 1;
    if (!views.insert(view)) {
        return refuse(Code::AlreadyExists, "The caller has a view of this name.");
    }
    audit::record(work, caller, now, audit::kSavedViewCreated, {"saved_view", view.id}, json_of(view));
    return view;
}

Result<SavedView> update_view(Core& core, db::UnitOfWork& work, const Caller& caller, SavedView view,
                              long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnViews, now));
    CHANCERY_TRY(before, find_own(work, caller, view.id));
    CHANCERY_CHECK(check(core, work, view));
    view.updated_at = now;
    view.revision = expected_revision;
    switch (db::SavedViewRepository(work).update(view)) {
        case db::SavedViewRepository::Update::OtherRevision:
            return refuse(Code::PreconditionFailed, "The view was changed meanwhile.");
        case db::SavedViewRepository::Update::NameTaken:
            return refuse(Code::AlreadyExists, "The caller has a view of this name.");
        case db::SavedViewRepository::Update::Done:
            break;
    }
    ++view.revision;
    audit::record(work, caller, now, audit::kSavedViewUpdated, {"saved_view", view.id},
                  audit::change_of(json_of(before), json_of(view)));
    return view;
}

Result<void> remove_view(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                         long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageOwnViews, now));
    CHANCERY_TRY(view, find_own(work, caller, id));
    if (!db::SavedViewRepository(work).remove(id, expected_revision)) {
        return refuse(Code::PreconditionFailed, "The view was changed meanwhile.");
    }
    audit::record(work, caller, now, audit::kSavedViewRemoved, {"saved_view", id}, json_of(view));
    return {};
}

} // namespace chancery::issuance::inventory
