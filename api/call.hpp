#pragma once

#include "api/allowances.hpp"
#include "api/places.hpp"
#include "api/settings.hpp"
#include "core/secret.hpp"
#include "issuance/access.hpp"
#include "issuance/core.hpp"
#include "issuance/identity/login_throttle.hpp"
#include "issuance/identity/oidc/relying_party.hpp"
#include "server/http/message.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace chancery::api {

/// What every handler of the door works with; made once.
struct Services {
    issuance::Core& core;
    ApiSettings settings{};
    Secret cursor_key{}; ///< authenticates cursors; derived from the key-encryption key
    Allowances allowances;
    issuance::LoginThrottle logins{};
    issuance::oidc::RelyingParty provider;
    issuance::LoginThrottle machines{}; ///< of clients that exchange their secret
    std::shared_ptr<Places> event_streams = std::make_shared<Places>(Places::Limits{.in_all = 200, .of_one = 5});
    std::shared_ptr<Places> host_checks = std::make_shared<Places>(Places::Limits{.in_all = 32, .of_one = 4});
};

/// One request whose caller is known and has the route's right. Lives as long as the transaction it was made in.
struct Call {
    Services& services;
    const http::Request& request;
    const issuance::Caller& caller;
    Time now{};

    issuance::Core& core() const { return services.core; }
};

/// What a handler gives back: an answer, or a refusal whose transaction is kept all the same (a wrong revocation code
/// is counted although the answer is a refusal). Refusals that undo the transaction are a Problem instead.
struct Answer {
    http::Response response{};
    /// What a replay of the same Idempotency-Key shows, where the body itself holds a secret that is shown once.
    std::optional<std::string> replay_body{};
    std::optional<Problem> kept_refusal{};

    Answer(http::Response shown) : response(std::move(shown)) {} // NOLINT(google-explicit-constructor)

    Answer(http::Response shown, std::string replay) : response(std::move(shown)), replay_body(std::move(replay)) {}

    static Answer refused_and_kept(Problem problem)
    {
        Answer answer{http::Response{}};
        answer.kept_refusal = std::move(problem);
        return answer;
    }
};

} // namespace chancery::api
