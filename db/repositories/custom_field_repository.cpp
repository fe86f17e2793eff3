#include "db/repositories/custom_field_repository.hpp"

#include "db/sql_text.hpp"
#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "id, name, type, description, required, choices, retired_at, created_at, updated_at, revision";
constexpr std::string_view kInsert = kSql<kInsertInto<"custom_fields", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM custom_fields WHERE id = :id">;
constexpr std::string_view kList =
    kSql<"SELECT ", kColumns, " FROM custom_fields WHERE retired_at IS NULL ORDER BY name">;
constexpr std::string_view kUpdate = R"sql(
    UPDATE custom_fields
       SET description = :description, required = :required, choices = :choices, retired_at = :retired_at,
           updated_at = :updated_at, revision = revision + 1
     WHERE id = :id AND revision = :revision)sql";

template <class F> auto columns(F& f)
{
    return pack(f.id, f.name, f.type, f.description, f.required, f.choices, f.retired_at, f.created_at, f.updated_at,
                f.revision);
}

CustomField read_field(Row& row)
{
    CustomField field;
    row.read_all(columns(field));
    return field;
}

} // namespace

bool CustomFieldRepository::insert(const CustomField& field)
{
    return Query(session_, kInsert).bind_all(columns(field)).run() == 1;
}

std::optional<CustomField> CustomFieldRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_field);
}

std::vector<CustomField> CustomFieldRepository::list()
{
    return Query(session_, kList).all(read_field);
}

bool CustomFieldRepository::update(const CustomField& field)
{
    return Query(session_, kUpdate)
               .bind(field.description, field.required, field.choices, field.retired_at, field.updated_at, field.id,
                     field.revision)
               .run() == 1;
}

} // namespace chancery::db
