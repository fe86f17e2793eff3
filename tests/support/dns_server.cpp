#include "tests/support/dns_server.hpp"

#include "core/text.hpp"

#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace chancery::test {
namespace {

constexpr std::size_t kHeader = 12;

void require(bool fine, const char* what)
{
    if (!fine) {
        throw std::runtime_error(std::string("test DNS server: ") + what);
    }
}

void append16(std::string& out, unsigned number)
{
    out += static_cast<char>(number >> 8 & 0xff);
    out += static_cast<char>(number & 0xff);
}

unsigned read16(const std::string& text, std::size_t at)
{
    return static_cast<unsigned>(static_cast<unsigned char>(text.at(at))) << 8 |
           static_cast<unsigned char>(text.at(at + 1));
}

std::string encode_name(const std::string& name)
{
    std::string out;
    for (const auto& label : split(name, '.')) {
        out += static_cast<char>(label.size());
        out += label;
    }
    return out + '\0';
}

struct Question {
    std::string name;
    std::uint16_t type = 0;
    std::string raw; ///< as it came
};

Question read_question(const std::string& query)
{
    Question question;
    std::size_t at = kHeader;
    while (query.at(at) != '\0') {
        const auto length = static_cast<unsigned char>(query.at(at));
        question.name += (question.name.empty() ? "" : ".") + query.substr(at + 1, length);
        at += length + 1U;
    }
    question.name = to_lower(question.name);
    question.type = static_cast<std::uint16_t>(read16(query, at + 1));
    question.raw = query.substr(kHeader, at + 5 - kHeader);
    return question;
}

std::string address_bytes(int family, const std::string& text, std::size_t size)
{
    std::array<char, 16> bytes{};
    require(inet_pton(family, text.c_str(), bytes.data()) == 1, "not an address");
    return {bytes.data(), size};
}

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// -1 when the port is taken.
int bind_loopback(int type, std::uint16_t& port)
{
    const int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    auto address = loopback(port);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket);
        return -1;
    }
    socklen_t length = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    return socket;
}

} // namespace

DnsServer::DnsServer()
{
    // Which port is free for TCP may be taken for UDP, by a question that somebody's resolver has under way.
    for (int tries = 0; udp_ < 0 && tries < 50; ++tries) {
        port_ = 0;
        tcp_ = bind_loopback(SOCK_STREAM, port_);
        require(tcp_ >= 0, "bind");
        udp_ = bind_loopback(SOCK_DGRAM, port_);
        if (udp_ < 0) {
            ::close(tcp_);
        }
    }
    require(udp_ >= 0, "bind");
    require(::listen(tcp_, 16) == 0, "listen");
    require(::pipe(stop_) == 0, "pipe");
    thread_ = std::thread([this] { serve(); });
}

DnsServer::~DnsServer()
{
    ::close(stop_[1]);
    thread_.join();
    for (const int descriptor : {udp_, tcp_, stop_[0]}) {
        ::close(descriptor);
    }
}

std::string DnsServer::address() const
{
    return "127.0.0.1:" + std::to_string(port_);
}

void DnsServer::add_a(const std::string& name, const std::string& address)
{
    const std::lock_guard lock(mutex_);
    rules_[name].records[A].push_back(address_bytes(AF_INET, address, 4));
}

void DnsServer::add_aaaa(const std::string& name, const std::string& address)
{
    const std::lock_guard lock(mutex_);
    rules_[name].records[Aaaa].push_back(address_bytes(AF_INET6, address, 16));
}

void DnsServer::add_txt(const std::string& name, const std::vector<std::string>& strings)
{
    std::string rdata;
    for (const auto& text : strings) {
        rdata += static_cast<char>(text.size());
        rdata += text;
    }
    const std::lock_guard lock(mutex_);
    rules_[name].records[Txt].push_back(rdata);
}

void DnsServer::add_caa(const std::string& name, std::uint8_t flags, const std::string& tag, const std::string& value)
{
    add_record(name, Caa, std::string{static_cast<char>(flags), static_cast<char>(tag.size())} + tag + value);
}

void DnsServer::add_record(const std::string& name, std::uint16_t type, const std::string& rdata)
{
    const std::lock_guard lock(mutex_);
    rules_[name].records[type].push_back(rdata);
}

void DnsServer::add_signature(const std::string& name, std::uint16_t type, const std::string& rdata)
{
    const std::lock_guard lock(mutex_);
    rules_[name].signatures[type] = rdata;
}

void DnsServer::add_cname(const std::string& name, const std::string& target)
{
    const std::lock_guard lock(mutex_);
    rules_[name].records[Cname] = {target};
}

