#include "issuance/inventory/annotations.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/custom_field_repository.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"
#include "issuance/requests.hpp"

#include <algorithm>

namespace chancery::issuance::inventory {
namespace {

constexpr std::size_t kMaxOwner = 128;
constexpr std::size_t kMaxText = 256;
constexpr long long kMaxInteger = 9'007'199'254'740'991; // what JSON's readers keep exact

bool is_printable(std::string_view text)
{
    return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void write_owner(json::Writer& out, const Certificate& certificate)
{
    if (certificate.owner_type.empty()) {
        out.null_member("owner");
        return;
    }
    out.begin_object("owner")
        .member("type", certificate.owner_type)
        .member(certificate.owner_type == "user" ? "id" : "name", certificate.owner)
        .end_object();
}

/// Reads what a patch has made of the annotations into the certificate.
class Reading {
public:
    Reading(db::Session& session, const Caller& caller, const std::vector<CustomField>& fields, std::string_view patch)
        : session_(session), caller_(caller), fields_(fields),
          changes_custom_fields_(json::Reader(patch).has("custom_fields"))
    {
    }

    void read(json::Reader& in, Certificate& certificate);

    std::vector<CustomValue> values{};

private:
    void read_tags(json::Reader& in, Certificate& certificate);
    void read_owner(json::Reader& in, Certificate& certificate);
    void read_custom(json::Reader& in, Certificate& certificate);
    bool may_name(const std::string& user_id);
    void read_value(json::Reader& in, const CustomField& field, json::Writer& out);
    void read_text(json::Reader& in, const CustomField& field, json::Writer& out);

    db::Session& session_;
    const Caller& caller_;
    const std::vector<CustomField>& fields_;
    bool changes_custom_fields_; ///< only then a required one must be there: a tag can be given without it
};

void Reading::read(json::Reader& in, Certificate& certificate)
{
    read_tags(in, certificate);
    read_owner(in, certificate);
    read_custom(in, certificate);
}

void Reading::read_tags(json::Reader& in, Certificate& certificate)
{
    certificate.tags = in.optional_strings("tags").value_or(std::vector<std::string>{});
    if (auto mistake = mistake_in_tags(certificate.tags)) {
        in.reject("tags", "tags", std::move(*mistake));
    }
}

bool Reading::may_name(const std::string& user_id)
{
    const bool allowed = user_id == caller_.actor.id || has_right(caller_, Right::ReadAllCertificates);
    return allowed && db::UserRepository(session_).find(user_id).has_value();
}

void Reading::read_owner(json::Reader& in, Certificate& certificate)
{
    certificate.owner_type.clear();
    certificate.owner.clear();
    auto owner = in.optional_object("owner");
    if (!owner) {
        return;
    }
    certificate.owner_type = owner->string("type");
    if (certificate.owner_type == "user") {
        certificate.owner = owner->string("id");
        if (!may_name(certificate.owner)) {
            owner->reject("id", "unknown", "is no user that the caller can name");
        }
    } else if (certificate.owner_type == "group") {
        certificate.owner = owner->string("name");
        if (certificate.owner.empty() || certificate.owner.size() > kMaxOwner || !is_printable(certificate.owner)) {
            owner->reject("name", "value", "must be 1 to 128 octets without control characters");
        }
    } else {
        owner->reject("type", "enum", "must be one of user, group");
    }
}

void Reading::read_custom(json::Reader& in, Certificate& certificate)
{
    auto object = in.optional_object("custom_fields");
    if (!object) {
        object.emplace("{}");
    }
    json::Writer out;
    out.begin_object();
    for (const auto& field : fields_) {
        if (object->has(field.name) && !object->is_null(field.name)) {
            read_value(*object, field, out);
            continue;
        }
        object->ignore(field.name);
        if (field.required && changes_custom_fields_) {
            in.reject("custom_fields", "required", "must have \"" + field.name + '"');
        }
    }
    certificate.custom_fields = out.end_object().take();
}

void Reading::read_value(json::Reader& in, const CustomField& field, json::Writer& out)
{
    switch (field.type) {
        case CustomFieldType::Integer: {
            const auto number = in.integer(field.name);
            if (number < -kMaxInteger || number > kMaxInteger) {
                in.reject(field.name, "range", "must be an integer of at most 53 bits");
            }
            out.member(field.name, number);
            values.push_back({.field = field.name, .text = std::to_string(number), .number = number});
            return;
        }
        case CustomFieldType::Boolean: {
            const bool yes = in.boolean(field.name);
            out.member(field.name, yes);
            values.push_back({.field = field.name, .text = yes ? "true" : "false", .number = yes ? 1 : 0});
            return;
        }
        case CustomFieldType::Text:
        case CustomFieldType::Date:
        case CustomFieldType::Choice:
            read_text(in, field, out);
            return;
    }
}

void Reading::read_text(json::Reader& in, const CustomField& field, json::Writer& out)
{
    const auto text = in.string(field.name);
    if (field.type == CustomFieldType::Choice && std::ranges::find(field.choices, text) == field.choices.end()) {
        in.reject(field.name, "enum", "must be one of " + join(field.choices, ", "));
    } else if (field.type == CustomFieldType::Date && (text.size() != 10 || !from_rfc3339(text + "T00:00:00Z"))) {
        in.reject(field.name, "format", "must be a date such as 2027-01-31");
    } else if (text.empty() || text.size() > kMaxText || !is_printable(text)) {
        in.reject(field.name, "value", "must be 1 to 256 octets without control characters");
    }
    out.member(field.name, text);
    values.push_back({.field = field.name, .text = text});
}

/// Values of fields that are not shown any more stay stored.
std::string with_hidden_values(const std::string& stored, const std::string& shown,
                               const std::vector<CustomField>& fields)
{
    json::Reader before(stored);
    json::Reader after(shown);
    json::Writer out;
    out.begin_object();
    for (const auto& name : after.member_names()) {
        out.raw_member(name, after.raw(name).value_or("null"));
    }
    for (const auto& name : before.member_names()) {
        if (std::ranges::find(fields, name, &CustomField::name) == fields.end()) {
            out.raw_member(name, before.raw(name).value_or("null"));
        }
    }
    return out.end_object().take();
}

} // namespace

std::string annotations_json(const Certificate& certificate, const std::vector<CustomField>& fields)
{
    json::Writer out;
    out.begin_object().member("tags", certificate.tags);
    write_owner(out, certificate);
    out.begin_object("custom_fields");
    json::Reader stored(certificate.custom_fields);
    for (const auto& field : fields) {
        if (const auto value = stored.raw(field.name)) {
            out.raw_member(field.name, *value);
        }
    }
    return out.end_object().end_object().take();
}

Result<Certificate> annotate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                             std::string_view patch, long long expected_revision)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageCertificates, now));
    CHANCERY_TRY(before, find_certificate(core, work, caller, id));
    const auto fields = db::CustomFieldRepository(work).list();
    const auto old_annotations = annotations_json(before, fields);
    CHANCERY_TRY(merged, json::merge_patch(old_annotations, patch));
    auto after = before;
    json::Reader in(merged);
    Reading reading(work, caller, fields, patch);
    reading.read(in, after);
    CHANCERY_CHECK(in.finish());
    after.custom_fields = with_hidden_values(before.custom_fields, after.custom_fields, fields);
    after.revision = expected_revision;
    if (!db::CertificateRepository(work).annotate(before, after, reading.values)) {
        return refuse(Code::PreconditionFailed, "The certificate was changed meanwhile.");
    }
    ++after.revision;
    audit::record(work, caller, now, audit::kCertificateUpdated, {"certificate", id},
                  audit::change_of(old_annotations, annotations_json(after, fields)));
    return after;
}

Result<Certificate> annotate_current(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                     std::string_view patch)
{
    CHANCERY_TRY(current, find_certificate(core, work, caller, id));
    return annotate(core, work, caller, id, patch, current.revision);
}

} // namespace chancery::issuance::inventory
