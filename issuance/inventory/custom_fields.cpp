#include "issuance/inventory/custom_fields.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/custom_field_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/validation.hpp"

#include <algorithm>
#include <set>

namespace chancery::issuance::inventory {
namespace {

constexpr std::size_t kMaxFields = 50;
constexpr std::size_t kMaxName = 40;
constexpr std::size_t kMaxChoices = 200;
constexpr std::size_t kMaxChoice = 128;
constexpr std::size_t kMaxDescription = 500;

std::string json_of(const CustomField& field)
{
    return json::Writer()
        .begin_object()
        .member("name", field.name)
        .member("type", name_of(field.type))
        .member("description", field.description)
        .member("required", field.required)
        .member("choices", field.choices)
        .member("retired", field.retired_at.has_value())
        .end_object()
        .take();
}

bool is_field_name(std::string_view name)
{
    constexpr std::string_view kSigns = "abcdefghijklmnopqrstuvwxyz0123456789_";
    return !name.empty() && name.size() <= kMaxName && name.front() >= 'a' && name.front() <= 'z' &&
           name.find_first_not_of(kSigns) == std::string_view::npos;
}

bool is_printable(std::string_view text)
{
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void check_choices(Mistakes& mistakes, const CustomField& field)
{
    const bool has_choices = field.type == CustomFieldType::Choice;
    if (has_choices != !field.choices.empty() || field.choices.size() > kMaxChoices) {
        mistakes.add("/choices", "size", has_choices ? "a choice has 1 to 200" : "only a choice has choices");
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; i < field.choices.size(); ++i) {
        const auto& choice = field.choices[i];
        const bool usable = !choice.empty() && choice.size() <= kMaxChoice && is_printable(choice);
        if (!usable || !seen.insert(choice).second) {
            mistakes.add("/choices/" + std::to_string(i), "value",
                         "must be 1 to 128 octets without control characters, once");
        }
    }
}

Result<void> check(const CustomField& field)
{
    Mistakes mistakes;
    if (!is_field_name(field.name)) {
        mistakes.add("/name", "format", "must be a lower case letter, then at most 39 letters, digits or \"_\"");
    }
    if (field.description.size() > kMaxDescription || !is_printable(field.description)) {
        mistakes.add("/description", "value", "must be at most 500 octets without control characters");
    }
    check_choices(mistakes, field);
    return mistakes.result();
}

Result<CustomField> find(db::Session& session, const std::string& id)
{
    auto field = db::CustomFieldRepository(session).find(id);
    if (!field || field->retired_at) {
        return refuse(Code::NotFound, "There is no such custom field.");
    }
    return std::move(*field);
}

Result<CustomField> store(Core& core, db::UnitOfWork& work, const Caller& caller, const CustomField& before,
                          CustomField after, std::string_view action)
{
    after.updated_at = core.clock.now();
    if (!db::CustomFieldRepository(work).update(after)) {
        return refuse(Code::PreconditionFailed, "The custom field was changed meanwhile.");
    }
    ++after.revision;
    audit::record(work, caller, after.updated_at, action, {"custom_field", after.id},
                  audit::change_of(json_of(before), json_of(after)));
    return after;
}

} // namespace

Result<CustomField> create_custom_field(Core& core, db::UnitOfWork& work, const Caller& caller, CustomField field)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageCustomFields, now));
    CHANCERY_CHECK(check(field));
    db::CustomFieldRepository fields(work);
    if (fields.list().size() >= kMaxFields) {
        return refuse(Code::Conflict, "There are 50 custom fields already; that is the limit.");
    }
    field.id = new_id(now);
    field.created_at = field.updated_at = now;
    field.revision = 1;
    if (!fields.insert(field)) {
        return refuse(Code::AlreadyExists, "There is or was a custom field of this name.");
    }
    audit::record(work, caller, now, audit::kCustomFieldCreated, {"custom_field", field.id}, json_of(field));
    return field;
}

Result<CustomField> update_custom_field(Core& core, db::UnitOfWork& work, const Caller& caller, CustomField field,
                                        long long expected_revision)
{
    CHANCERY_CHECK(require(work, caller, Right::ManageCustomFields, core.clock.now()));
    CHANCERY_TRY(before, find(work, field.id));
    CHANCERY_CHECK(check(field));
    for (const auto& choice : before.choices) {
        if (std::ranges::find(field.choices, choice) == field.choices.end()) {
            Mistakes mistakes;
            mistakes.add("/choices", "value", "\"" + choice + "\" must stay a choice");
            return std::unexpected(mistakes.result().error());
        }
    }
    field.revision = expected_revision;
    return store(core, work, caller, before, std::move(field), audit::kCustomFieldUpdated);
}

Result<void> retire_custom_field(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                 long long expected_revision)
{
    CHANCERY_CHECK(require(work, caller, Right::ManageCustomFields, core.clock.now()));
    CHANCERY_TRY(before, find(work, id));
    auto after = before;
    after.retired_at = core.clock.now();
    after.revision = expected_revision;
    CHANCERY_CHECK(store(core, work, caller, before, std::move(after), audit::kCustomFieldRetired));
    return {};
}

} // namespace chancery::issuance::inventory