void DnsServer::fail(const std::string& name, Rcode code)
{
    const std::lock_guard lock(mutex_);
    rules_[name].rcode = code;
}

void DnsServer::silence(const std::string& name)
{
    const std::lock_guard lock(mutex_);
    rules_[name].silent = true;
}

void DnsServer::require_tcp(const std::string& name)
{
    const std::lock_guard lock(mutex_);
    rules_[name].tcp_only = true;
}

void DnsServer::remove(const std::string& name, Type type)
{
    const std::lock_guard lock(mutex_);
    rules_[name].records.erase(type);
}

int DnsServer::queries(const std::string& name, Type type)
{
    const std::lock_guard lock(mutex_);
    return queries_[{name, type}];
}

int DnsServer::tcp_queries()
{
    const std::lock_guard lock(mutex_);
    return tcp_queries_;
}

void DnsServer::serve()
{
    std::array<pollfd, 3> waits{pollfd{udp_, POLLIN, 0}, pollfd{tcp_, POLLIN, 0}, pollfd{stop_[0], POLLIN, 0}};
    while (::poll(waits.data(), waits.size(), -1) >= 0 && waits[2].revents == 0) {
        if (waits[0].revents != 0) {
            serve_udp();
        }
        if (waits[1].revents != 0) {
            serve_tcp();
        }
    }
}

void DnsServer::serve_udp()
{
    std::string query(4096, '\0');
    sockaddr_in peer{};
    socklen_t length = sizeof peer;
    const auto size = ::recvfrom(udp_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&peer), &length);
    if (size < static_cast<ssize_t>(kHeader)) {
        return;
    }
    query.resize(static_cast<std::size_t>(size));
    const auto reply = answer(query, false);
    if (!reply.empty()) {
        ::sendto(udp_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&peer), length);
    }
}

void DnsServer::serve_tcp()
{
    const int connection = ::accept(tcp_, nullptr, nullptr);
    std::string prefix(2, '\0');
    while (::recv(connection, prefix.data(), 2, MSG_WAITALL) == 2) {
        std::string query(read16(prefix, 0), '\0');
        if (::recv(connection, query.data(), query.size(), MSG_WAITALL) != static_cast<ssize_t>(query.size())) {
            break;
        }
        const auto reply = answer(query, true);
        std::string framed;
        append16(framed, static_cast<unsigned>(reply.size()));
        framed += reply;
        ::send(connection, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
    ::close(connection);
}

void DnsServer::append_answers(const std::string& name, std::uint16_t type, std::string& out, int& count)
{
    const auto append = [&](std::uint16_t record_type, const std::string& rdata) {
        out += encode_name(name);
        append16(out, record_type);
        append16(out, 1);
        append16(out, 0);
        append16(out, 60);
        append16(out, static_cast<unsigned>(rdata.size()));
        out += rdata;
        ++count;
    };
    auto& rule = rules_[name];
    if (const auto alias = rule.records.find(Cname); alias != rule.records.end()) {
        append(Cname, encode_name(alias->second.front()));
        append_answers(alias->second.front(), type, out, count);
        return;
    }
    for (const auto& rdata : rule.records[type]) {
        append(type, rdata);
    }
    if (const auto signature = rule.signatures.find(type); signature != rule.signatures.end()) {
        constexpr std::uint16_t kRrsig = 46;
        append(kRrsig, signature->second);
    }
}

std::string DnsServer::answer(const std::string& query, bool tcp)
{
    const auto question = read_question(query);
    const std::lock_guard lock(mutex_);
    ++queries_[{question.name, question.type}];
    tcp_queries_ += tcp ? 1 : 0;
    const bool known = rules_.contains(question.name);
    const Rule rule = known ? rules_[question.name] : Rule{.records = {}, .signatures = {}, .rcode = NameError};
    if (rule.silent) {
        return {};
    }
    const bool truncated = rule.tcp_only && !tcp;
    std::string answers;
    int count = 0;
    if (rule.rcode == 0 && !truncated) {
        append_answers(question.name, question.type, answers, count);
    }
    std::string reply = query.substr(0, 2);
    append16(reply, 0x8180U | (truncated ? 0x0200U : 0U) | static_cast<unsigned>(rule.rcode)); // QR, RD, RA
    append16(reply, 1);
    append16(reply, static_cast<unsigned>(count));
    append16(reply, 0);
    // EDNS (RFC 6891) is answered with EDNS, or the resolver would ask for no signatures any more.
    const bool edns = read16(query, 10) > 0;
    append16(reply, edns ? 1 : 0);
    static const std::string kOpt("\0\x00\x29\x10\x00\x00\x00\x80\x00\x00\x00", 11);
    return reply + question.raw + answers + (edns ? kOpt : std::string());
}

} // namespace chancery::test
