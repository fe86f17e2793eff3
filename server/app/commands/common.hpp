#pragma once

#include "core/result.hpp"
#include "core/secret.hpp"
#include "issuance/access.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace chancery::app::commands {

/// A Problem as one line for a person.
std::string sentence_of(const Problem& problem);

/// The value, or std::runtime_error with the problem's sentence.
template <class T> T value_or_throw(Result<T> result)
{
    if (!result) {
        throw std::runtime_error(sentence_of(result.error()));
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

/// Whoever can read the data directory and the key-encryption key may do everything; the audit log calls them this.
issuance::Caller operator_caller();

/// The first line of a file, or a random password of 24 characters when `file` is empty.
Secret password_from(const std::string& file);

std::string read_text(const std::string& file);

} // namespace chancery::app::commands
