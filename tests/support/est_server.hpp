#pragma once

#include "tests/support/stand_in.hpp"
#include "tests/support/test_ca.hpp"

#include <string>
#include <vector>

namespace chancery::test {

/// An EST server (RFC 7030). It answers what the RFC says and refuses
/// everything that a strict server may refuse: other fields, other media types, other authentication.
class EstServer final : public StandIn {
public:
    explicit EstServer(const Clock& clock) : ca(clock) {}

    Answer answer(const issuance::providers::OutboundRequest& request, const std::string& client_certificate) override;

    static constexpr std::string_view kCredentials = "chancery:s3cret pass";
    static constexpr std::string_view kUrl = "https://est.example.net/.well-known/est";

    TestCa ca;
    TestCa::Change change{};          ///< what it does to certificates
    int not_yet = 0;                  ///< so many enrollments are answered with 202
    int unreachable = 0;              ///< so many requests get no answer
    bool dies_after_issuing = false;  ///< the next certificate is issued, and its answer lost by an exception
    int refusal = 0;                  ///< the status of every enrollment, unless 0
    std::string words{"no, because"}; ///< of a refusal

    std::vector<std::string> operations{}; ///< what was asked, in order
    std::vector<std::string> issued{};     ///< DER

private:
    Answer enroll(const issuance::providers::OutboundRequest& request, const std::string& client_certificate,
                  bool again);
    bool is_authenticated(const issuance::providers::OutboundRequest& request,
                          const std::string& client_certificate) const;
};

} // namespace chancery::test
