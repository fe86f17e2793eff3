#pragma once

#include "core/model/job.hpp"
#include "issuance/core.hpp"
#include "pki/ocsp.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

/// Who signs OCSP responses for which CA: a certificate and key of their own, issued through the gate like any other
/// and short-lived, so that the CA's key is not used whenever a stranger asks (docs/decisions/0024-ocsp-responders.md).
namespace chancery::issuance {

inline constexpr std::string_view kRenewOcspResponderJob = "ocsp_responder.renew";
inline constexpr const char* kOcspResponderKey = "ocsp_responder"; ///< the purpose of their keys: never exported

/// Whether OCSP is answered for that CA: an intermediate that is neither revoked nor expired. A retired one is asked
/// about what it issued; a root publishes CRLs only, because its key is meant to be offline.
bool answers_ocsp(const Authority& authority, Time now);

/// Enqueues a renewal for each CA whose responder is missing or past half its life; called by a schedule. One job
/// however many servers share the database.
boost::asio::awaitable<void> schedule_ocsp_responders(Core& core);
/// Handler of `ocsp_responder.renew` jobs: issues a certificate unless a fresh one is there.
boost::asio::awaitable<void> run_ocsp_responder_job(Core& core, Job job);

/// This process's view of the responders.
class OcspResponders {
public:
    explicit OcspResponders(Core& core) : core_(core) {}

    /// The CA's responder; one that was renewed or revoked elsewhere is noticed within a minute. Issues one when there
    /// is none. Null when the CA's key is not here to do so, or somebody else is at it.
    boost::asio::awaitable<std::shared_ptr<const pki::OcspResponder>> of(std::string authority_id);

private:
    using Responder = std::shared_ptr<const pki::OcspResponder>;

    struct Entry {
        Responder responder{};
        Time looked_at{};
    };

    boost::asio::awaitable<Responder> read(std::string authority_id);
    Responder known(const std::string& authority_id, Time now);
    Responder remember(const std::string& authority_id, Responder fresh, Time now);

    Core& core_;
    std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

} // namespace chancery::issuance
