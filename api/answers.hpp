#pragma once

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/model/order.hpp"
#include "core/model/x509.hpp"
#include "core/result.hpp"
#include "server/http/message.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the resources' answers and bodies have in common.
namespace chancery::api {

/// One resource with its strong validator.
http::Response resource_response(int status, std::string json, std::string etag);
/// 201 with Location.
http::Response created_response(std::string json, std::string location, std::string etag);

/// The path parameter "id"; NotFound when it has not the shape of one, before any look-up.
Result<std::string> id_of(const http::Request& request);
/// A file to save: Content-Disposition with a name made of `stem`, in which only harmless characters stay.
http::Response file_response(std::string bytes, std::string_view media_type, std::string_view stem,
                             std::string_view suffix);
/// "*.example.com" as "wildcard.example.com": what a downloaded file is called.
std::string file_stem(std::string_view common_name);

/// The body to read: an empty one counts as an empty object.
std::string_view body_of(const http::Request& request);

void write_time(json::Writer& out, std::string_view name, Time time);
void write_time(json::Writer& out, std::string_view name, const std::optional<Time>& time);
/// An RFC 3339 time; nothing when it is absent or null.
std::optional<Time> read_time(json::Reader& in, std::string_view name);
void write_actor(json::Writer& out, std::string_view name, const Actor& actor);
void write_names(json::Writer& out, std::string_view name, std::span<const Name> names);
/// `{organization, …}` from a body; absent members stay empty.
Subject read_subject(json::Reader& in);

/// A member that names an enumerator; a mistake that lists what would do otherwise.
template <class E> std::optional<E> read_choice(json::Reader& in, std::string_view name)
{
    const auto text = in.optional_string(name);
    if (!text) {
        return std::nullopt;
    }
    const auto known = from_name<E>(*text);
    if (!known) {
        in.reject(name, "enum", "must be one of " + all_names<E>());
    }
    return known;
}

/// The same for a member that must be there.
template <class E> E read_required_choice(json::Reader& in, std::string_view name, E fallback)
{
    if (!in.has(name) || in.is_null(name)) {
        in.reject(name, "required", "is required");
        in.ignore(name);
        return fallback;
    }
    return read_choice<E>(in, name).value_or(fallback);
}

template <class E> std::vector<std::string> names_of(const std::vector<E>& values)
{
    std::vector<std::string> names;
    names.reserve(values.size());
    for (const auto value : values) {
        names.emplace_back(name_of(value));
    }
    return names;
}

/// A list of enumerators; each unknown one is a mistake at its place.
template <class E> std::vector<E> read_choices(json::Reader& in, std::string_view name)
{
    std::vector<E> values;
    const auto texts = in.optional_strings(name).value_or(std::vector<std::string>{});
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (const auto known = from_name<E>(texts[i])) {
            values.push_back(*known);
        } else {
            in.reject(name, "enum", "\"" + texts[i] + "\" is not one of " + all_names<E>());
        }
    }
    return values;
}

} // namespace chancery::api
