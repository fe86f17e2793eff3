#include "pki/signed.hpp"

#include "pki/der.hpp"
#include "pki/fields.hpp"

namespace chancery::pki {

std::string sign_der(std::string_view body, const PrivateKey& key, Digest digest)
{
    return der::wrap(der::kSequence,
                     {body, signature_algorithm(key.type(), digest), der::bit_string(key.sign(body, digest))});
}

} // namespace chancery::pki
