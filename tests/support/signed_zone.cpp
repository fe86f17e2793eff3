#include "tests/support/signed_zone.hpp"

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "pki/der.hpp"

namespace chancery::test {
namespace {

constexpr std::uint32_t kTtl = 60;  // that of the server's answers
constexpr unsigned kAlgorithm = 13; // ECDSAP256SHA256

std::string number(unsigned long long value, int octets)
{
    std::string out;
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(value >> shift & 0xff);
    }
    return out;
}

std::string wire(const std::string& name)
{
    std::string out;
    for (const auto& label : split(name, '.')) {
        out += static_cast<char>(label.size()) + label;
    }
    return out + '\0';
}

/// r and s, 32 octets each, of an ECDSA signature in DER.
std::string raw_signature(const std::string& der)
{
    const auto sequence = pki::der::only(der, pki::der::kSequence).value();
    pki::der::Reader numbers(sequence.content);
    std::string raw;
    for (int i = 0; i < 2; ++i) {
        const auto magnitude = pki::der::unsigned_integer(numbers.next(pki::der::kInteger).value()).value();
        raw += std::string(32 - magnitude.size(), '\0') + std::string(magnitude);
    }
    return raw;
}

} // namespace

SignedZone::SignedZone(DnsServer& server, std::string apex, bool publish_key) : server_(server), apex_(std::move(apex))
{
    if (publish_key) {
        server_.add_record(apex_, DnsServer::Dnskey, key_rdata());
        server_.add_signature(apex_, DnsServer::Dnskey,
                              sign(apex_, DnsServer::Dnskey, key_rdata(), std::chrono::hours(24)));
    }
}

std::string SignedZone::key_rdata() const
{
    const auto spki = key_.public_key().spki();
    constexpr unsigned kKeySigning = 257;
    return number(kKeySigning, 2) + number(3, 1) + number(kAlgorithm, 1) + spki.substr(spki.size() - 64);
}

/// RFC 4034 appendix B.
unsigned SignedZone::key_tag() const
{
    unsigned sum = 0;
    const auto rdata = key_rdata();
    for (std::size_t i = 0; i < rdata.size(); ++i) {
        const auto octet = static_cast<unsigned char>(rdata[i]);
        sum += i % 2 == 0 ? static_cast<unsigned>(octet) << 8 : octet;
    }
    return (sum + (sum >> 16 & 0xffff)) & 0xffff;
}

std::string SignedZone::anchor() const
{
    return apex_ + ". IN DNSKEY 257 3 13 " + to_base64(key_rdata().substr(4));
}

void SignedZone::add_txt(const std::string& name, const std::string& text, std::chrono::seconds valid_for)
{
    const auto rdata = static_cast<char>(text.size()) + text;
    server_.add_txt(name, {text});
    server_.add_signature(name, DnsServer::Txt, sign(name, DnsServer::Txt, rdata, valid_for));
}

std::string SignedZone::sign(const std::string& name, std::uint16_t type, const std::string& rdata,
                             std::chrono::seconds valid_for) const
{
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto end = static_cast<unsigned long long>((now + valid_for).count());
    const auto start = static_cast<unsigned long long>((now - std::chrono::hours(72)).count());
    const auto head = number(type, 2) + number(kAlgorithm, 1) + number(split(name, '.').size(), 1) + number(kTtl, 4) +
                      number(end, 4) + number(start, 4) + number(key_tag(), 2) + wire(apex_);
    const auto record = wire(name) + number(type, 2) + number(1, 2) + number(kTtl, 4) + number(rdata.size(), 2) + rdata;
    return head + raw_signature(key_.sign(head + record, Digest::Sha256));
}

} // namespace chancery::test
