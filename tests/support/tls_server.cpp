#include "tests/support/tls_server.hpp"

#include "tests/support/test_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace chancery::test {
namespace {

template <auto Free> struct Deleter {
    void operator()(auto* object) const noexcept { Free(object); }
};

using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Deleter<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Deleter<SSL_free>>;

void require(bool fine, const char* what)
{
    if (!fine) {
        throw std::runtime_error(std::string("test TLS server: ") + what);
    }
}

BioPtr bio_of(const std::string& text)
{
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string der_of(X509& certificate)
{
    unsigned char* der = nullptr;
    const int size = i2d_X509(&certificate, &der);
    std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

int version_of(TlsTestServer::Version version)
{
    switch (version) {
        case TlsTestServer::Version::Tls11:
            return TLS1_1_VERSION;
        case TlsTestServer::Version::Tls12:
            return TLS1_2_VERSION;
        case TlsTestServer::Version::Tls13:
            break;
    }
    return TLS1_3_VERSION;
}

} // namespace

struct TlsTestServer::Impl {
    explicit Impl(Script wanted) : script(std::move(wanted)), context(SSL_CTX_new(TLS_server_method()))
    {
        load_certificate();
        SSL_CTX_set_security_level(context.get(), 0); // the old versions are there to be refused by the client
        SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), version_of(script.newest));
        if (!script.protocol.empty()) {
            SSL_CTX_set_alpn_select_cb(context.get(), choose, this);
        }
        listen_on_loopback();
        thread = std::thread([this] { serve(); });
    }

    ~Impl()
    {
        ::shutdown(listener, SHUT_RDWR);
        join();
        ::close(listener);
    }

    void join()
    {
        if (thread.joinable()) {
            thread.join();
        }
    }

    void load_certificate()
    {
        CertificatePtr certificate;
        KeyPtr key;
        if (script.certificate_der.empty()) {
            const auto own = make_certificate("test");
            certificate.reset(PEM_read_bio_X509(bio_of(own.pem).get(), nullptr, nullptr, nullptr));
            script.key_pem = std::string(own.key_pem.reveal());
        } else {
            const auto* at = reinterpret_cast<const unsigned char*>(script.certificate_der.data());
            certificate.reset(d2i_X509(nullptr, &at, static_cast<long>(script.certificate_der.size())));
        }
        key.reset(PEM_read_bio_PrivateKey(bio_of(script.key_pem).get(), nullptr, nullptr, nullptr));
        require(certificate && key && SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
                    SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
                "certificate");
        script.certificate_der = der_of(*certificate);
    }

    void listen_on_loopback()
    {
        listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        require(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(listener, 4) == 0 &&
                    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0,
                "listen");
        port = ntohs(address.sin_port);
    }

    static int choose(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                      unsigned in_length, void* argument)
    {
        auto& self = *static_cast<Impl*>(argument);
        if (in_length > 1) {
            self.offered.assign(reinterpret_cast<const char*>(in) + 1, in[0]);
        }
        *out = reinterpret_cast<const unsigned char*>(self.script.protocol.data());
        *out_length = static_cast<unsigned char>(self.script.protocol.size());
        return SSL_TLSEXT_ERR_OK;
    }

    void serve()
    {
        const int connection = ::accept(listener, nullptr, nullptr);
        if (connection < 0) {
            return;
        }
        if (script.plain_text.empty()) {
            serve_tls(connection);
        } else {
            static_cast<void>(::send(connection, script.plain_text.data(), script.plain_text.size(), MSG_NOSIGNAL));
        }
        ::close(connection);
    }

    void serve_tls(int connection)
    {
        const SslPtr ssl(SSL_new(context.get()));
        SSL_set_fd(ssl.get(), connection);
        if (SSL_accept(ssl.get()) != 1) {
            return;
        }
        if (const char* name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name)) {
            server_name = name;
        }
        char buffer[256];
        for (int size = 0; (size = SSL_read(ssl.get(), buffer, sizeof buffer)) > 0;) {
            received.append(buffer, static_cast<std::size_t>(size));
        }
    }

    Script script;
    ContextPtr context;
    int listener = -1;
    std::uint16_t port = 0;
    std::string server_name{};
    std::string offered{};
    std::string received{};
    std::thread thread; ///< last: it uses all of the above
};

TlsTestServer::TlsTestServer(Script script) : impl_(std::make_unique<Impl>(std::move(script))) {}

TlsTestServer::~TlsTestServer() = default;

std::uint16_t TlsTestServer::port() const
{
    return impl_->port;
}

const std::string& TlsTestServer::certificate_der() const
{
    return impl_->script.certificate_der;
}

std::string TlsTestServer::server_name()
{
    impl_->join();
    return impl_->server_name;
}

std::string TlsTestServer::offered()
{
    impl_->join();
    return impl_->offered;
}

std::string TlsTestServer::received()
{
    impl_->join();
    return impl_->received;
}

} // namespace chancery::test
