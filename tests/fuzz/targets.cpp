#include "tests/fuzz/targets.hpp"

#include <array>

namespace chancery::fuzz {

std::span<const Target> targets()
{
    static constexpr std::array kAll{Target{"certificate", certificate},
                                     Target{"csr", csr},
                                     Target{"csr_content", csr_content},
                                     Target{"expression", expression},
                                     Target{"issue_value", issue_value},
                                     Target{"json", json},
                                     Target{"jwk", jwk},
                                     Target{"jws", jws},
                                     Target{"name", name},
                                     Target{"request", request},
                                     Target{"response", response}};
    return kAll;
}

} // namespace chancery::fuzz
