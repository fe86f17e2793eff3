#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace chancery::http {

/// Which of the media types an Accept field wants most (RFC 9110 section 12.5.1): the first of `offered` where several
/// are wanted alike, and where the field is empty; nothing when it wants none of them.
std::optional<std::size_t> preferred(std::string_view accept, std::span<const std::string_view> offered);

} // namespace chancery::http
