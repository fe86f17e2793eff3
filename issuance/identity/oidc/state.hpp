#pragma once

#include "issuance/core.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chancery::issuance::oidc {

inline constexpr std::chrono::minutes kLoginLifetime{10};

/// What ties the provider's answer to the browser that asked: kept by the browser itself, sealed, so that every node of
/// several can go on with it.
struct LoginState {
    std::string state{};
    std::string nonce{};
    std::string verifier{}; ///< of PKCE
    std::string return_to{"/"};
    Time expires_at{};
};

std::string seal_state(const Core& core, const LoginState& state);
/// Nothing for a text that was not sealed here, or whose time is over.
std::optional<LoginState> open_state(const Core& core, const std::string& sealed);

/// The path when it is one of this server, else "/": never another host (no "//", no backslash, no control character).
std::string local_path(const std::string& path);

using FormMembers = std::vector<std::pair<std::string, std::string>>;

/// application/x-www-form-urlencoded; blanks as %20, which every reader takes.
std::string form_encode(std::string_view text);
std::string form(const FormMembers& members);

} // namespace chancery::issuance::oidc
