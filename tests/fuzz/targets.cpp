#include "tests/fuzz/targets.hpp"

#include <array>

namespace chancery::fuzz {

std::span<const Target> targets()
{
    static constexpr std::array kAll{Target{"certificate", certificate},
                                     Target{"csr", csr},
                                     Target{"csr_content", csr_content},
                                     Target{"dns_answer", dns_answer},
                                     Target{"expression", expression},
                                     Target{"issue_value", issue_value},
                                     Target{"json", json},
                                     Target{"jwk", jwk},
                                     Target{"jws", jws},
                                     Target{"name", name},
                                     Target{"ocsp_request", ocsp_request},
                                     Target{"pkcs7", pkcs7},
                                     Target{"provider_url", provider_url},
                                     Target{"request", request},
                                     Target{"response", response}};
    return kAll;
}

} // namespace chancery::fuzz
