#include "issuance/identity/oidc/relying_party.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "issuance/identity/oidc/state.hpp"
#include "issuance/providers/outbound.hpp"
#include "issuance/single_flight.hpp"
#include "issuance/waiters.hpp"
#include "pki/digest.hpp"

#include <algorithm>

namespace chancery::issuance::oidc {
namespace {

namespace asio = boost::asio;
using providers::OutboundRequest;

constexpr std::chrono::hours kMetadataLifetime{1};
constexpr std::chrono::hours kKeysLifetime{24};
/// A token with a key that nobody knows makes us ask for the keys again, but not more often than this.
constexpr std::chrono::seconds kLeastBetweenKeys{30};
constexpr std::chrono::seconds kTimeout{10};
/// A provider that could not be asked is left alone for as long as its people are told to wait.
constexpr int kRetryAfterSeconds = 10;
constexpr std::chrono::seconds kPauseAfterFailure{kRetryAfterSeconds};

std::unexpected<Problem> unavailable(const std::string& what, const std::string& detail)
{
    log::warning("oidc.unavailable", {{"what", what}, {"reason", detail}});
    return refuse(Problem{.code = Code::Busy,
                          .detail = "The identity provider cannot be asked at the moment (" + what + ").",
                          .retry_after_seconds = kRetryAfterSeconds});
}

/// The body of a 200; what the other side sent otherwise stays out of messages. A 400 is Unauthenticated where it says
/// that the login is not good.
asio::awaitable<Result<std::string>> ask(Core& core, OutboundRequest request, std::string what)
{
    if (core.outbound == nullptr) {
        co_return unavailable(what, "nothing may leave this process");
    }
    const bool redeems = request.method == "POST";
    request.timeout = kTimeout;
    const auto answer = co_await core.outbound->send(std::move(request));
    if (!answer) {
        co_return unavailable(what, answer.error().detail);
    }
    if (redeems && answer->status == 400) {
        co_return refuse(Code::Unauthenticated, "The identity provider does not know this login, or not any more.");
    }
    if (answer->status != 200) {
        co_return unavailable(what, "it answered with status " + std::to_string(answer->status));
    }
    co_return answer->body;
}

Result<Metadata> read_metadata(const std::string& body, const std::string& issuer)
{
    json::Reader in(body);
    const auto endpoint = [&](std::string_view name) {
        const auto url = in.is_string(name) ? in.string(name) : std::string();
        return url.starts_with("https://") && !url.contains('#') ? url : std::string();
    };
    Metadata found{.authorization_endpoint = endpoint("authorization_endpoint"),
                   .token_endpoint = endpoint("token_endpoint"),
                   .jwks_uri = endpoint("jwks_uri")};
    // OpenID Connect Discovery 1.0 section 4.3: another issuer's document would let it sign for this one.
    if (!in.parsed() || !in.is_string("issuer") || in.string("issuer") != issuer) {
        return unavailable("discovery", "the document is not the issuer's");
    }
    if (found.authorization_endpoint.empty() || found.token_endpoint.empty() || found.jwks_uri.empty()) {
        return unavailable("discovery", "an endpoint is missing, or is not an https URL");
    }
    if (in.is_array("token_endpoint_auth_methods_supported")) {
        const auto methods = in.strings("token_endpoint_auth_methods_supported");
        found.takes_basic = std::ranges::find(methods, "client_secret_basic") != methods.end();
    }
    return found;
}

std::string challenge_of(const std::string& verifier)
{
    return to_base64url(pki::sha256(verifier));
}

std::string authorization_url(const Metadata& provider, const Settings& settings, const LoginState& state)
{
    std::string scopes;
    for (const auto& scope : settings.scopes) {
        scopes += (scopes.empty() ? "" : " ") + scope;
    }
    const auto separator = provider.authorization_endpoint.contains('?') ? '&' : '?';
    return provider.authorization_endpoint + separator +
           form({{"response_type", "code"},
                 {"client_id", settings.client_id},
                 {"redirect_uri", settings.redirect_uri},
                 {"scope", scopes},
                 {"state", state.state},
                 {"nonce", state.nonce},
                 {"code_challenge", challenge_of(state.verifier)},
                 {"code_challenge_method", "S256"}});
}

} // namespace

std::optional<Result<Metadata>> RelyingParty::known_metadata(Time now)
{
    const std::lock_guard lock(mutex_);
    if (metadata_ && now - metadata_at_ < kMetadataLifetime) {
        return Result<Metadata>(*metadata_);
    }
    if (failure_ && now - failed_at_ < kPauseAfterFailure) {
        return Result<Metadata>(std::unexpected(*failure_));
    }
    return std::nullopt;
}

asio::awaitable<Result<Metadata>> RelyingParty::fetch_metadata(Core& core)
{
    auto issuer = settings_.issuer;
    while (issuer.ends_with('/')) {
        issuer.pop_back();
    }
    auto body = co_await ask(
        core, {.url = issuer + "/.well-known/openid-configuration", .trust_anchors = settings_.trust_anchors},
        "discovery");
    auto found = body ? read_metadata(*body, settings_.issuer) : std::unexpected(std::move(body).error());
    const auto now = core.clock.now();
    const std::lock_guard lock(mutex_);
    if (found) {
        metadata_ = *found;
        metadata_at_ = now;
        failure_.reset();
    } else {
        failure_ = found.error();
        failed_at_ = now;
    }
    co_return found;
}

asio::awaitable<Result<Metadata>> RelyingParty::metadata(Core& core)
{
    constexpr std::chrono::milliseconds kLook{1000}; // whoever fetches may be gone without a word
    const auto subject = "oidc metadata|" + settings_.issuer;
    const auto waiter = co_await core.waiters->wait_for(subject);
    for (;;) {
        if (auto known = known_metadata(core.clock.now())) {
            co_return std::move(*known);
        }
        std::optional<Result<Metadata>> fetched;
        if (const SingleFlight mine("oidc", subject); mine.is_first()) {
            // Another may have fetched it between that look and this turn.
            fetched = known_metadata(core.clock.now());
            if (!fetched) {
                fetched = co_await fetch_metadata(core);
            }
        }
        if (fetched) {
            core.waiters->wake(subject);
            co_return std::move(*fetched);
        }
        co_await Waiters::sleep(waiter, kLook);
    }
}

asio::awaitable<Result<std::shared_ptr<const KeySet>>> RelyingParty::keys(Core& core, const Metadata& provider,
                                                                          bool renewed)
{
    const auto now = core.clock.now();
    {
        const std::lock_guard lock(mutex_);
        const auto age = now - keys_at_;
        if (keys_ && (renewed ? age < kLeastBetweenKeys : age < kKeysLifetime)) {
            co_return keys_;
        }
    }
    auto body = co_await ask(core, {.url = provider.jwks_uri, .trust_anchors = settings_.trust_anchors}, "keys");
    if (!body) {
        co_return std::unexpected(std::move(body).error());
    }
    auto parsed = KeySet::parse(*body);
    if (!parsed) {
        co_return unavailable("keys", parsed.error().detail);
    }
    const std::lock_guard lock(mutex_);
    keys_ = std::make_shared<const KeySet>(std::move(*parsed));
    keys_at_ = now;
    co_return keys_;
}

/// The code for an ID token, at the provider itself (section 3.1.3).
asio::awaitable<Result<std::string>> RelyingParty::redeem(Core& core, const Metadata& provider, std::string code,
                                                          std::string verifier)
{
    FormMembers members{{"grant_type", "authorization_code"},
                        {"code", std::move(code)},
                        {"redirect_uri", settings_.redirect_uri},
                        {"code_verifier", std::move(verifier)}};
    OutboundRequest request{
        .method = "POST",
        .url = provider.token_endpoint,
        .fields = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
        .trust_anchors = settings_.trust_anchors};
    const std::string secret(settings_.client_secret.reveal());
    if (provider.takes_basic) {
        // RFC 6749 section 2.3.1: both are form-encoded first.
        const auto credentials = to_base64(form_encode(settings_.client_id) + ':' + form_encode(secret));
        request.fields.emplace_back("Authorization", "Basic " + credentials);
    } else {
        members.emplace_back("client_id", settings_.client_id);
        members.emplace_back("client_secret", secret);
    }
    request.body = form(members);
    auto body = co_await ask(core, std::move(request), "token");
    if (!body) {
        co_return std::unexpected(std::move(body).error());
    }
    json::Reader in(*body);
    if (!in.parsed() || !in.is_string("id_token")) {
        co_return unavailable("token", "the answer has no id_token");
    }
    co_return in.string("id_token");
}

asio::awaitable<Result<std::string>> RelyingParty::claims(Core& core, const Metadata& provider, std::string token,
                                                          std::string nonce)
{
    auto parsed = parse_id_token(token);
    if (!parsed) {
        co_return std::unexpected(std::move(parsed).error());
    }
    const Expectation expected{.issuer = settings_.issuer,
                               .client_id = settings_.client_id,
                               .nonce = std::move(nonce),
                               .now = core.clock.now()};
    // The provider may have changed its keys since they were read.
    for (const bool renewed : {false, true}) {
        auto known = co_await keys(core, provider, renewed);
        if (!known) {
            co_return std::unexpected(std::move(known).error());
        }
        if (const auto* key = (*known)->find(parsed->key_id, parsed->algorithm)) {
            co_return verify_id_token(*parsed, *key, expected);
        }
    }
    co_return refuse(Code::Unauthenticated, "The identity provider's token cannot be taken: its key is none of its.");
}

asio::awaitable<Result<Person>> RelyingParty::person(Core& core, const Callback& callback, std::string verifier,
                                                     std::string nonce)
{
    if (!callback.error.empty()) {
        co_return refuse(Code::Unauthenticated, "The identity provider did not let the person in.");
    }
    auto provider = co_await metadata(core);
    if (!provider) {
        co_return std::unexpected(std::move(provider).error());
    }
    auto token = co_await redeem(core, *provider, callback.code, std::move(verifier));
    if (!token) {
        co_return std::unexpected(std::move(token).error());
    }
    auto found = co_await claims(core, *provider, std::move(*token), std::move(nonce));
    if (!found) {
        co_return std::unexpected(std::move(found).error());
    }
    co_return person_of(*found, settings_.role_claim, settings_.trust_emails);
}

asio::awaitable<Result<Started>> RelyingParty::start(Core& core, std::string return_to)
{
    auto provider = co_await metadata(core);
    if (!provider) {
        co_return std::unexpected(std::move(provider).error());
    }
    const LoginState state{.state = random_token(32),
                           .nonce = random_token(32),
                           .verifier = random_token(32),
                           .return_to = local_path(return_to),
                           .expires_at = core.clock.now() + kLoginLifetime};
    co_return Started{.location = authorization_url(*provider, settings_, state),
                      .cookie = seal_state(core, state),
                      .lifetime = kLoginLifetime};
}

asio::awaitable<Result<Finished>> RelyingParty::finish(Core& core, Callback callback)
{
    const auto state = open_state(core, callback.cookie);
    if (!state || callback.state.empty() || !equal_constant_time(callback.state, state->state)) {
        co_return refuse(Code::BadRequest, "No login that this answers is under way in this browser: begin again.");
    }
    auto found = co_await person(core, callback, state->verifier, state->nonce);
    auto outcome = co_await core.store.write([&](db::UnitOfWork& work) -> Result<NewSession> {
        auto made = found ? sign_in(core, work, settings_, *found, callback) : std::unexpected(found.error());
        if (!made) {
            record_refused_login(core, work, callback, made.error().detail, found ? found->subject : std::string());
        }
        return made;
    });
    if (!outcome) {
        co_return std::unexpected(std::move(outcome).error());
    }
    co_return Finished{.session = std::move(*outcome), .return_to = state->return_to};
}

} // namespace chancery::issuance::oidc
