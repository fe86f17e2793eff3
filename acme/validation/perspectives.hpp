#pragma once

#include "acme/challenges.hpp"
#include "acme/node_message.hpp"
#include "acme/validation/tools.hpp"

/// Validation from several places: what one network sees, an attacker near the target may have forged (BGP, DNS). Other
/// nodes repeat it, and enough of them must agree.
namespace chancery::acme {

/// Where a node answers others.
inline constexpr std::string_view kPerspectivePath = "/acme-perspective/validations";

/// How many of `nodes` must agree: `wanted`, or when that is 0 all but one of two to five, all but two of more (the
/// rule for public CAs, Baseline Requirements section 3.2.2.9).
std::size_t quorum_of(std::size_t wanted, std::size_t nodes);

/// Asks every other node of the settings at once to repeat a validation that succeeded here. The proof, ending when the
/// first of theirs does; the error of one that does not agree when too few do. Who cannot be asked does not agree.
http::Awaitable<ValidationResult> confirm(const ValidationTools& tools, ValidationTask task, Proof proof);

/// The other side: repeats a validation once, for who knows the key that all nodes share. 403 for everybody else.
http::Awaitable<http::Response> answer_perspective(const ValidationTools& tools, const http::Request& request);

/// An answer's MAC also covers the nonce of its question. A question says when it was asked and is refused after a
/// minute.
using PerspectiveMessage = NodeMessage;

PerspectiveMessage make_question(const Secret& key, const ValidationTask& task, const std::string& nonce, Time now);
PerspectiveMessage make_answer(const Secret& key, const ValidationResult& result, const std::string& nonce);
/// Nothing when the MAC is wrong, it is no such message, or it is too old or of the future.
std::optional<std::pair<ValidationTask, std::string>> read_question(const Secret& key,
                                                                    const PerspectiveMessage& message, Time now);
std::optional<ValidationResult> read_answer(const Secret& key, const PerspectiveMessage& message,
                                            const std::string& nonce);

} // namespace chancery::acme
