#include "pki/csr.hpp"

#include "pki/der.hpp"
#include "pki/key_checks.hpp"
#include "pki/names.hpp"
#include "pki/signed.hpp"
#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {
namespace {

/// What is accepted once is accepted as that for ever: it is stored, and read again when it is issued.
void check_csr(const pki::Csr& csr)
{
    for (const auto& name : csr.names) {
        const auto again = pki::normalise_name(name);
        require(again && *again == name, "a normalised name is normal");
    }
    const auto again = pki::parse_csr(csr.der);
    require(again && again->names == csr.names && again->subject == csr.subject,
            "an accepted CSR reads the same again");
    (void)pki::check_public_key(csr.key);
}

} // namespace

void csr(std::string_view input)
{
    if (const auto parsed = pki::parse_csr(input)) {
        check_csr(*parsed);
    }
}

void csr_content(std::string_view input)
{
    namespace der = pki::der;
    static const auto kKey = pki::PrivateKey::generate(KeyAlgorithm::Ed25519);
    static const auto kSpki = kKey.public_key().spki();
    der::Reader in(input);
    const auto subject = in.next();
    const auto used = subject ? subject->whole.size() : 0;
    const auto info = der::wrap(der::kSequence, {std::string_view("\x02\x01\x00", 3), input.substr(0, used), kSpki,
                                                 der::wrap(der::context_constructed(0), input.substr(used))});
    if (const auto parsed = pki::parse_csr(pki::sign_der(info, kKey, Digest::None))) {
        check_csr(*parsed);
    }
}

} // namespace chancery::fuzz
