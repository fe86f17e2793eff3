#include "server/net/tls_prober.hpp"

#include "server/net/timed_connection.hpp"

#include <boost/asio/this_coro.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

namespace chancery::net {
namespace asio = boost::asio;
using http::FetchError;
using http::TlsPeer;

namespace {

struct CertificateDeleter {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

/// RFC 7301 section 3.1: each protocol behind its length.
void offer(ssl_st& ssl, const std::string& protocol)
{
    const auto wire = static_cast<char>(protocol.size()) + protocol;
    const auto* bytes = reinterpret_cast<const unsigned char*>(wire.data());
    if (protocol.empty()) {
        return;
    }
    if (protocol.size() > 255 || SSL_set_alpn_protos(&ssl, bytes, static_cast<unsigned>(wire.size())) != 0) {
        throw std::invalid_argument("not a protocol name for ALPN");
    }
}

std::string der_of(const X509* certificate)
{
    unsigned char* der = nullptr;
    const int size = certificate != nullptr ? i2d_X509(certificate, &der) : 0;
    ERR_clear_error();
    if (size <= 0) {
        return {};
    }
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

std::string certificate_of(const ssl_st& ssl)
{
    const std::unique_ptr<X509, CertificateDeleter> certificate(SSL_get1_peer_certificate(&ssl));
    return der_of(certificate.get());
}

std::vector<std::string> chain_of(const ssl_st& ssl)
{
    std::vector<std::string> chain;
    const auto* sent = SSL_get_peer_cert_chain(&ssl);
    for (int i = 0; sent != nullptr && i < sk_X509_num(sent); ++i) {
        chain.push_back(der_of(sk_X509_value(sent, i)));
    }
    return chain;
}

TlsPeer peer_of(const ssl_st& ssl)
{
    const unsigned char* chosen = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(&ssl, &chosen, &length);
    TlsPeer peer{
        .protocol = {}, .certificate = certificate_of(ssl), .chain = chain_of(ssl), .version = SSL_get_version(&ssl)};
    if (length > 0) {
        peer.protocol.assign(reinterpret_cast<const char*>(chosen), length);
    }
    return peer;
}

} // namespace

TlsProber::TlsProber() : tls_(make_unverified_client_context())
{
    if (SSL_CTX_set_min_proto_version(tls_.get(), TLS1_2_VERSION) != 1) {
        throw std::runtime_error("TLS 1.2 cannot be required");
    }
}

asio::awaitable<std::expected<TlsPeer, FetchError>> TlsProber::probe(http::Probe probe)
{
    auto ssl = make_client(*tls_, probe.server_name);
    offer(*ssl, probe.protocol);
    const auto* handle = ssl.get(); // the stream keeps it
    const auto executor = co_await asio::this_coro::executor;
    const auto connection = std::make_shared<TimedConnection>(executor);
    connection->start_timer(probe.timeout);
    const auto opened = co_await connection->open(probe.address, probe.port, std::move(ssl));
    connection->stop_timer();
    if (!opened) {
        co_return std::unexpected(opened.error());
    }
    auto peer = peer_of(*handle);
    connection->stream().finish();
    co_return peer;
}

} // namespace chancery::net
