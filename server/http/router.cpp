#include "server/http/router.hpp"

#include "core/text.hpp"
#include "server/http/status.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::http {

struct Router::Node {
    struct Route {
        std::string pattern;
        std::vector<std::string> parameter_names;
        Handler handler;
    };

    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::unique_ptr<Node> rest; ///< all further segments
    std::map<std::string, Route, std::less<>> methods;
};

namespace {

/// The segments of "/a/b" are "a" and "b"; of "/" there is one empty segment; a trailing slash is a segment of its own.
std::vector<std::string> segments_of(std::string_view path)
{
    return split(path.substr(std::min<std::size_t>(1, path.size())), '/');
}

bool is_parameter(std::string_view segment)
{
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool is_rest(std::string_view segment)
{
    return is_parameter(segment) && segment.ends_with("*}");
}

/// The node for whatever follows, if what follows is not empty.
template <class Node>
const Node* descend_to_rest(const Node* node, const std::vector<std::string>& segments, std::size_t at,
                            std::vector<std::string>& values)
{
    const auto text = join({segments.begin() + static_cast<std::ptrdiff_t>(at), segments.end()}, "/");
    const auto decoded = node->rest && !text.empty() ? percent_decode(text) : std::nullopt;
    if (!decoded) {
        return nullptr;
    }
    values.push_back(*decoded);
    return node->rest.get();
}

template <class Node>
const Node* descend(const Node* node, const std::vector<std::string>& segments, std::size_t at,
                    std::vector<std::string>& values)
{
    if (at == segments.size()) {
        return node->methods.empty() ? nullptr : node;
    }
    if (const auto literal = node->literals.find(segments[at]); literal != node->literals.end()) {
        if (const auto* found = descend(literal->second.get(), segments, at + 1, values)) {
            return found;
        }
    }
    const auto decoded = node->parameter && !segments[at].empty() ? percent_decode(segments[at]) : std::nullopt;
    if (decoded) {
        values.push_back(*decoded);
        if (const auto* found = descend(static_cast<const Node*>(node->parameter.get()), segments, at + 1, values)) {
            return found;
        }
        values.pop_back();
    }
    return descend_to_rest(node, segments, at, values);
}

std::vector<std::string> methods_of(const auto& methods)
{
    std::vector<std::string> names{"OPTIONS"};
    for (const auto& [name, route] : methods) {
        names.push_back(name);
        if (name == "GET" && !methods.contains("HEAD")) {
            names.emplace_back("HEAD");
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace

Router::Router() : root_(std::make_unique<Node>()) {}

Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(std::string method, std::string_view pattern, Handler handler)
{
    Node* node = root_.get();
    std::vector<std::string> names;
    for (const auto& segment : segments_of(pattern)) {
        if (is_rest(segment)) {
            names.push_back(segment.substr(1, segment.size() - 3));
            if (!node->rest) {
                node->rest = std::make_unique<Node>();
            }
            node = node->rest.get();
        } else if (is_parameter(segment)) {
            names.push_back(segment.substr(1, segment.size() - 2));
            if (!node->parameter) {
                node->parameter = std::make_unique<Node>();
            }
            node = node->parameter.get();
        } else {
            auto& child = node->literals[segment];
            if (!child) {
                child = std::make_unique<Node>();
            }
            node = child.get();
        }
    }
    std::string shown(pattern);
    std::erase(shown, '*');
    const auto [at, fresh] = node->methods.try_emplace(
        std::move(method), Node::Route{std::move(shown), std::move(names), std::move(handler)});
    if (!fresh) {
        throw std::logic_error("route registered twice: " + at->first + ' ' + std::string(pattern));
    }
}

void Router::set_fallback(std::string prefix, Fallback fallback)
{
    fallbacks_[std::move(prefix)] = std::move(fallback);
}

Router::Match Router::match(std::string_view method, std::string_view path) const
{
    Match found;
    std::vector<std::string> values;
    const Node* node = descend(static_cast<const Node*>(root_.get()), segments_of(path), 0, values);
    if (node == nullptr) {
        return found;
    }
    auto at = node->methods.find(method);
    if (at == node->methods.end() && method == "HEAD") {
        at = node->methods.find("GET");
    }
    if (at == node->methods.end()) {
        found.allowed = methods_of(node->methods);
        return found;
    }
    found.handler = &at->second.handler;
    found.pattern = at->second.pattern;
    for (std::size_t i = 0; i < values.size(); ++i) {
        found.parameters.emplace_back(at->second.parameter_names[i], values[i]);
    }
    return found;
}

Response Router::failure(const Request& request, int status) const
{
    const Fallback* best = nullptr;
    std::size_t length = 0;
    for (const auto& [prefix, fallback] : fallbacks_) {
        if (request.path.starts_with(prefix) && prefix.size() >= length) {
            best = &fallback;
            length = prefix.size();
        }
    }
    return best != nullptr ? (*best)(request, status) : problem_response(status, request.request_id, request.path);
}

Response Router::refuse(const Request& request, const Match& match) const
{
    if (match.allowed.empty()) {
        return failure(request, 404);
    }
    auto response = failure(request, 405);
    response.with("Allow", join(match.allowed, ", "));
    return response;
}

Awaitable<Response> Router::route(Request& request) const
{
    auto found = match(request.method, request.path);
    if (found.handler == nullptr) {
        if (request.method == "OPTIONS" && !found.allowed.empty()) {
            auto response = empty_response(204);
            response.with("Allow", join(found.allowed, ", "));
            co_return response;
        }
        co_return refuse(request, found);
    }
    request.path_parameters = std::move(found.parameters);
    request.route = found.pattern;
    co_return co_await (*found.handler)(request);
}

std::vector<std::pair<std::string, std::string>> Router::routes() const
{
    std::vector<std::pair<std::string, std::string>> all;
    const auto walk = [&all](const auto& self, const Node& node) -> void {
        for (const auto& [method, route] : node.methods) {
            all.emplace_back(method, route.pattern);
        }
        for (const auto& [segment, child] : node.literals) {
            self(self, *child);
        }
        if (node.parameter) {
            self(self, *node.parameter);
        }
        if (node.rest) {
            self(self, *node.rest);
        }
    };
    walk(walk, *root_);
    std::sort(all.begin(), all.end());
    return all;
}

} // namespace chancery::http
