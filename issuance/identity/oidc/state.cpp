#include "issuance/identity/oidc/state.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"

#include <algorithm>

namespace chancery::issuance::oidc {
namespace {

constexpr std::string_view kSealContext = "oidc login";

} // namespace

std::string seal_state(const Core& core, const LoginState& state)
{
    const auto text = json::Writer()
                          .begin_object()
                          .member("state", state.state)
                          .member("nonce", state.nonce)
                          .member("verifier", state.verifier)
                          .member("return_to", state.return_to)
                          .member("expires_at", static_cast<long long>(to_millis(state.expires_at)))
                          .end_object()
                          .take();
    return to_base64url(core.keys.seal(text, kSealContext));
}

std::optional<LoginState> open_state(const Core& core, const std::string& sealed)
{
    const auto bytes = from_base64url(sealed);
    const auto text = bytes ? core.keys.open(*bytes, kSealContext) : std::nullopt;
    if (!text) {
        return std::nullopt;
    }
    json::Reader in(text->reveal());
    LoginState state{.state = in.string("state"),
                     .nonce = in.string("nonce"),
                     .verifier = in.string("verifier"),
                     .return_to = in.string("return_to"),
                     .expires_at = from_millis(in.integer("expires_at"))};
    const bool readable = in.finish().has_value();
    return readable && core.clock.now() < state.expires_at ? std::optional(std::move(state)) : std::nullopt;
}

std::string local_path(const std::string& path)
{
    const bool harmless = std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
    const bool local = path.starts_with('/') && !path.starts_with("//");
    return local && harmless && path.size() <= 1024 ? path : "/";
}

std::string form_encode(std::string_view text)
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (kPlain.contains(c)) {
            out += c;
        } else {
            const auto octet = static_cast<unsigned char>(c);
            out += {'%', kHex[octet >> 4U], kHex[octet & 0xfU]};
        }
    }
    return out;
}

std::string form(const FormMembers& members)
{
    std::string out;
    for (const auto& [name, value] : members) {
        out += (out.empty() ? "" : "&") + form_encode(name) + '=' + form_encode(value);
    }
    return out;
}

} // namespace chancery::issuance::oidc
