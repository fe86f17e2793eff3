#include "api/answers.hpp"

#include "core/id.hpp"

namespace chancery::api {

http::Response resource_response(int status, std::string json, std::string etag)
{
    auto response = http::json_response(status, std::move(json));
    response.with("ETag", std::move(etag));
    return response;
}

http::Response created_response(std::string json, std::string location, std::string etag)
{
    auto response = resource_response(201, std::move(json), std::move(etag));
    response.with("Location", std::move(location));
    return response;
}

Result<std::string> id_of(const http::Request& request)
{
    const auto& id = request.parameter("id");
    if (!is_id(id)) {
        return refuse(Code::NotFound, "there is nothing with this id");
    }
    return id;
}

std::string file_stem(std::string_view common_name)
{
    constexpr std::string_view kHarmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_@";
    std::string stem;
    for (const char c : common_name.substr(0, 100)) {
        if (c == '*') {
            stem += "wildcard";
        } else {
            stem += kHarmless.find(c) == std::string_view::npos ? '_' : c;
        }
    }
    return stem.empty() || stem.front() == '.' ? "certificate" + stem : stem;
}

http::Response file_response(std::string bytes, std::string_view media_type, std::string_view stem,
                             std::string_view suffix)
{
    auto response = http::text_response(200, std::move(bytes), std::string(media_type));
    response.with("Content-Disposition", "attachment; filename=\"" + file_stem(stem) + std::string(suffix) + '"');
    return response;
}

std::string_view body_of(const http::Request& request)
{
    return request.body.empty() ? std::string_view("{}") : std::string_view(request.body);
}

void write_time(json::Writer& out, std::string_view name, Time time)
{
    out.member(name, to_rfc3339(time, true));
}

void write_time(json::Writer& out, std::string_view name, const std::optional<Time>& time)
{
    if (time) {
        write_time(out, name, *time);
    } else {
        out.null_member(name);
    }
}

std::optional<Time> read_time(json::Reader& in, std::string_view name)
{
    const auto text = in.optional_string(name);
    const auto time = text ? from_rfc3339(*text) : std::nullopt;
    if (text && !time) {
        in.reject(name, "format", "must be an RFC 3339 time");
    }
    return time;
}

void write_actor(json::Writer& out, std::string_view name, const Actor& actor)
{
    out.begin_object(name)
        .member("type", name_of(actor.type))
        .member("id", actor.id)
        .member("name", actor.name)
        .end_object();
}

void write_names(json::Writer& out, std::string_view name, std::span<const Name> names)
{
    out.begin_array(name);
    for (const auto& one : names) {
        out.begin_object().member("type", name_of(one.type)).member("value", one.value).end_object();
    }
    out.end_array();
}

Subject read_subject(json::Reader& in)
{
    const auto text = [&in](std::string_view name) { return in.optional_string(name).value_or(""); };
    return {.common_name = text("common_name"),
            .organization = text("organization"),
            .organizational_unit = text("organizational_unit"),
            .country = text("country"),
            .state = text("state"),
            .locality = text("locality")};
}

} // namespace chancery::api
