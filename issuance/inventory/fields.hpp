#pragma once

#include "core/enum_names.hpp"
#include "core/model/certificate_query.hpp"
#include "core/model/custom_field.hpp"
#include "db/session.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The catalogue of the inventory's fields: what a filter may compare, and how. One list for the query members, the
/// structured search, saved views and whoever builds a filter.
namespace chancery::issuance::inventory {

enum class FieldType { Text, Name, Hex, Id, Choice, Time, Date, Integer, Boolean };

/// How the rows of a value are found. Whatever this says, the rows are also walked in the order of the list.
enum class Lookup {
    Key,   ///< an index that has a few rows for each value
    Value, ///< an index of the values
    Rare,  ///< an index of the values but the most usual one
    Range, ///< an index in the order of the values
    Rows,  ///< an index of names, tags or custom values, several for each certificate
    Walk   ///< none
};

struct Field {
    CertificateField field{};
    std::string name;
    FieldType type{};
    std::span<const FilterOperator> operators{};
    Lookup lookup{};
    bool sortable = false;
    std::string description;
    std::string query_member{};         ///< another name among the query's members
    std::vector<std::string> choices{}; ///< of Choice

    bool takes(FilterOperator op) const;
};

/// What custom fields are called in filters: "custom.cost_center".
inline constexpr std::string_view kCustomPrefix = "custom.";

class Catalogue {
public:
    /// The fields that every installation has, and those that administrators have added.
    explicit Catalogue(db::Session& session);
    /// The former alone.
    static std::span<const Field> built_in();

    std::span<const Field> fields() const { return fields_; }

    /// Nothing when there is none of that name.
    const Field* find(std::string_view name) const;

private:
    std::vector<Field> fields_;
};

} // namespace chancery::issuance::inventory

namespace chancery {

template <> struct EnumNames<issuance::inventory::FieldType> {
    using Type = issuance::inventory::FieldType;
    static constexpr std::pair<Type, std::string_view> table[] = {
        {Type::Text, "text"}, {Type::Name, "name"},       {Type::Hex, "hex"},
        {Type::Id, "id"},     {Type::Choice, "choice"},   {Type::Time, "time"},
        {Type::Date, "date"}, {Type::Integer, "integer"}, {Type::Boolean, "boolean"}};
};

template <> struct EnumNames<issuance::inventory::Lookup> {
    using Lookup = issuance::inventory::Lookup;
    static constexpr std::pair<Lookup, std::string_view> table[] = {
        {Lookup::Key, "key"},     {Lookup::Value, "value"}, {Lookup::Rare, "rare_value"},
        {Lookup::Range, "range"}, {Lookup::Rows, "rows"},   {Lookup::Walk, "walk"}};
};

} // namespace chancery
