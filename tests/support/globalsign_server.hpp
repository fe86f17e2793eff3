#pragma once

#include "tests/support/stand_in.hpp"
#include "tests/support/test_ca.hpp"

#include <map>
#include <string>
#include <vector>

namespace chancery::test {

/// The Atlas certificate management API (HVCA) as its documentation has it: mutual TLS, login, a token that runs out,
/// certificates that take a moment.
class GlobalsignServer final : public StandIn {
public:
    explicit GlobalsignServer(const Clock& clock) : ca(clock) {}

    Answer answer(const issuance::providers::OutboundRequest& request, const std::string& client_certificate) override;

    static constexpr std::string_view kApiKey = "key";
    static constexpr std::string_view kApiSecret = "top secret";
    static constexpr std::string_view kUrl = "https://emea.api.hvca.globalsign.com:8443/v2";

    TestCa ca;
    std::string key_format{"PKCS10"};
    int not_yet = 1;       ///< so many times a certificate is not there yet
    int token_uses = 100;  ///< what a token is good for
    std::string refusal{}; ///< the description of a 422 to orders, unless empty
    int logins = 0;
    std::vector<std::string> asked{};
    std::vector<std::string> revoked{}; ///< reasons

private:
    Answer log_in(const std::string& body);
    Answer order(const std::string& body);
    Answer revoke(const std::string& serial, const std::string& body);

    std::map<std::string, std::string> certificates_{}; ///< PEM by serial number
    int left_ = 0;
};

} // namespace chancery::test
