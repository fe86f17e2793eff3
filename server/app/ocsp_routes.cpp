#include "core/encoding.hpp"
#include "core/id.hpp"
#include "issuance/revocation_status/ocsp.hpp"
#include "pki/digest.hpp"
#include "server/app/publication.hpp"
#include "server/http/caching.hpp"

#include <memory>
#include <string>
#include <utility>

namespace chancery::app {
namespace {

constexpr std::size_t kLongestRequest = 16 * 1024;
constexpr std::string_view kRequestType = "application/ocsp-request";
constexpr std::string_view kResponseType = "application/ocsp-response";
constexpr std::size_t kTagDigits = 32;

http::Response not_found()
{
    return http::text_response(404, "not found\n");
}

/// What is not to be given to anybody else: a failure, or the answer to somebody's nonce.
http::Response personal(std::string der)
{
    auto response = http::text_response(200, std::move(der), std::string(kResponseType));
    response.with("Cache-Control", "no-store");
    return response;
}

/// RFC 5019 section 6.2: until nextUpdate, and not a moment longer.
http::Response reusable(const http::Request& request, const issuance::OcspAnswer& answer, Time now)
{
    const http::Freshness freshness{.etag = '"' + pki::sha256_hex(answer.der).substr(0, kTagDigits) + '"',
                                    .modified = answer.reusable->this_update,
                                    .expires = answer.reusable->next_update};
    return http::with_freshness(request, http::text_response(200, answer.der, std::string(kResponseType)), freshness,
                                "public, no-transform, must-revalidate", now);
}

/// One that is too long or not base64 is asked as what it then is: nothing that can be read, so malformedRequest.
http::Awaitable<http::Response> respond(issuance::Core& core, issuance::OcspService& service, http::Request request,
                                        std::string asked)
{
    if (asked.size() > kLongestRequest) {
        asked.clear();
    }
    auto answer = co_await service.answer(request.parameter("id"), std::move(asked));
    if (!answer.reusable) {
        co_return personal(std::move(answer.der));
    }
    // A POST is not conditional (RFC 9110 section 13.1.2).
    co_return reusable(request.method == "POST" ? http::Request{} : request, answer, core.clock.now());
}

http::Awaitable<http::Response> post(issuance::Core& core, issuance::OcspService& service, http::Request request)
{
    if (!is_id(request.parameter("id"))) {
        co_return not_found();
    }
    if (request.media_type() != kRequestType) {
        co_return http::text_response(415, "an OCSP request has the type application/ocsp-request\n");
    }
    auto asked = std::exchange(request.body, {});
    co_return co_await respond(core, service, std::move(request), std::move(asked));
}

http::Awaitable<http::Response> get(issuance::Core& core, issuance::OcspService& service, http::Request request)
{
    if (!is_id(request.parameter("id"))) {
        co_return not_found();
    }
    // Clients escape the base64 alphabet's "+", "/" and "=", or do not: the router has decoded either.
    auto asked = from_base64(request.parameter("request")).value_or("");
    co_return co_await respond(core, service, std::move(request), std::move(asked));
}

} // namespace

void add_ocsp_routes(http::Router& router, issuance::Core& core)
{
    const auto service = std::make_shared<issuance::OcspService>(core);
    router.add("POST", "/ocsp/{id}",
               [&core, service](const http::Request& request) { return post(core, *service, request); });
    router.add("GET", "/ocsp/{id}/{request*}",
               [&core, service](const http::Request& request) { return get(core, *service, request); });
}

} // namespace chancery::app
