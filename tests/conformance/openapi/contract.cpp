#include "tests/conformance/openapi/contract.hpp"

#include "server/app/publication.hpp"

#include <algorithm>
#include <stdexcept>

#include "openapi/document.hpp"

namespace chancery::test {
namespace {

json::Reader document()
{
    for (const auto& file : openapi::files()) {
        if (file.name == "openapi.json") {
            return json::Reader(file.content);
        }
    }
    throw std::runtime_error("the document is not embedded");
}

std::string upper(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

/// The first of the content's media types and its example.
void read_body(json::Reader content, Operation& operation)
{
    operation.media_type = content.member_names().front();
    auto media = content.object(operation.media_type);
    operation.example = media.raw("example").value_or("{}");
}

bool takes_idempotency_key(json::Reader& operation)
{
    auto parameters = operation.optional_objects("parameters").value_or(std::vector<json::Reader>{});
    return std::ranges::any_of(parameters, [](json::Reader& parameter) {
        return parameter.optional_string("$ref").value_or("").ends_with("/IdempotencyKey");
    });
}

} // namespace

std::string Operation::target(std::string_view id) const
{
    std::string path;
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] == '{') {
            path += id;
            at = pattern.find('}', at) + 1;
        } else {
            path += pattern[at++];
        }
    }
    return path;
}

ApiAnswer Operation::send(const ApiClient& client, const std::string& target, ApiClient::Headers headers) const
{
    headers.emplace_back("Accept", "*/*");
    if (!media_type.empty()) {
        headers.emplace_back("Content-Type", media_type);
    }
    return client.send(method, target, example, std::move(headers));
}

std::vector<Operation> operations()
{
    std::vector<Operation> found;
    for (auto& [key, described] : documented()) {
        if (!key.second.starts_with("/api/v1/")) {
            continue;
        }
        Operation operation{.method = key.first, .pattern = key.second};
        if (auto body = described.optional_object("requestBody")) {
            read_body(body->object("content"), operation);
        }
        operation.idempotent = takes_idempotency_key(described);
        operation.open = described.has("security");
        found.push_back(std::move(operation));
    }
    return found;
}

std::map<std::pair<std::string, std::string>, json::Reader> documented()
{
    std::map<std::pair<std::string, std::string>, json::Reader> found;
    auto root = document();
    auto paths = root.object("paths");
    for (const auto& path : paths.member_names()) {
        auto item = paths.object(path);
        for (const auto& method : item.member_names()) {
            found.emplace(std::pair(upper(method), path), item.object(method));
        }
    }
    return found;
}

http::Router whole_router(ApiWorld& world)
{
    http::Router router;
    world.door.add_routes(router);
    app::add_health_routes(router, world.test.core);
    app::add_publication_routes(router, world.test.core);
    app::add_ocsp_routes(router, world.test.core);
    return router;
}

} // namespace chancery::test
