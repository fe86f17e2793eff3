#include "acme/door.hpp"

#include "acme/accounts.hpp"
#include "acme/authorizations.hpp"
#include "acme/certificates.hpp"
#include "acme/challenges.hpp"
#include "acme/directory.hpp"
#include "acme/finalize.hpp"
#include "acme/key_change.hpp"
#include "acme/new_authorization.hpp"
#include "acme/nonce_nodes.hpp"
#include "acme/orders.hpp"
#include "acme/renewal_info.hpp"
#include "acme/revocation.hpp"
#include "acme/terms.hpp"
#include "acme/validation/perspectives.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

namespace chancery::acme {
namespace {

constexpr std::string_view kPrefix = "/acme/";
constexpr int kBusyRetrySeconds = 5;
constexpr std::size_t kCountedAddresses = 100'000;

http::Response preflight(const http::Request&)
{
    auto response = http::empty_response(204);
    response.with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Allow-Methods", "GET, HEAD, POST")
        .with("Access-Control-Allow-Headers", "Content-Type")
        .with("Access-Control-Max-Age", "86400");
    return response;
}

http::Awaitable<http::Response> answer_preflight(const http::Request& request)
{
    co_return preflight(request);
}

/// Alone, unless others can ask this one.
std::unique_ptr<NonceRedeemer> redeemer(issuance::Core& core, const AcmeSettings& settings,
                                        const ValidationTools& tools, const Secret& node_key)
{
    auto own = std::make_unique<LocalNonceRedeemer>(settings.nonce_window, core.clock.now());
    if (settings.node_url.empty()) {
        return own;
    }
    return std::make_unique<NonceNodes>(core.store, tools, node_key, std::move(own));
}

http::Awaitable<http::Response> answered(http::Response response)
{
    co_return response;
}

} // namespace

Door::Door(issuance::Core& core, AcmeSettings settings, http::Client& client, http::TlsProber& prober,
           Resolver& resolver)
    : core_(core), settings_(std::move(settings)), accounts_(settings_.cached_accounts),
      addresses_(settings_.allowed_networks), limiter_(kCountedAddresses), tools_{.settings = settings_,
                                                                                  .addresses = addresses_,
                                                                                  .client = client,
                                                                                  .prober = prober,
                                                                                  .resolver = resolver,
                                                                                  .clock = core.clock},
      node_key_(core.keys.kek().derive("acme-nodes")),
      nonces_(core.keys.kek().derive("acme-nonce"), settings_.nonce_lifetime, core.clock,
              redeemer(core, settings_, tools_, node_key_)),
      context_{.core = core_,
               .settings = settings_,
               .accounts = accounts_,
               .nonces = nonces_,
               .validation = tools_,
               .addresses = limiter_,
               .under_way = under_way_}
{
    core_.jobs.handle_whole(kValidateJob, [this](Job job) { return run_validation(std::move(job)); });
}

void Door::add_post(http::Router& router, std::string_view path, Endpoint endpoint)
{
    const auto pattern = "/acme/{server}" + std::string(path);
    router.add("POST", pattern,
               [this, endpoint](const http::Request& request) { return answer_post(request, endpoint); });
    router.add("OPTIONS", pattern, answer_preflight);
}

void Door::add_page(http::Router& router, const char* method, std::string_view path, Page page)
{
    router.add(method, "/acme/{server}" + std::string(path),
               [this, page](const http::Request& request) { return page(context_, request); });
}

void Door::add_routes(http::Router& router)
{
    router.add("GET", "/acme/{server}/directory",
               [this](const http::Request& request) { return answer_directory(request); });
    for (const auto* method : {"GET", "HEAD"}) {
        router.add(method, "/acme/{server}/new-nonce",
                   [this](const http::Request& request) { return answer_new_nonce(request); });
    }
    add_post(router, "/directory", {.handler = directory, .is_directory = true});
    add_post(router, "/new-nonce", {.handler = new_nonce});
    add_post(router, "/new-account", {.handler = new_account, .signer = Signer::NewKey});
    add_post(router, "/new-order", {.handler = new_order});
    add_post(router, "/new-authz", {.handler = new_authorization});
    add_post(router, "/revoke-cert", {.handler = revoke_cert, .signer = Signer::Either});
    add_post(router, "/key-change", {.handler = key_change});
    add_post(router, "/account/{id}", {.handler = account});
    add_post(router, "/account/{id}/orders", {.handler = account_orders});
    add_post(router, "/order/{id}", {.handler = order});
    add_post(router, "/order/{id}/finalize", {.handler = finalize});
    add_post(router, "/authorization/{id}", {.handler = authorization});
    add_post(router, "/challenge/{id}", {.handler = challenge});
    add_post(router, "/certificate/{id}", {.handler = certificate});
    add_post(router, "/certificate/{id}/chain/{chain}", {.handler = certificate});
    router.add("GET", "/acme/{server}/renewal-info/{id}",
               [this](const http::Request& request) { return answer_renewal_info(request); });
    router.add("OPTIONS", "/acme/{server}/renewal-info/{id}", answer_preflight);
    add_page(router, "GET", "/limits", limits_page);
    add_page(router, "GET", "/terms/{token}", terms_page);
    add_page(router, "POST", "/terms/{token}", terms_page);
    if (!settings_.perspective_key.empty()) {
        router.add("POST", kPerspectivePath,
                   [this](const http::Request& request) { return answer_perspective(tools_, request); });
    }
    if (!settings_.node_url.empty()) {
        router.add("POST", kNoncePath, [this](const http::Request& request) {
            return answered(answer_redemption(nonces_, node_key_, request));
        });
    }
    router.set_fallback(std::string(kPrefix),
                        [this](const http::Request& request, int status) { return answer_unknown(request, status); });
}

http::Awaitable<void> Door::announce()
{
    if (!settings_.node_url.empty()) {
        co_await announce_node(core_.store, nonces_.node(), settings_.node_url, core_.clock.now());
    }
}

bool Door::knows(const std::string& slug) const
{
    const auto configuration = core_.configuration.last();
    return configuration && configuration->acme_server_by_slug(slug) != nullptr;
}

http::Awaitable<std::string> Door::server_id_of(std::string slug)
{
    auto configuration = core_.configuration.last();
    if (!configuration || configuration->acme_server_by_slug(slug) == nullptr) {
        configuration =
            co_await core_.store.read([&](db::Session& session) { return core_.configuration.current(session); });
    }
    const auto* server = configuration->acme_server_by_slug(slug);
    co_return server == nullptr ? std::string() : server->id;
}

http::Awaitable<Outcome<http::Response>> Door::open_and_run(const http::Request& request, Endpoint endpoint)
{
    auto slug = request.parameter("server");
    auto server_id = co_await server_id_of(slug);
    if (server_id.empty()) {
        co_return not_found("ACME server");
    }
    auto call = co_await open_envelope(context_, request, std::move(slug), std::move(server_id), endpoint.signer);
    if (!call) {
        co_return std::unexpected(std::move(call).error());
    }
    co_return co_await endpoint.handler(context_, std::move(*call));
}

http::Awaitable<http::Response> Door::guarded(const http::Request& request,
                                              http::Awaitable<Outcome<http::Response>> work)
{
    Error error{.type = ErrorType::ServerInternal,
                .status = 500,
                .detail = "the server failed; the request id is in X-Request-Id"};
    try {
        auto outcome = co_await std::move(work);
        co_return outcome ? std::move(*outcome) : to_response(outcome.error());
    } catch (const db::StoreBusy&) {
        error.status = 503;
        error.detail = "the server is busy";
        error.retry_after_seconds = kBusyRetrySeconds;
    } catch (const std::exception& failure) {
        log::error("acme.request_failed",
                   {{"request_id", request.request_id}, {"path", request.path}, {"error", failure.what()}});
    }
    co_return to_response(error);
}

void Door::complete(http::Response& response, const http::Request& request, bool with_index, bool with_nonce)
{
    response.with("Cache-Control", "no-store")
        .with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Expose-Headers", "Link, Location, Replay-Nonce, Retry-After");
    if (with_nonce) {
        response.with("Replay-Nonce", nonces_.issue());
    }
    const auto segments = split(request.path, '/');
    if (with_index && segments.size() > 2 && knows(segments[2])) {
        response.fields.add("Link", link(Urls(settings_.public_url, segments[2]).directory(), "index"));
    }
}

http::Awaitable<http::Response> Door::answer_post(const http::Request& request, Endpoint endpoint)
{
    auto response = co_await guarded(request, open_and_run(request, endpoint));
    complete(response, request, !endpoint.is_directory, true);
    co_return response;
}

http::Awaitable<http::Response> Door::answer_directory(const http::Request& request)
{
    auto slug = request.parameter("server");
    auto response = co_await guarded(request, read_directory(context_, std::move(slug)));
    complete(response, request, false, false);
    co_return response;
}

http::Awaitable<Outcome<http::Response>> Door::give_nonce(const http::Request& request)
{
    auto slug = request.parameter("server");
    const auto server_id = co_await server_id_of(std::move(slug));
    if (server_id.empty()) {
        co_return not_found("ACME server");
    }
    co_return http::empty_response(request.method == "HEAD" ? 200 : 204);
}

http::Awaitable<http::Response> Door::answer_new_nonce(const http::Request& request)
{
    auto response = co_await guarded(request, give_nonce(request));
    complete(response, request, true, response.status < 300);
    co_return response;
}

http::Awaitable<http::Response> Door::answer_renewal_info(const http::Request& request)
{
    auto response = co_await guarded(request, renewal_info(context_, request));
    complete(response, request, true, false);
    co_return response;
}

http::Response Door::answer_unknown(const http::Request& request, int status)
{
    auto response =
        to_response(status == 405 ? malformed("this resource does not have the method " + request.method, 405).error()
                                  : not_found("resource").error());
    complete(response, request, true, request.method == "POST");
    return response;
}

http::Awaitable<void> Door::run_validation(Job job)
{
    auto task = read_task(job);
    auto result = co_await validate(tools_, task);
    core_.metrics
        .counter("chancery_acme_validations_total", "ACME validations by challenge type and outcome",
                 {{"type", task.type}, {"outcome", result ? "valid" : "invalid"}})
        .add();
    co_await finish_validation(context_, std::move(task), std::move(result), std::move(job.id));
}

} // namespace chancery::acme
