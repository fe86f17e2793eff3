#include "core/model/x509.hpp"

namespace chancery {

std::string KeyType::name() const
{
    switch (family) {
        case KeyFamily::Rsa:
            return "rsa-" + std::to_string(bits);
        case KeyFamily::Ecdsa:
            return "ec-" + std::to_string(bits);
        case KeyFamily::Ed25519:
            return "ed25519";
    }
    return "unknown";
}

KeyType key_type_of(KeyAlgorithm algorithm)
{
    switch (algorithm) {
        case KeyAlgorithm::Rsa2048:
            return {KeyFamily::Rsa, 2048};
        case KeyAlgorithm::Rsa3072:
            return {KeyFamily::Rsa, 3072};
        case KeyAlgorithm::Rsa4096:
            return {KeyFamily::Rsa, 4096};
        case KeyAlgorithm::Ec256:
            return {KeyFamily::Ecdsa, 256};
        case KeyAlgorithm::Ec384:
            return {KeyFamily::Ecdsa, 384};
        case KeyAlgorithm::Ec521:
            return {KeyFamily::Ecdsa, 521};
        case KeyAlgorithm::Ed25519:
            return {KeyFamily::Ed25519, 256};
    }
    return {};
}

int crl_reason_code(RevocationReason reason)
{
    switch (reason) {
        case RevocationReason::Unspecified:
            return 0;
        case RevocationReason::KeyCompromise:
            return 1;
        case RevocationReason::CaCompromise:
            return 2;
        case RevocationReason::AffiliationChanged:
            return 3;
        case RevocationReason::Superseded:
            return 4;
        case RevocationReason::CessationOfOperation:
            return 5;
    }
    return 0;
}

std::optional<RevocationReason> revocation_reason_from_code(long long code)
{
    constexpr RevocationReason kAll[] = {RevocationReason::Unspecified,  RevocationReason::KeyCompromise,
                                         RevocationReason::CaCompromise, RevocationReason::AffiliationChanged,
                                         RevocationReason::Superseded,   RevocationReason::CessationOfOperation};
    for (const auto reason : kAll) {
        if (crl_reason_code(reason) == code) {
            return reason;
        }
    }
    return std::nullopt;
}

} // namespace chancery
