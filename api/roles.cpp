#include "api/roles.hpp"

#include "api/answers.hpp"

namespace chancery::api::roles {

Result<Answer> table(const Call&, db::Session&)
{
    json::Writer out;
    out.begin_object().begin_array("roles");
    for (const auto& [role, name] : EnumNames<Role>::table) {
        const issuance::Caller person{.actor = {.type = ActorType::User}, .role = role, .scope = Scope::Admin};
        out.begin_object().member("role", name).begin_array("rights");
        for (const auto right : all_rights()) {
            if (issuance::has_right(person, right)) {
                out.value(name_of_right(right));
            }
        }
        out.end_array().end_object();
    }
    return http::json_response(200, out.end_array().end_object().take());
}

} // namespace chancery::api::roles
