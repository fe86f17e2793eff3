#pragma once

#include "core/model/certificate.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>

/// What CAs outside suggest: ACME Renewal Information (RFC 9773) of the certificates that they issued for us. A window
/// brings a renewal forward, never back: the operator's threshold is the latest.
namespace chancery::issuance::renewal {

inline constexpr std::string_view kAskCasJob = "renewal.ask_cas";

/// When the CA of a new certificate is asked first: soon, where its provider speaks ACME; never otherwise.
std::optional<Time> first_question(Core& core, db::Session& session, const Certificate& certificate, Time now);

/// The periodic task of every server: when a CA is to be asked, one job for all of them.
boost::asio::awaitable<void> schedule_questions(Core& core);

/// The job: asks, one after the other, and plans anew where the answer is another. A CA that does not answer is asked
/// again later, and nothing changes meanwhile.
boost::asio::awaitable<void> ask_cas(Core& core);

} // namespace chancery::issuance::renewal
