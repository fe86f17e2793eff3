#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace chancery::test {

/// A name server on loopback, over UDP and TCP on one port, that says what a test told it to. Names are lower case,
/// without a trailing dot.
class DnsServer {
public:
    enum Type : std::uint16_t { A = 1, Cname = 5, Txt = 16, Aaaa = 28, Dnskey = 48, Caa = 257 };

    enum Rcode : std::uint8_t { ServFail = 2, NameError = 3, Refused = 5 };

    DnsServer();
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    /// "127.0.0.1:port"
    std::string address() const;

    void add_a(const std::string& name, const std::string& address);
    void add_aaaa(const std::string& name, const std::string& address);
    /// One record of several strings, at most 255 octets each.
    void add_txt(const std::string& name, const std::vector<std::string>& strings);
    void add_caa(const std::string& name, std::uint8_t flags, const std::string& tag, const std::string& value);
    /// A record of any type, its rdata as it goes over the wire.
    void add_record(const std::string& name, std::uint16_t type, const std::string& rdata);
    /// An RRSIG that goes with the name's records of that type.
    void add_signature(const std::string& name, std::uint16_t type, const std::string& rdata);
    void add_cname(const std::string& name, const std::string& target);
    /// Every question about the name is answered with this code.
    void fail(const std::string& name, Rcode code);
    /// Questions about the name are not answered at all.
    void silence(const std::string& name);
    /// Over UDP, every answer about the name is truncated.
    void require_tcp(const std::string& name);
    void remove(const std::string& name, Type type);

    int queries(const std::string& name, Type type);
    int tcp_queries();

private:
    struct Rule {
        std::map<std::uint16_t, std::vector<std::string>> records; ///< rdata by type
        std::map<std::uint16_t, std::string> signatures{};         ///< RRSIG rdata by type covered
        int rcode = 0;
        bool silent = false;
        bool tcp_only = false;
    };

    void serve();
    void serve_udp();
    void serve_tcp();
    /// Empty: no answer.
    std::string answer(const std::string& query, bool tcp);
    void append_answers(const std::string& name, std::uint16_t type, std::string& out, int& count);

    int udp_ = -1;
    int tcp_ = -1;
    int stop_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    std::mutex mutex_; ///< guards the rules and counters
    std::map<std::string, Rule> rules_;
    std::map<std::pair<std::string, std::uint16_t>, int> queries_;
    int tcp_queries_ = 0;
    std::thread thread_;
};

} // namespace chancery::test
