#pragma once

#include "issuance/core.hpp"
#include "issuance/identity/oidc/id_token.hpp"
#include "issuance/identity/oidc/settings.hpp"
#include "issuance/identity/sessions.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

/// Signing in with an OpenID provider: the authorization code flow (OpenID Connect Core 1.0 section 3.1) with PKCE
/// (RFC 7636), through the one way outside and its address policy.
namespace chancery::issuance::oidc {

/// A login that has begun: where the browser goes, and what it must bring back, sealed, in a cookie of this host.
struct Started {
    std::string location{};
    std::string cookie{};
    std::chrono::seconds lifetime{};
};

/// What the browser brings back from the provider.
struct Callback {
    std::string code{};
    std::string state{};
    std::string error{}; ///< RFC 6749 section 4.1.2.1; empty when all went well
    std::string cookie{};
    std::string previous_session{};
    std::string source_address{};
    std::string request_id{};
};

struct Finished {
    NewSession session{};
    std::string return_to{};
};

/// The endpoints of the provider's discovery document.
struct Metadata {
    std::string authorization_endpoint{};
    std::string token_endpoint{};
    std::string jwks_uri{};
    bool takes_basic = true; ///< client_secret_basic; else client_secret_post
};

class RelyingParty {
public:
    explicit RelyingParty(Settings settings) : settings_(std::move(settings)) {}

    const Settings& settings() const { return settings_; }

    /// `return_to` is a path of this server; anything else counts as "/". Busy when the provider cannot be asked.
    boost::asio::awaitable<Result<Started>> start(Core& core, std::string return_to);
    /// BadRequest when no such login is under way in this browser; Unauthenticated when the provider refused or its
    /// token is not good; Forbidden when the person may not sign in here. Refusals are recorded with their reason.
    boost::asio::awaitable<Result<Finished>> finish(Core& core, Callback callback);

private:
    /// As it was read, or refused, not long ago.
    std::optional<Result<Metadata>> known_metadata(Time now);
    boost::asio::awaitable<Result<Metadata>> fetch_metadata(Core& core);
    /// One of many that ask at once fetches the document, and after a failure nobody for a while: whoever asks has no
    /// credentials, and the provider may be down.
    boost::asio::awaitable<Result<Metadata>> metadata(Core& core);
    /// `renewed`: asks the provider even when keys are known, but not all the time.
    boost::asio::awaitable<Result<std::shared_ptr<const KeySet>>> keys(Core& core, const Metadata& provider,
                                                                       bool renewed);
    boost::asio::awaitable<Result<std::string>> redeem(Core& core, const Metadata& provider, std::string code,
                                                       std::string verifier);
    boost::asio::awaitable<Result<std::string>> claims(Core& core, const Metadata& provider, std::string token,
                                                       std::string nonce);
    boost::asio::awaitable<Result<Person>> person(Core& core, const Callback& callback, std::string verifier,
                                                  std::string nonce);

    Settings settings_;
    std::mutex mutex_{};
    std::optional<Metadata> metadata_{};
    Time metadata_at_{};
    std::optional<Problem> failure_{}; ///< of the last time that the metadata was asked for
    Time failed_at_{};
    std::shared_ptr<const KeySet> keys_{};
    Time keys_at_{};
};

/// The person's session. Known by issuer and subject, never by e-mail address, which a provider may give to somebody
/// else; made where that is wanted. The role is what the provider says at each login.
Result<NewSession> sign_in(Core& core, db::UnitOfWork& work, const Settings& settings, const Person& person,
                           const Callback& callback);
/// `subject` is of the token, empty where there was none to be believed.
void record_refused_login(Core& core, db::UnitOfWork& work, const Callback& callback, const std::string& reason,
                          const std::string& subject);

} // namespace chancery::issuance::oidc
