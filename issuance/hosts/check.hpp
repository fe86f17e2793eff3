#pragma once

#include "core/result.hpp"
#include "issuance/access.hpp"
#include "issuance/core.hpp"
#include "issuance/hosts/prober.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Looks at what a server presents, and judges it: by itself and beside the inventory.
namespace chancery::issuance::hosts {

struct Wanted {
    std::string host{};
    std::uint16_t port = 443;
    std::string server_name{}; ///< empty: the host, where that is a name
};

/// Normalised, or ValidationError.
Result<Wanted> read_wanted(Wanted wanted);

enum class FindingCode {
    NameMismatch,
    Expired,
    NotYetValid,
    ExpiresSoon,
    Revoked,
    WrongPurpose,
    Untrusted,
    ChainIncomplete,
    WeakKey,
    Unreadable,
    NotInInventory
};

enum class FindingSeverity { Error, Warning, Note };

struct Finding {
    FindingCode code{};
    FindingSeverity severity{};
    std::string detail{};
};

struct Report {
    Wanted wanted{};
    bool succeeded = false;
    std::string detail{}; ///< why not, for a person
    Seen seen{};
    std::optional<std::string> certificate_id{}; ///< of the inventory, when the caller may see it
    std::optional<std::string> authority_id{};   ///< the CA of ours that signed it
    std::vector<Finding> findings{};             ///< the worst first
};

/// What the database has to say of what was seen.
struct Known {
    std::shared_ptr<const Configuration> configuration{};
    std::optional<std::string> certificate_id{}; ///< of the inventory, when the caller may see it
    std::optional<Time> revoked_at{};
};

/// The handshake; nothing is judged yet.
boost::asio::awaitable<Report> look_at(Core& core, Wanted wanted);
/// Only of a report that succeeded.
Known recall(Core& core, db::Session& session, const Caller& caller, const Report& report);
/// What is to be said of what was seen. Only of a report that succeeded; on Core::pool, and in no unit of the database:
/// signatures are verified, and the system's anchors may have to be read.
void judge(Core& core, const Known& known, Report& report);
/// The audit record of a look, and of one that saw nothing.
void record_check(Core& core, db::UnitOfWork& work, const Caller& caller, const Report& report);

} // namespace chancery::issuance::hosts

namespace chancery {

template <> struct EnumNames<issuance::hosts::FindingCode> {
    using Code = issuance::hosts::FindingCode;
    static constexpr std::pair<Code, std::string_view> table[] = {{Code::NameMismatch, "name_mismatch"},
                                                                  {Code::Expired, "expired"},
                                                                  {Code::NotYetValid, "not_yet_valid"},
                                                                  {Code::ExpiresSoon, "expires_soon"},
                                                                  {Code::Revoked, "revoked"},
                                                                  {Code::WrongPurpose, "wrong_purpose"},
                                                                  {Code::Untrusted, "untrusted"},
                                                                  {Code::ChainIncomplete, "chain_incomplete"},
                                                                  {Code::WeakKey, "weak_key"},
                                                                  {Code::Unreadable, "unreadable"},
                                                                  {Code::NotInInventory, "not_in_inventory"}};
};

template <> struct EnumNames<issuance::hosts::FindingSeverity> {
    using Severity = issuance::hosts::FindingSeverity;
    static constexpr std::pair<Severity, std::string_view> table[] = {
        {Severity::Error, "error"}, {Severity::Warning, "warning"}, {Severity::Note, "note"}};
};

} // namespace chancery
