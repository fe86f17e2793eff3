#pragma once

#include "tests/support/stand_in.hpp"
#include "tests/support/test_ca.hpp"

#include <map>
#include <string>
#include <vector>

namespace chancery::test {

/// CertCentral's Services API as its documentation has it, strict about method, path, fields, members and their types.
class DigicertServer final : public StandIn {
public:
    explicit DigicertServer(const Clock& clock) : ca(clock) {}

    Answer answer(const issuance::providers::OutboundRequest& request, const std::string& client_certificate) override;

    static constexpr std::string_view kUrl = "https://www.digicert.com/services/v2";
    static constexpr std::string_view kKey = "0123456789ABCDEF";

    TestCa ca;
    std::string status{"issued"};       ///< of orders that are asked about
    std::string organization{"active"}; ///< its status
    std::vector<std::string> asked{};   ///< "POST /order/certificate/ssl_basic"
    std::vector<std::string> revoked{}; ///< reasons
    long long days = 0;                 ///< of the last order
    int limited = 0;                    ///< so many requests are one too many

private:
    Answer order(const issuance::providers::OutboundRequest& request);
    Answer revoke(const std::string& serial, const std::string& body);

    std::map<std::string, std::string> csrs_{}; ///< by order
    std::string serial_{};                      ///< of the last certificate
};

} // namespace chancery::test
