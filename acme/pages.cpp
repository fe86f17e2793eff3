#include "acme/pages.hpp"

namespace chancery::acme {

std::string escape_html(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

http::Response page(int status, std::string_view title, std::string_view body)
{
    const auto name = escape_html(title);
    auto response =
        http::text_response(status,
                            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + name +
                                "</title></head><body><h1>" + name + "</h1>" + std::string(body) + "</body></html>\n",
                            "text/html; charset=utf-8");
    response.with("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
        .with("Referrer-Policy", "no-referrer")
        .with("Cache-Control", "no-store");
    return response;
}

} // namespace chancery::acme
