#include "tests/support/api_client.hpp"

#include "core/text.hpp"
#include "tests/support/run.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <stdexcept>

namespace chancery::test {
namespace {

http::Request request_of(std::string method, const std::string& target, std::string body)
{
    static std::atomic<int> count{0};
    auto parsed = http::parse_target(target);
    if (!parsed) {
        throw std::logic_error("not a target: " + target);
    }
    http::Request request;
    request.method = std::move(method);
    request.target = target;
    request.path = std::move(parsed->path);
    request.query = std::move(parsed->query);
    request.body = std::move(body);
    request.peer = "192.0.2.7";
    request.request_id = "request-by-client-" + std::to_string(++count);
    return request;
}

/// The whole of a body that is made piece by piece; of events those that there are.
void drain(http::Response& response)
{
    if (!response.stream) {
        return;
    }
    const bool events = response.fields.find("content-type").value_or("").starts_with("text/event-stream");
    while (const auto piece = run(response.stream())) {
        if (piece->empty() && events) {
            return;
        }
        response.body += *piece;
    }
}

void append_to_log(const std::string& line)
{
    static const char* const path = std::getenv("CHANCERY_CONTRACT_LOG");
    static std::mutex mutex;
    if (path != nullptr) {
        const std::lock_guard lock(mutex);
        std::ofstream(path, std::ios::app) << line << '\n';
    }
}

void log_exchange(const http::Router& router, const http::Request& request, const http::Response& response)
{
    json::Writer line;
    line.begin_object()
        .member("method", request.method)
        .member("path", router.match(request.method, request.path).pattern)
        .member("target", request.target)
        .member("request_id", request.request_id)
        .member("status", response.status)
        .begin_object("headers");
    for (const auto& [name, value] : response.fields) {
        line.member(to_lower(name), value);
    }
    line.end_object();
    // DER is no text; that it is there is all that can be said of it here.
    const bool text = json::is_valid(json::Writer().value(std::string_view(response.body)).take());
    line.member("body", text ? response.body : std::string("(binary)")).end_object();
    append_to_log(line.take());
}

} // namespace

void log_audited(const std::string& request_id, const std::string& action)
{
    append_to_log(
        json::Writer().begin_object().member("request_id", request_id).member("audited", action).end_object().take());
}

std::string ApiAnswer::text(std::string_view path) const
{
    auto reader = json();
    const auto parts = split(path, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        auto inner = reader.optional_object(parts[i]);
        if (!inner) {
            return {};
        }
        reader = *inner;
    }
    return reader.is_string(parts.back()) ? reader.string(parts.back()) : std::string();
}

std::vector<json::Reader> ApiAnswer::items() const
{
    return json().objects("items");
}

ApiClient::ApiClient(const http::Router& router, std::string bearer_token)
    : router_(router), bearer_token_(std::move(bearer_token))
{
}

ApiClient ApiClient::showing(std::string certificate) const
{
    auto client = *this;
    client.peer_certificate_ = std::move(certificate);
    return client;
}

ApiAnswer ApiClient::send(std::string method, const std::string& target, std::string body, Headers headers) const
{
    auto request = request_of(std::move(method), target, std::move(body));
    request.peer_certificate = peer_certificate_;
    if (!request.body.empty()) {
        request.fields.set("Content-Type", "application/json");
    }
    if (!bearer_token_.empty()) {
        request.fields.set("Authorization", "Bearer " + bearer_token_);
    }
    for (auto& [name, value] : headers) {
        request.fields.set(name, value);
    }
    auto response = run(router_.route(request));
    drain(response);
    log_exchange(router_, request, response);
    return {.status = response.status, .fields = std::move(response.fields), .body = std::move(response.body)};
}

ApiAnswer ApiClient::get(const std::string& target, Headers headers) const
{
    return send("GET", target, {}, std::move(headers));
}

ApiAnswer ApiClient::post(const std::string& target, std::string body, Headers headers) const
{
    return send("POST", target, std::move(body), std::move(headers));
}

ApiAnswer ApiClient::put(const std::string& target, std::string body, const std::string& etag) const
{
    return send("PUT", target, std::move(body), {{"If-Match", etag}});
}

ApiAnswer ApiClient::patch(const std::string& target, std::string body, const std::string& etag) const
{
    return send("PATCH", target, std::move(body),
                {{"If-Match", etag}, {"Content-Type", "application/merge-patch+json"}});
}

ApiAnswer ApiClient::remove(const std::string& target, const std::string& etag) const
{
    return send("DELETE", target, {}, {{"If-Match", etag}});
}

std::vector<std::string> ApiClient::walk(const std::string& target, int limit, std::string_view member) const
{
    std::vector<std::string> found;
    auto next = target + (target.contains('?') ? '&' : '?') + "limit=" + std::to_string(limit);
    while (!next.empty()) {
        const auto page = get(next);
        if (page.status != 200) {
            throw std::runtime_error("a page was refused: " + page.body);
        }
        for (auto& item : page.items()) {
            found.push_back(item.string(member));
        }
        const auto link = page.field("link");
        next = link.empty() ? std::string() : link.substr(1, link.find('>') - 1);
    }
    return found;
}

} // namespace chancery::test
