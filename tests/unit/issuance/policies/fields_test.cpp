#include "issuance/inventory/fields.hpp"
#include "issuance/policy/expression/fields.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace chancery;
using issuance::inventory::FieldType;
namespace expression = chancery::issuance::policy::expression;

namespace {

constexpr const char* kGiven = "the certificate gets it when it is signed";
constexpr const char* kLater = "tells what became of a certificate";

/// What filters of the inventory compare and a policy cannot speak of, with the reason.
const std::map<std::string_view, std::string_view> kExceptions = {
    {"id", kGiven},
    {"serial_number", kGiven},
    {"fingerprint_sha256", kGiven},
    {"order_id", kGiven},
    {"created_at", kGiven},
    {"issuer", "authority_id says which CA it will be"},
    {"days_until_expiry", "valid_to says when it will end"},
    {"status", kLater},
    {"revoked_at", kLater},
    {"revocation_reason", kLater},
    {"renewed_to", kLater},
    {"superseded", kLater},
    {"renews_by_itself", kLater},
    {"renewal_due_at", kLater},
    {"owner_type", kLater},
    {"owner", kLater},
    {"source", "what is judged is always managed"},
    {"has_private_key", "pathway says who holds the key"},
    {"has_policy_warnings", "it is what policies answer"},
    {"text", "several fields in one, for people who search"},
};

const expression::Field* find(std::string_view name)
{
    const auto fields = expression::fields();
    const auto found = std::ranges::find(fields, name, &expression::Field::name);
    return found == fields.end() ? nullptr : &*found;
}

bool fits(FieldType type, const expression::Type& as)
{
    switch (type) {
        case FieldType::Time:
            return as.kind == expression::Kind::Timestamp;
        case FieldType::Name:
            return as.kind == expression::Kind::List && as.element == expression::Kind::Name;
        case FieldType::Text:
        case FieldType::Id:
        case FieldType::Hex:
        case FieldType::Choice:
            return as.kind == expression::Kind::String ||
                   (as.kind == expression::Kind::List && as.element == expression::Kind::String);
        default:
            return false;
    }
}

} // namespace

TEST_CASE("an expression speaks of the inventory's fields under their names, but for a few", "[issuance][policy]")
{
    for (const auto& field : issuance::inventory::Catalogue::built_in()) {
        INFO(field.name);
        const auto* const same = find(field.name);
        CHECK((same != nullptr) != kExceptions.contains(field.name));
        if (same != nullptr) {
            CHECK(fits(field.type, same->type));
        }
    }
    for (const auto& [name, reason] : kExceptions) {
        INFO(name);
        const auto built_in = issuance::inventory::Catalogue::built_in();
        CHECK(std::ranges::find(built_in, name, &issuance::inventory::Field::name) != built_in.end());
        CHECK_FALSE(reason.empty());
    }
}

TEST_CASE("the names that expressions had before they had the inventory's still mean the same", "[issuance][policy]")
{
    const std::pair<const char*, const char*> pairs[] = {
        {"provider", "provider_id"}, {"tags", "tag"}, {"subject_alternative_names", "name"}};
    for (const auto& [old, name] : pairs) {
        INFO(old);
        REQUIRE(find(old) != nullptr);
        REQUIRE(find(name) != nullptr);
        CHECK(find(old)->type == find(name)->type);
    }
}
