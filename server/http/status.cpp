#include "server/http/status.hpp"

#include "core/json.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace chancery::http {
namespace {

/// The API's name for it where that has one, else the phrase: "Request Timeout" as REQUEST_TIMEOUT.
std::string code_of(int status)
{
    switch (status) {
        case 413:
            return "PAYLOAD_TOO_LARGE";
        case 500:
            return "INTERNAL";
        case 503:
            return "BUSY";
        default:
            break;
    }
    std::string code(reason_phrase(status));
    std::ranges::transform(code, code.begin(),
                           [](unsigned char c) { return c == ' ' ? '_' : static_cast<char>(std::toupper(c)); });
    return code;
}

std::string_view detail_of(int status)
{
    switch (status) {
        case 400:
            return "the request is not well-formed HTTP";
        case 408:
            return "the request did not arrive in time";
        case 413:
            return "the body is longer than this server reads";
        case 431:
            return "the head of the request is longer than this server reads";
        case 503:
            return "the server has too much to do at the moment";
        default:
            return reason_phrase(status);
    }
}

} // namespace

std::string_view reason_phrase(int status)
{
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            break;
    }
    switch (status / 100) {
        case 2:
            return "OK";
        case 3:
            return "Redirection";
        case 4:
            return "Bad Request";
        default:
            return "Internal Server Error";
    }
}

Response problem_response(int status, std::string_view request_id, std::string_view instance)
{
    json::Writer out;
    out.begin_object();
    out.member("type", "about:blank");
    out.member("title", reason_phrase(status));
    out.member("status", status);
    out.member("detail", detail_of(status));
    if (!instance.empty()) {
        out.member("instance", instance);
    }
    out.member("code", code_of(status));
    if (!request_id.empty()) {
        out.member("request_id", request_id);
    }
    return json_response(status, out.end_object().take(), "application/problem+json");
}

} // namespace chancery::http
