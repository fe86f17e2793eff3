#include "server/net/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace chancery::net {
namespace {

struct BioDeleter {
    void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
};

struct CertificateDeleter {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

struct KeyDeleter {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

using BioPtr = std::unique_ptr<BIO, BioDeleter>;
using CertificatePtr = std::unique_ptr<X509, CertificateDeleter>;
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using Outcome = std::expected<void, std::string>;

/// "what: reason", and an empty error queue.
std::unexpected<std::string> failure(std::string what)
{
    const auto code = ERR_peek_last_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    ERR_clear_error();
    return std::unexpected(reason != nullptr ? what + ": " + reason : std::move(what));
}

BioPtr reader(std::string_view bytes)
{
    BioPtr bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    if (!bio) {
        throw std::bad_alloc();
    }
    return bio;
}

/// Nobody is there to type a passphrase.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/)
{
    return -1;
}

Outcome use_chain(SSL_CTX& context, const std::string& chain_pem)
{
    const auto bio = reader(chain_pem);
    const CertificatePtr leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr));
    if (!leaf) {
        return failure("the certificate chain holds no readable PEM certificate");
    }
    if (SSL_CTX_use_certificate(&context, leaf.get()) != 1) {
        return failure("the server certificate cannot be used");
    }
    while (CertificatePtr next{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)}) {
        if (SSL_CTX_add0_chain_cert(&context, next.get()) != 1) {
            return failure("an intermediate certificate cannot be used");
        }
        static_cast<void>(next.release()); // the context owns it now
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        return failure("the certificate chain is damaged after its first certificate");
    }
    ERR_clear_error();
    return {};
}

Outcome use_key(SSL_CTX& context, const Secret& key_pem)
{
    const auto bio = reader(key_pem.reveal());
    const KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key) {
        return failure("the private key is not readable as unencrypted PEM");
    }
    if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 || SSL_CTX_check_private_key(&context) != 1) {
        return failure("the private key does not belong to the certificate");
    }
    return {};
}

