#pragma once

#include "bench/load/acme_session.hpp"
#include "bench/load/certificate_check.hpp"
#include "bench/load/http01_responder.hpp"
#include "bench/load/journal.hpp"

#include <chrono>
#include <string>

namespace chancery::bench {

/// One certificate from newOrder to the verified chain.
class Flow {
public:
    Flow(AcmeSession& session, Http01Responder& responder, CertificateCheck& check, Journal& journal,
         std::chrono::milliseconds poll)
        : session_(session), responder_(responder), check_(check), journal_(journal), poll_(poll)
    {
    }

    /// Obtains a certificate for `name`; throws Refused, ConnectionLost. A certificate that is wrong is counted in the
    /// session's statistics.
    void obtain(const Account& account, const std::string& name);

private:
    void authorize(const Account& account, const std::string& url);
    /// Waits until "status" of what `path` answers is no longer pending or processing; the last answer.
    HttpResponse wait_until_final(const Account& account, const std::string& path, Kind kind);

    AcmeSession& session_;
    Http01Responder& responder_;
    CertificateCheck& check_;
    Journal& journal_;
    std::chrono::milliseconds poll_;
};

} // namespace chancery::bench
