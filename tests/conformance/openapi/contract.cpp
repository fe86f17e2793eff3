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

} // namespace

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
