#pragma once

#include "core/model/x509.hpp"
#include "pki/openssl_ptr.hpp"

/// Algorithms fetched once: fetching at each call costs more than hashing a request. For pki/*.cpp only.
namespace chancery::pki {

const EVP_MD* sha1_md();
/// Null for `Digest::None`.
const EVP_MD* md_of(Digest digest);
const EVP_CIPHER* aes_256_gcm();

/// SHA-1 of `data`, raw: names keys (RFC 5280 section 4.2.1.2), protects nothing.
std::string sha1(std::string_view data);

/// This thread's context for signatures, emptied at the end of the scope. Not to be nested.
class BorrowedMdCtx {
public:
    BorrowedMdCtx() = default;
    ~BorrowedMdCtx();
    BorrowedMdCtx(const BorrowedMdCtx&) = delete;
    BorrowedMdCtx& operator=(const BorrowedMdCtx&) = delete;
    EVP_MD_CTX* get() const;
};

} // namespace chancery::pki
