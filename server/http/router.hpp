#pragma once

#include "server/http/message.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chancery::http {

/// A tree of path segments. Explicit registration, no macros; made once at start, then only read, from any thread.
class Router {
public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// `pattern` is "/api/v1/certificates/{id}/pem": a segment in braces binds one non-empty segment, decoded; a
    /// literal wins over a parameter. "{rest*}" at the end binds all that is left, decoded as a whole, with its
    /// slashes; it comes after the others, and is "{rest}" in `routes` and metrics. Throws std::logic_error when method
    /// and pattern are taken.
    void add(std::string method, std::string_view pattern, Handler handler);

    /// Answers for what no handler could answer under a prefix: no route matches (404), the path lacks the method
    /// (405), a handler failed (500) or was refused for overload (503). The default is a problem that says the status
    /// only. The longest registered prefix wins. `Allow` is added to a 405 by the router.
    using Fallback = std::function<Response(const Request&, int status)>;
    void set_fallback(std::string prefix, Fallback fallback);

    struct Match {
        const Handler* handler = nullptr;   ///< null: see `allowed`
        std::string_view pattern{};         ///< as registered; the metrics' label
        std::vector<std::string> allowed{}; ///< not empty: the path exists, the method does not (405)
        std::vector<std::pair<std::string, std::string>> parameters{};
    };

    /// HEAD falls back to GET.
    Match match(std::string_view method, std::string_view path) const;

    /// Routes the request: fills in its parameters and route, runs the handler; answers OPTIONS with `Allow` (204), 404
    /// and 405.
    Awaitable<Response> route(Request& request) const;

    /// The answer of the fallback that covers the request's path.
    Response failure(const Request& request, int status) const;

    /// Every route as (method, pattern), sorted: what the contract test compares with the OpenAPI document.
    std::vector<std::pair<std::string, std::string>> routes() const;

private:
    struct Node;
    Response refuse(const Request& request, const Match& match) const;
    std::unique_ptr<Node> root_;
    std::map<std::string, Fallback, std::less<>> fallbacks_;
};

} // namespace chancery::http
