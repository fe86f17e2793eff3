#include "acme/validation/http01.hpp"

#include "acme/validation/reach.hpp"
#include "core/secret.hpp"
#include "core/text.hpp"
#include "pki/names.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace chancery::acme {
namespace {

constexpr int kMaxRedirects = 10;
constexpr std::size_t kMaxBody = 512;
constexpr std::size_t kMaxTarget = 2048;

std::unexpected<Error> failed(ErrorType type, std::string detail)
{
    return refuse(type, type == ErrorType::IncorrectResponse ? 403 : 400, std::move(detail));
}

/// What is wrong with a hop, before anybody is asked for its address.
Outcome<void> check_location(const AcmeSettings& settings, const Location& location)
{
    const auto& ports = settings.redirect_ports;
    if (location.port != settings.http01_port && std::ranges::find(ports, location.port) == ports.end()) {
        return failed(ErrorType::Connection, "a redirect leads to a port that is not allowed");
    }
    if (location.target.size() > kMaxTarget) {
        return failed(ErrorType::Connection, "a redirect leads to an over-long URL");
    }
    return {};
}

http::Awaitable<Outcome<http::Response>> fetch(const ValidationTools& tools, Location location, Deadline deadline)
{
    const auto addresses = co_await reachable_addresses(tools, location.host, deadline);
    if (!addresses) {
        co_return std::unexpected(addresses.error());
    }
    std::string why = "no time is left";
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        const auto share = share_of_time(deadline, addresses->size() - i);
        if (!share) {
            break;
        }
        http::Fetch wanted{.address = (*addresses)[i],
                           .port = location.port,
                           .tls = location.tls,
                           .host = location.host,
                           .target = location.target,
                           .timeout = *share,
                           .max_body = kMaxBody};
        auto answer = co_await tools.client.get(std::move(wanted));
        if (answer) {
            co_return std::move(*answer);
        }
        why = answer.error().detail;
    }
    co_return failed(ErrorType::Connection, "fetching from " + location.host + " failed: " + why);
}

bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 307 || status == 308;
}

ValidationResult judge(const http::Response& response, const ValidationTask& task)
{
    if (response.status != 200) {
        return failed(ErrorType::IncorrectResponse,
                      "the target answered with status " + std::to_string(response.status) + " instead of 200");
    }
    std::string_view body(response.body);
    body = body.substr(0, body.find_last_not_of(" \t\r\n") + 1);
    if (!equal_constant_time(body, task.key_authorization)) {
        return failed(ErrorType::IncorrectResponse, "the target's answer is not the key authorization");
    }
    return Proof{};
}

/// Host and port of an authority component; nothing when it has credentials or a port that is none.
bool read_authority(std::string_view text, Location& location)
{
    if (text.empty() || text.find('@') != std::string_view::npos) {
        return false;
    }
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos || (end + 1 < text.size() && text[end + 1] != ':')) {
            return false;
        }
        port = text.substr(std::min(text.size(), end + 2));
        const auto address = pki::normalise_ip(text.substr(1, end - 1));
        location.host = address.value_or("");
    } else {
        const auto colon = text.find(':');
        port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
        const auto host = text.substr(0, colon);
        const auto address = pki::normalise_ip(host);
        location.host = address ? *address : pki::normalise_dns_name(host, false).value_or("");
    }
    if (!port.empty()) {
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), location.port);
        return error == std::errc() && end == port.data() + port.size() && location.port != 0 && !location.host.empty();
    }
    location.port = location.tls ? 443 : 80;
    return !location.host.empty();
}

/// The rest of `text` behind a scheme, lower case compared; nothing when it has another one.
std::optional<std::string_view> after_scheme(std::string_view text, std::string_view scheme)
{
    if (text.size() < scheme.size() || !equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
        return std::nullopt;
    }
    return text.substr(scheme.size());
}

} // namespace

std::optional<Location> parse_location(std::string_view text, const Location& base)
{
    const bool clean = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    text = text.substr(0, text.find('#'));
    if (!clean || text.empty()) {
        return std::nullopt;
    }
    Location location = base;
    std::string_view rest;
    if (const auto https = after_scheme(text, "https://")) {
        location.tls = true;
        rest = *https;
    } else if (const auto plain = after_scheme(text, "http://")) {
        location.tls = false;
        rest = *plain;
    } else if (text.starts_with("//")) {
        rest = text.substr(2);
    } else if (text.find(':') < text.find_first_of("/?")) {
        return std::nullopt; // another scheme
    } else {
        const auto directory = base.target.substr(0, base.target.substr(0, base.target.find('?')).rfind('/') + 1);
        const auto path = base.target.substr(0, base.target.find('?'));
        location.target = text.starts_with('/')   ? std::string(text)
                          : text.starts_with('?') ? path + std::string(text)
                                                  : directory + std::string(text);
        return location;
    }
    const auto end = std::min(rest.size(), rest.find_first_of("/?"));
    if (!read_authority(rest.substr(0, end), location)) {
        return std::nullopt;
    }
    location.target = std::string(rest.substr(end));
    if (!location.target.starts_with('/')) {
        location.target.insert(0, 1, '/');
    }
    return location;
}

http::Awaitable<ValidationResult> validate_http01(const ValidationTools& tools, ValidationTask task)
{
    const auto deadline = std::chrono::steady_clock::now() + tools.settings.validation_timeout;
    Location location{.host = task.identifier.value,
                      .port = tools.settings.http01_port,
                      .target = "/.well-known/acme-challenge/" + task.token};
    std::vector<Location> seen;
    for (int hop = 0; hop <= kMaxRedirects; ++hop) {
        if (auto fine = check_location(tools.settings, location); !fine) {
            co_return std::unexpected(std::move(fine).error());
        }
        auto response = co_await fetch(tools, location, deadline);
        if (!response) {
            co_return std::unexpected(std::move(response).error());
        }
        if (!is_redirect(response->status)) {
            co_return judge(*response, task);
        }
        seen.push_back(location);
        const auto next = parse_location(response->fields.find("Location").value_or(""), location);
        if (!next) {
            co_return failed(ErrorType::Connection, "a redirect does not lead to an http or https URL");
        }
        if (std::ranges::find(seen, *next) != seen.end()) {
            co_return failed(ErrorType::Connection, "the redirects run in a circle");
        }
        location = *next;
    }
    co_return failed(ErrorType::Connection, "there are more than ten redirects");
}

} // namespace chancery::acme
