#pragma once

#include "core/model/custom_field.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

class CustomFieldRepository {
public:
    explicit CustomFieldRepository(Session& session) : session_(session) {}

    bool insert(const CustomField& field); ///< false when the name is taken, by a retired one, too
    std::optional<CustomField> find(const std::string& id);
    std::vector<CustomField> list();       ///< those in use, by name
    bool update(const CustomField& field); ///< false when the revision differs; raises it

private:
    Session& session_;
};

} // namespace chancery::db
