#pragma once

#include "core/secret.hpp"

#include <expected>
#include <memory>
#include <mutex>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace chancery::net {

struct SslDeleter {
    void operator()(ssl_st* ssl) const noexcept;
};

using SslPtr = std::unique_ptr<ssl_st, SslDeleter>;

struct SslContextDeleter {
    void operator()(ssl_ctx_st* context) const noexcept;
};

using SslContextPtr = std::unique_ptr<ssl_ctx_st, SslContextDeleter>;

/// Whether clients are asked for a certificate. They need not have one, and any that they have is taken: the handshake
/// proves that the key is theirs, and what the certificate is worth is decided where it is used.
enum class ClientCertificates { Ignored, Requested };

/// What new server connections are made from: TLS 1.2 and 1.3, forward secret AEAD ciphers, ALPN "http/1.1", tickets.
class TlsServer {
public:
    /// `chain_pem` is the leaf followed by its intermediates. Throws std::runtime_error saying what is wrong with them.
    TlsServer(const std::string& chain_pem, const Secret& key_pem,
              ClientCertificates client_certificates = ClientCertificates::Ignored);

    /// New connections use this material from now on, established ones keep theirs. On failure nothing changes and the
    /// error says why.
    std::expected<void, std::string> reload(const std::string& chain_pem, const Secret& key_pem);

    /// Whether the material could be served: readable, and the key belongs to the leaf.
    static std::expected<void, std::string> validate(const std::string& chain_pem, const Secret& key_pem);

    /// The TLS state of one new connection. From any thread.
    SslPtr make() const;

private:
    ClientCertificates client_certificates_;
    mutable std::mutex mutex_; // one lock a connection, none a request
    SslContextPtr context_;
};

/// A context for outbound connections that verifies nothing: validation looks at what is there, not at who it is.
SslContextPtr make_unverified_client_context();
/// A context that verifies the other side against these anchors (PEM; empty: the system's) and shows this certificate
/// (PEM chain and key) when asked for one. An error that says what is wrong with them.
std::expected<SslContextPtr, std::string> make_verified_client_context(const std::string& trust_anchors,
                                                                       const std::string& client_certificate,
                                                                       const Secret& client_key);
/// The certificate must be for this DNS name or address (RFC 9110 section 4.3.4).
void expect_host(ssl_st& ssl, const std::string& host);
/// Another owner of the same connection state; empty for none.
SslPtr share(ssl_st* ssl);
/// Why the other side's certificate was refused; empty when it was not.
std::string verification_failure(const ssl_st& ssl);
/// One outbound connection; `server_name` goes into SNI unless empty.
SslPtr make_client(ssl_ctx_st& context, const std::string& server_name);

} // namespace chancery::net