/// RFC 7301: the client's list must offer http/1.1, which is all there is; a client that sends no list is served too.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void* /*context*/)
{
    static constexpr std::array<unsigned char, 9> kHttp{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, kHttp.data(), kHttp.size(), in, in_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

void set_modes(SSL_CTX& context)
{
    // Idle connections give their record buffers back; one recv(2) fetches a whole record instead of header and body.
    SSL_CTX_set_mode(&context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(&context, 1);
}

Outcome set_protocol(SSL_CTX& context)
{
    // HTTP frames its messages itself, so an end without close_notify is an end like any other.
    SSL_CTX_set_options(&context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                      SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    constexpr std::string_view kSessionContext = "chancery";
    std::array<int, 3> groups{NID_X25519, NID_X9_62_prime256v1, NID_secp384r1};
    const bool set =
        SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1 &&
        SSL_CTX_set_max_proto_version(&context, TLS1_3_VERSION) == 1 &&
        SSL_CTX_set_cipher_list(&context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
        SSL_CTX_set_ciphersuites(&context,
                                 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1 &&
        SSL_CTX_set1_groups(&context, groups.data(), groups.size()) == 1 &&
        SSL_CTX_set_session_id_context(&context, reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                       kSessionContext.size()) == 1 &&
        SSL_CTX_set_num_tickets(&context, 1) == 1;
    // Tickets resume sessions without any state here, so the session cache would only cost memory.
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(&context, choose_protocol, nullptr);
    return set ? Outcome{} : failure("the TLS library refuses the protocol settings");
}

bool add_anchors(SSL_CTX& context, const std::string& pem)
{
    const auto in = reader(pem);
    auto* store = SSL_CTX_get_cert_store(&context);
    int added = 0;
    for (;;) {
        const CertificatePtr anchor(PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr));
        if (!anchor || X509_STORE_add_cert(store, anchor.get()) != 1) {
            break;
        }
        ++added;
    }
    ERR_clear_error(); // the end of the text is an error, too
    // An intermediate may be what is trusted.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(&context), X509_V_FLAG_PARTIAL_CHAIN);
    return added > 0;
}

int take_any_chain(X509_STORE_CTX* /*chain*/, void* /*context*/)
{
    return 1;
}

void request_certificates(SSL_CTX& context)
{
    constexpr long kLongestChain = 16 * 1024;
    SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(&context, take_any_chain, nullptr);
    SSL_CTX_set_max_cert_list(&context, kLongestChain);
}

std::expected<SslContextPtr, std::string> make_context(const std::string& chain_pem, const Secret& key_pem,
                                                       ClientCertificates client_certificates)
{
    ERR_clear_error();
    SslContextPtr context(SSL_CTX_new(TLS_server_method()));
    if (!context) {
        return failure("no TLS context");
    }
    set_modes(*context);
    if (client_certificates == ClientCertificates::Requested) {
        request_certificates(*context);
    }
    for (auto step : {set_protocol(*context), use_chain(*context, chain_pem), use_key(*context, key_pem)}) {
        if (!step) {
            return std::unexpected(step.error());
        }
    }
    return context;
}

} // namespace

void SslDeleter::operator()(ssl_st* ssl) const noexcept
{
    SSL_free(ssl);
}

void SslContextDeleter::operator()(ssl_ctx_st* context) const noexcept
{
    SSL_CTX_free(context);
}

TlsServer::TlsServer(const std::string& chain_pem, const Secret& key_pem, ClientCertificates client_certificates)
    : client_certificates_(client_certificates)
{
    if (auto made = reload(chain_pem, key_pem); !made) {
        throw std::runtime_error(made.error());
    }
}

std::expected<void, std::string> TlsServer::reload(const std::string& chain_pem, const Secret& key_pem)
{
    auto fresh = make_context(chain_pem, key_pem, client_certificates_);
    if (!fresh) {
        return std::unexpected(fresh.error());
    }
    const std::lock_guard lock(mutex_);
    context_ = std::move(*fresh);
    return {};
}

std::expected<void, std::string> TlsServer::validate(const std::string& chain_pem, const Secret& key_pem)
{
    const auto made = make_context(chain_pem, key_pem, ClientCertificates::Ignored);
    return made ? Outcome{} : std::unexpected(made.error());
}

SslPtr TlsServer::make() const
{
    const std::lock_guard lock(mutex_);
    SslPtr ssl(SSL_new(context_.get())); // holds a reference to the context of its own
    if (!ssl) {
        throw std::bad_alloc();
    }
    SSL_set_accept_state(ssl.get());
    return ssl;
}

SslContextPtr make_unverified_client_context()
{
    SslContextPtr context(SSL_CTX_new(TLS_client_method()));
    if (!context) {
        throw std::bad_alloc();
    }
    set_modes(*context);
    SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    return context;
}

std::expected<SslContextPtr, std::string> make_verified_client_context(const std::string& trust_anchors,
                                                                       const std::string& client_certificate,
                                                                       const Secret& client_key)
{
    ERR_clear_error();
    auto context = make_unverified_client_context();
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) {
        return failure("the TLS library refuses the protocol settings");
    }
    const auto trusted = trust_anchors.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                               : add_anchors(*context, trust_anchors);
    if (!trusted) {
        return failure("the trust anchors cannot be used");
    }
    if (client_certificate.empty()) {
        return context;
    }
    for (auto step : {use_chain(*context, client_certificate), use_key(*context, client_key)}) {
        if (!step) {
            return std::unexpected(step.error());
        }
    }
    return context;
}

void expect_host(ssl_st& ssl, const std::string& host)
{
    auto* wanted = SSL_get0_param(&ssl);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool set = X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1 ||
                     X509_VERIFY_PARAM_set1_host(wanted, host.data(), host.size()) == 1;
    ERR_clear_error();
    if (!set) {
        throw std::runtime_error("the host cannot be verified");
    }
}

SslPtr share(ssl_st* ssl)
{
    if (ssl != nullptr) {
        SSL_up_ref(ssl);
    }
    return SslPtr(ssl);
}

std::string verification_failure(const ssl_st& ssl)
{
    const auto result = SSL_get_verify_result(&ssl);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

SslPtr make_client(ssl_ctx_st& context, const std::string& server_name)
{
    SslPtr ssl(SSL_new(&context));
    if (!ssl) {
        throw std::bad_alloc();
    }
    if (!server_name.empty() && SSL_set_tlsext_host_name(ssl.get(), server_name.c_str()) != 1) {
        ERR_clear_error();
        throw std::runtime_error("the name does not fit into SNI");
    }
    SSL_set_connect_state(ssl.get());
    return ssl;
}

} // namespace chancery::net
