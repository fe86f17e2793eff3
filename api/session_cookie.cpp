#include "api/session_cookie.hpp"

#include "api/context.hpp"

#include <chrono>

namespace chancery::api {

std::string session_cookie(std::string_view token, long long lifetime_seconds)
{
    return std::string(kSessionCookie) + '=' + std::string(token) +
           "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lifetime_seconds);
}

std::string session_cookie(const issuance::NewSession& made)
{
    const auto lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(made.session.expires_at - made.session.created_at);
    return session_cookie(made.token.reveal(), lifetime.count());
}

} // namespace chancery::api
