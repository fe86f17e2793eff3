#pragma once

#include "issuance/core.hpp"
#include "issuance/revocation_status/ocsp_cache.hpp"
#include "issuance/revocation_status/ocsp_responders.hpp"
#include "pki/ocsp.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace chancery::issuance {

/// A response as it is to be sent.
struct OcspAnswer {
    std::string der{};
    /// Until when anybody may be given it again; nothing for a failure, and for a response with a requester's nonce.
    std::optional<pki::OcspTimes> reusable{};
};

/// Answers OCSP requests (RFC 6960) for the CAs of this server.
class OcspService {
public:
    explicit OcspService(Core& core);

    /// What the CA's responder says to a request, DER. Certificates of other issuers, and serial numbers that were
    /// never issued, are `unknown`. Whatever goes wrong is one of the failures of RFC 6960 section 2.3:
    /// malformedRequest for an unreadable request, unauthorized for a CA that has no responder here, tryLater under
    /// load, internalError.
    boost::asio::awaitable<OcspAnswer> answer(std::string authority_id, std::string request);

private:
    struct Known;
    boost::asio::awaitable<OcspAnswer> answer_read(std::string authority_id, pki::OcspRequest request);
    Known look_up(db::Session& session, const std::string& authority_id, const pki::OcspRequest& request);
    std::shared_ptr<const pki::OcspIssuer> issuer_of(const Authority& authority);
    OcspAnswer respond(const std::string& authority_id, const pki::OcspRequest& request,
                       const std::vector<pki::OcspStatus>& statuses,
                       const std::shared_ptr<const pki::OcspResponder>& responder);
    OcspAnswer fail(pki::OcspFailure failure);

    Core& core_;
    OcspResponders responders_;
    OcspCache cache_;
    metrics::Counter& signed_;
    metrics::Counter& cached_;
    metrics::Counter& failed_;
    std::mutex mutex_; ///< over issuers_
    std::map<std::string, std::shared_ptr<const pki::OcspIssuer>, std::less<>> issuers_;
};

} // namespace chancery::issuance
