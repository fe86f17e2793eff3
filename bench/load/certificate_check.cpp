#include "bench/load/certificate_check.hpp"

#include "core/encoding.hpp"
#include "pki/der.hpp"
#include "pki/extensions.hpp"
#include "pki/fields.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"
#include "pki/pem.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <optional>
#include <vector>

namespace chancery::bench {
namespace {

namespace der = pki::der;

using StorePtr = std::unique_ptr<X509_STORE, pki::Freer<&X509_STORE_free>>;
using StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, pki::Freer<&X509_STORE_CTX_free>>;

/// The parts of a leaf that are looked at, as slices of its DER (RFC 5280 section 4.1).
struct Leaf {
    std::string_view tbs{};
    std::string_view serial{};
    std::string_view algorithm{};
    std::string_view spki{};
    std::string_view extensions{}; ///< content of the SEQUENCE
    std::string_view signature{};
};

std::optional<Leaf> take_apart(std::string_view bytes)
{
    const auto whole = der::only(bytes, der::kSequence);
    if (!whole) {
        return std::nullopt;
    }
    der::Reader outer(whole->content);
    const auto tbs = outer.next(der::kSequence);
    const auto algorithm = outer.next(der::kSequence);
    const auto signature = outer.next(der::kBitString);
    const auto octets = signature ? der::octets_of_bits(*signature) : std::nullopt;
    if (!tbs || !algorithm || !octets || !outer.done()) {
        return std::nullopt;
    }
    der::Reader inner(tbs->content);
    const auto version = inner.next(der::context_constructed(0));
    const auto serial = inner.next(der::kInteger);
    for (int skipped = 0; skipped < 4; ++skipped) { // signature algorithm, issuer, validity, subject
        inner.next(der::kSequence);
    }
    const auto spki = inner.next(der::kSequence);
    const auto wrapped = inner.next(der::context_constructed(3));
    const auto extensions = wrapped ? der::only(wrapped->content, der::kSequence) : std::nullopt;
    if (!version || !serial || !spki || !extensions) {
        return std::nullopt;
    }
    return Leaf{.tbs = tbs->whole,
                .serial = serial->content,
                .algorithm = algorithm->whole,
                .spki = spki->whole,
                .extensions = extensions->content,
                .signature = *octets};
}

std::string certified_name(const Leaf& leaf)
{
    const auto extensions = pki::read_extensions(leaf.extensions);
    const auto* san = extensions ? pki::find_extension(*extensions, pki::oids::kSubjectAltName) : nullptr;
    const auto names = san != nullptr ? pki::read_general_names(san->value) : std::nullopt;
    const auto name = names && names->size() == 1 ? pki::name_of(names->front()) : std::nullopt;
    return name && name->type == NameType::Dns ? name->value : "";
}

pki::X509Ptr open(const std::string& bytes)
{
    const auto* at = pki::bytes_of(bytes);
    return pki::X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(bytes.size())));
}

/// RFC 5280 section 6 by OpenSSL: `certificate` over `untrusted` (may be null) to the root.
bool path_is_valid(const std::string& root_pem, X509* certificate, X509* untrusted)
{
    const auto roots = pki::from_pem(root_pem, "CERTIFICATE");
    const auto root = roots && !roots->empty() ? open(roots->front()) : nullptr;
    const StorePtr store(X509_STORE_new());
    const StoreCtxPtr context(X509_STORE_CTX_new());
    const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> chain(sk_X509_new_null(),
                                                                           [](STACK_OF(X509) * s) { sk_X509_free(s); });
    if (!root || certificate == nullptr) {
        return false;
    }
    if (untrusted != nullptr) {
        sk_X509_push(chain.get(), untrusted);
    }
    X509_STORE_add_cert(store.get(), root.get());
    X509_STORE_CTX_init(context.get(), store.get(), certificate, chain.get());
    const bool valid = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return valid;
}

} // namespace

CertificateCheck::CertificateCheck(std::string root_pem) : root_pem_(std::move(root_pem)) {}

pki::PublicKey CertificateCheck::trusted_issuer(const std::string& der)
{
    const std::lock_guard lock(mutex_);
    if (const auto known = issuers_.find(der); known != issuers_.end()) {
        return known->second;
    }
    const auto certificate = open(der);
    pki::PublicKey key;
    if (path_is_valid(root_pem_, certificate.get(), nullptr) && X509_check_ca(certificate.get()) == 1) {
        key = pki::PublicKey(X509_get_pubkey(certificate.get()));
    }
    issuers_.emplace(der, key);
    return key;
}

CertificateCheck::Outcome CertificateCheck::check(std::string_view chain_pem, std::string_view spki,
                                                  const std::string& name)
{
    const auto chain = pki::from_pem(chain_pem, "CERTIFICATE");
    if (!chain || chain->size() < 2) {
        return {.failure = "the chain is not leaf and issuer"};
    }
    const auto leaf = take_apart(chain->front());
    if (!leaf) {
        return {.failure = "the leaf is not a certificate"};
    }
    Outcome outcome{.serial = to_hex(leaf->serial), .der = chain->front()};
    const auto issuer = trusted_issuer((*chain)[1]);
    const auto algorithm = pki::read_signature_algorithm(leaf->algorithm);
    if (leaf->spki != spki) {
        outcome.failure = "the leaf is for another key";
    } else if (certified_name(*leaf) != name) {
        outcome.failure = "the leaf is for another name";
    } else if (!issuer || !algorithm) {
        outcome.failure = "the issuer does not chain to the root";
    } else if (!issuer.verify(leaf->tbs, leaf->signature, algorithm->digest)) {
        outcome.failure = "the issuer's signature is wrong";
    } else if (checked_++ % 100 == 0 && !path_is_valid(root_pem_, open((*chain)[0]).get(), open((*chain)[1]).get())) {
        outcome.failure = "path validation refuses it";
    }
    const std::lock_guard lock(mutex_);
    if (!serials_.insert(outcome.serial).second) {
        outcome.failure = "the serial was seen before";
    }
    return outcome;
}

} // namespace chancery::bench
