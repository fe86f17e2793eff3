#include "bench/load/https_connection.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chancery::bench {
namespace {

SSL_CTX* native(const TlsClient& client)
{
    return static_cast<SSL_CTX*>(client.context());
}

struct AddressFreer {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

int connect_to(const std::string& host, const std::string& port)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
        throw ConnectionLost("cannot resolve " + host);
    }
    const std::unique_ptr<addrinfo, AddressFreer> list(found);
    for (const auto* address = list.get(); address != nullptr; address = address->ai_next) {
        const int socket = ::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(socket, address->ai_addr, address->ai_addrlen) == 0) {
            const int yes = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            return socket;
        }
        ::close(socket);
    }
    throw ConnectionLost("cannot connect to " + host + ":" + port + ": " + std::strerror(errno));
}

/// The value of one header field of a head, trimmed; empty when absent.
std::string field(std::string_view head, std::string_view name)
{
    for (auto at = head.find("\r\n"); at != std::string_view::npos && at + 2 < head.size();
         at = head.find("\r\n", at)) {
        at += 2;
        if (head.size() - at > name.size() && head[at + name.size()] == ':' &&
            ::strncasecmp(head.data() + at, name.data(), name.size()) == 0) {
            auto value = head.substr(at + name.size() + 1);
            value = value.substr(0, value.find("\r\n"));
            value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
            return std::string(value);
        }
    }
    return {};
}

std::size_t number(std::string_view text, int base)
{
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

} // namespace

Url parse_url(std::string_view url)
{
    constexpr std::string_view kScheme = "https://";
    if (!url.starts_with(kScheme)) {
        throw std::invalid_argument(std::string(url) + " is no https URL");
    }
    url.remove_prefix(kScheme.size());
    const auto slash = std::min(url.find('/'), url.size());
    const auto authority = url.substr(0, slash);
    const auto colon = authority.rfind(':');
    return {.host = std::string(authority.substr(0, colon)),
            .port = colon == std::string_view::npos ? "443" : std::string(authority.substr(colon + 1)),
            .path = slash == url.size() ? "/" : std::string(url.substr(slash))};
}

TlsClient::TlsClient(const std::string& ca_file)
{
    auto* context = SSL_CTX_new(TLS_client_method());
    context_ = context;
    if (context == nullptr || SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) {
        throw std::runtime_error("cannot read the root certificate in " + ca_file);
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

TlsClient::~TlsClient()
{
    SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

struct HttpsConnection::Handles {
    Handles(SSL_CTX* context, int connected) : socket(connected), ssl(SSL_new(context)) { SSL_set_fd(ssl, socket); }

    ~Handles()
    {
        SSL_free(ssl);
        ::close(socket);
    }

    Handles(const Handles&) = delete;
    Handles& operator=(const Handles&) = delete;

    int socket;
    SSL* ssl;
};

HttpsConnection::HttpsConnection(const TlsClient& client, std::string host, std::string port)
    : client_(client), host_(std::move(host)), port_(std::move(port))
{
}

HttpsConnection::~HttpsConnection() = default;

void HttpsConnection::open()
{
    buffer_.clear();
    handles_ = std::make_unique<Handles>(native(client_), connect_to(host_, port_));
    SSL_set_tlsext_host_name(handles_->ssl, host_.c_str());
    SSL_set1_host(handles_->ssl, host_.c_str());
    if (SSL_connect(handles_->ssl) != 1) {
        const auto verified = SSL_get_verify_result(handles_->ssl);
        handles_.reset();
        ERR_clear_error();
        throw ConnectionLost(verified == X509_V_OK ? "the TLS handshake failed"
                                                   : std::string("the listener's certificate: ") +
                                                         X509_verify_cert_error_string(verified));
    }
}

HttpResponse HttpsConnection::exchange(std::string_view method, std::string_view path, std::string_view body)
{
    std::string request;
    request.reserve(body.size() + 300);
    request.append(method)
        .append(" ")
        .append(path)
        .append(" HTTP/1.1\r\nHost: ")
        .append(host_)
        .append(":")
        .append(port_);
    request.append("\r\nUser-Agent: chancery-acme-load\r\n");
    if (method == "POST") {
        request.append("Content-Type: application/jose+json\r\nContent-Length: ").append(std::to_string(body.size()));
        request.append("\r\n");
    }
    request.append("\r\n").append(body);
    const bool kept = handles_ != nullptr;
    if (!kept) {
        open();
    }
    for (bool again = kept;; again = false) {
        try {
            send(request);
            auto response = read_response();
            if (response.closes) {
                handles_.reset();
            }
            return response;
        } catch (const ConnectionLost&) {
            const bool unanswered = buffer_.empty();
            handles_.reset();
            if (!again || !unanswered) {
                throw;
            }
            ++reconnects_;
            open();
        }
    }
}

void HttpsConnection::send(std::string_view bytes)
{
    if (SSL_write(handles_->ssl, bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size())) {
        ERR_clear_error();
        throw ConnectionLost("the connection was closed while sending");
    }
}

bool HttpsConnection::receive()
{
    std::array<char, 16'384> bytes;
    const int size = SSL_read(handles_->ssl, bytes.data(), static_cast<int>(bytes.size()));
    if (size <= 0) {
        ERR_clear_error();
        return false;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
}

std::string HttpsConnection::read_head()
{
    for (;;) {
        if (const auto end = buffer_.find("\r\n\r\n"); end != std::string::npos) {
            auto head = buffer_.substr(0, end + 2);
            buffer_.erase(0, end + 4);
            return head;
        }
        if (!receive()) {
            throw ConnectionLost("the connection ended before the answer's head was complete");
        }
    }
}

void HttpsConnection::receive_or_fail()
{
    if (!receive()) {
        buffer_.push_back('\0'); // not empty: part of an answer arrived, so the request must not be repeated
        throw ConnectionLost("the connection ended in the middle of an answer");
    }
}

std::string HttpsConnection::read_bytes(std::size_t size)
{
    while (buffer_.size() < size) {
        receive_or_fail();
    }
    auto bytes = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return bytes;
}

std::string HttpsConnection::read_chunks()
{
    std::string body;
    for (;;) {
        auto end = buffer_.find("\r\n");
        for (; end == std::string::npos; end = buffer_.find("\r\n")) {
            receive_or_fail();
        }
        const auto size = number(std::string_view(buffer_).substr(0, end), 16);
        read_bytes(end + 2);
        body += read_bytes(size);
        read_bytes(2);
        if (size == 0) {
            return body;
        }
    }
}

HttpResponse HttpsConnection::read_response()
{
    const auto head = read_head();
    HttpResponse response;
    response.status = static_cast<int>(number(std::string_view(head).substr(head.find(' ') + 1), 10));
    response.nonce = field(head, "Replay-Nonce");
    response.location = field(head, "Location");
    response.content_type = field(head, "Content-Type");
    response.closes = ::strcasecmp(field(head, "Connection").c_str(), "close") == 0;
    if (::strcasecmp(field(head, "Transfer-Encoding").c_str(), "chunked") == 0) {
        response.body = read_chunks();
    } else if (response.status != 204 && response.status != 304) {
        response.body = read_bytes(number(field(head, "Content-Length"), 10));
    }
    return response;
}

} // namespace chancery::bench
