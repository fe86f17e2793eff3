#pragma once

#include "core/result.hpp"
#include "issuance/providers/kinds.hpp"

#include <string>
#include <string_view>

/// What providers are configured with, as administrators write and see it.
namespace chancery::issuance::providers {

/// What a secret looks like in answers; sent back, it stands for the secret that is stored.
inline constexpr std::string_view kMask = "********";

/// What an administrator wrote, taken apart and checked.
struct Settings {
    std::string configuration{}; ///< JSON object without secrets
    Secrets secrets{};
};

/// Merges `patch` (RFC 7396) into what is stored: a secret that is absent or masked stays, null clears, unknown members
/// and unusable values are mistakes at "/configuration/…".
Result<Settings> merge_settings(ProviderKind kind, const std::string& stored, Secrets secrets,
                                const std::string& patch);

/// The configuration as answers show it: every field of the kind, secrets masked, null where nothing is set.
std::string shown_configuration(const Provider& provider, const Secrets& secrets);

} // namespace chancery::issuance::providers
