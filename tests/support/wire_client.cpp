#include "tests/support/wire_client.hpp"

#include "core/text.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace chancery::test {
namespace {

int connect_to(std::uint16_t port)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        ::close(socket);
        throw std::runtime_error("cannot connect");
    }
    return socket;
}

void use_identity(SSL_CTX* context, const TestCertificate& identity)
{
    BIO* const pem = BIO_new_mem_buf(identity.pem.data(), static_cast<int>(identity.pem.size()));
    X509* const certificate = PEM_read_bio_X509(pem, nullptr, nullptr, nullptr);
    BIO* const key_pem =
        BIO_new_mem_buf(identity.key_pem.reveal().data(), static_cast<int>(identity.key_pem.reveal().size()));
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(key_pem, nullptr, nullptr, nullptr);
    const bool used = SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
    EVP_PKEY_free(key);
    BIO_free(key_pem);
    X509_free(certificate);
    BIO_free(pem);
    if (!used) {
        throw std::runtime_error("the client's certificate cannot be used");
    }
}

} // namespace

WireClient::WireClient(std::uint16_t port, Use use, const WireClient* resume, const TestCertificate* identity)
    : socket_(connect_to(port))
{
    ::signal(SIGPIPE, SIG_IGN); // NOLINT(cert-err33-c): SSL_write knows no MSG_NOSIGNAL
    if (use == Use::Plain) {
        return;
    }
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (identity != nullptr) {
        use_identity(context_.get(), *identity);
    }
    ssl_.reset(SSL_new(context_.get()));
    constexpr std::array<unsigned char, 12> kOffer{2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_set_alpn_protos(ssl_.get(), kOffer.data(), kOffer.size());
    SSL_set_fd(ssl_.get(), socket_.number);
    if (resume != nullptr) {
        SSL_SESSION* session = SSL_get1_session(resume->ssl_.get());
        SSL_set_session(ssl_.get(), session);
        SSL_SESSION_free(session);
    }
    if (SSL_connect(ssl_.get()) != 1) {
        throw std::runtime_error("the TLS handshake failed");
    }
}

void WireClient::Closer::operator()(ssl_ctx_st* context) const noexcept
{
    SSL_CTX_free(context);
}

void WireClient::Closer::operator()(ssl_st* ssl) const noexcept
{
    SSL_free(ssl);
}

WireClient::Socket::~Socket()
{
    ::close(number);
}

bool WireClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ssl_ != nullptr ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                          : ::send(socket_.number, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool WireClient::read_more()
{
    std::array<char, 16384> buffer{};
    errno = 0;
    const auto got = ssl_ != nullptr ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                                     : ::recv(socket_.number, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
        ended_ = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        return false;
    }
    input_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

std::optional<WireClient::Answer> WireClient::receive(bool head_only)
{
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!read_more()) {
            return std::nullopt;
        }
    }
    Answer answer;
    answer.head = input_.substr(0, end + 4);
    input_.erase(0, end + 4);
    answer.status = std::stoi(answer.head.substr(9, 3));
    for (const auto& line : split(answer.head, '\n')) {
        if (const auto colon = line.find(':'); colon != std::string::npos) {
            answer.fields[to_lower(line.substr(0, colon))] = std::string(trim(line.substr(colon + 1)));
        }
    }
    if (head_only || !answer.fields.contains("content-length")) {
        return answer;
    }
    const auto length = std::stoul(answer.fields.at("content-length"));
    while (input_.size() < length) {
        if (!read_more()) {
            return std::nullopt;
        }
    }
    answer.body = input_.substr(0, length);
    input_.erase(0, length);
    return answer;
}

std::string WireClient::rest()
{
    while (read_more()) {
    }
    return std::exchange(input_, {});
}

bool WireClient::is_closed()
{
    return input_.empty() && !read_more() && ended_;
}

std::string WireClient::server_name() const
{
    X509* certificate = SSL_get1_peer_certificate(ssl_.get());
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    X509_free(certificate);
    return name.data();
}

bool WireClient::resumed() const
{
    return SSL_session_reused(ssl_.get()) == 1;
}

void WireClient::finish()
{
    ::shutdown(socket_.number, SHUT_WR);
}

std::string WireClient::version() const
{
    return SSL_get_version(ssl_.get());
}

std::string WireClient::protocol() const
{
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

} // namespace chancery::test
