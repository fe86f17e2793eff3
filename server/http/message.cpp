#include "server/http/message.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::http {

std::optional<std::string_view> Fields::find(std::string_view name) const
{
    for (const auto& [known, value] : fields_) {
        if (equal_ignoring_case(known, name)) {
            return value;
        }
    }
    return std::nullopt;
}

void Fields::add(std::string name, std::string value)
{
    fields_.emplace_back(std::move(name), std::move(value));
}

void Fields::set(std::string name, std::string value)
{
    std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
    add(std::move(name), std::move(value));
}

const std::string& Request::parameter(std::string_view name) const
{
    for (const auto& [known, value] : path_parameters) {
        if (known == name) {
            return value;
        }
    }
    throw std::logic_error("the route has no parameter " + std::string(name));
}

std::optional<std::string> Request::query_value(std::string_view name) const
{
    for (const auto& [known, value] : query) {
        if (known == name) {
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::string> Request::cookie(std::string_view name) const
{
    for (const auto& [field, value] : fields) {
        if (!equal_ignoring_case(field, "cookie")) {
            continue;
        }
        for (const auto& pair : split(value, ';')) {
            const auto trimmed = trim(pair);
            const auto equals = trimmed.find('=');
            if (equals != std::string_view::npos && trimmed.substr(0, equals) == name) {
                return std::string(trimmed.substr(equals + 1));
            }
        }
    }
    return std::nullopt;
}

std::string Request::media_type() const
{
    const auto value = header("content-type");
    return to_lower(trim(value.substr(0, value.find(';'))));
}

Response& Response::with(std::string name, std::string value)
{
    fields.set(std::move(name), std::move(value));
    return *this;
}

Response text_response(int status, std::string body, std::string media_type)
{
    Response response{.status = status, .fields = {}, .body = std::move(body)};
    response.with("Content-Type", std::move(media_type));
    return response;
}

Response json_response(int status, std::string json, std::string media_type)
{
    return text_response(status, std::move(json), std::move(media_type));
}

Response empty_response(int status)
{
    return Response{.status = status, .fields = {}, .body = {}};
}

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) {
            return std::nullopt;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte) {
            return std::nullopt;
        }
        decoded += *byte;
        i += 2;
    }
    return decoded;
}

std::string percent_encode(std::string_view text)
{
    constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string encoded;
    for (const char c : text) {
        if (kUnreserved.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += '%' + to_hex({&c, 1});
        }
    }
    return encoded;
}

std::optional<Target> parse_target(std::string_view target)
{
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos) {
        return std::nullopt;
    }
    Target parsed;
    const auto question = target.find('?');
    parsed.path = std::string(target.substr(0, question));
    if (!percent_decode(parsed.path)) {
        return std::nullopt;
    }
    if (question == std::string_view::npos) {
        return parsed;
    }
    for (auto member : split(target.substr(question + 1), '&')) {
        if (member.empty()) {
            continue;
        }
        std::replace(member.begin(), member.end(), '+', ' ');
        const auto equals = member.find('=');
        const auto name = percent_decode(std::string_view(member).substr(0, equals));
        const auto value =
            equals == std::string::npos ? std::string() : percent_decode(std::string_view(member).substr(equals + 1));
        if (!name || !value) {
            return std::nullopt;
        }
        parsed.query.emplace_back(*name, *value);
    }
    return parsed;
}

} // namespace chancery::http
