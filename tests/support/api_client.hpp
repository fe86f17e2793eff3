#pragma once

#include "core/json.hpp"
#include "server/http/router.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chancery::test {

/// What came back.
struct ApiAnswer {
    int status = 0;
    http::Fields fields{};
    std::string body{};

    /// The body as an object; a reader's mistakes do not matter here.
    json::Reader json() const { return json::Reader(body); }

    std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }

    std::string etag() const { return field("etag"); }

    /// A text member of the body, or of an object in it ("user/role"); empty when it is not there.
    std::string text(std::string_view path) const;

    /// The problem's code.
    std::string code() const { return text("code"); }

    /// The objects of a list's `items`.
    std::vector<json::Reader> items() const;
};

/// Appends to the contract's log what a request left in the audit log.
void log_audited(const std::string& request_id, const std::string& action);

/// Somebody who calls a router without a socket. Safe from several threads. Every exchange is appended to the file that
/// CHANCERY_CONTRACT_LOG names, one JSON object a line, for tests/conformance/openapi/validate.py.
class ApiClient {
public:
    using Headers = std::vector<std::pair<std::string, std::string>>;

    explicit ApiClient(const http::Router& router, std::string bearer_token = {});

    /// The same over TLS connections that show a certificate (DER).
    ApiClient showing(std::string certificate) const;

    ApiAnswer send(std::string method, const std::string& target, std::string body = {}, Headers headers = {}) const;

    ApiAnswer get(const std::string& target, Headers headers = {}) const;
    ApiAnswer post(const std::string& target, std::string body = "{}", Headers headers = {}) const;
    ApiAnswer put(const std::string& target, std::string body, const std::string& etag) const;
    ApiAnswer patch(const std::string& target, std::string body, const std::string& etag) const;
    ApiAnswer remove(const std::string& target, const std::string& etag) const;

    /// All items of a list, page by page of `limit`; the pages must not repeat an id.
    std::vector<std::string> walk(const std::string& target, int limit, std::string_view member = "id") const;

private:
    const http::Router& router_;
    std::string bearer_token_;
    std::string peer_certificate_{};
};

} // namespace chancery::test
