#include "issuance/providers/acme_ca/dns_update.hpp"

#include "core/text.hpp"
#include "pki/digest.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

namespace chancery::issuance::providers::acme_ca {
namespace {

constexpr std::uint16_t kUpdateFlags = 5U << 11U; // opcode 5
constexpr std::uint16_t kSoa = 6;
constexpr std::uint16_t kTxt = 16;
constexpr std::uint16_t kTsig = 250;
constexpr std::uint16_t kIn = 1;
constexpr std::uint16_t kNone = 254;
constexpr std::uint16_t kAny = 255;
constexpr std::uint32_t kTtl = 60;
constexpr std::uint16_t kFudge = 300; // seconds that the clocks may differ (RFC 8945 section 10)
constexpr std::size_t kHeader = 12;

void put16(std::string& out, std::uint16_t value)
{
    out += static_cast<char>(value >> 8U);
    out += static_cast<char>(value & 0xffU);
}

void put32(std::string& out, std::uint32_t value)
{
    put16(out, static_cast<std::uint16_t>(value >> 16U));
    put16(out, static_cast<std::uint16_t>(value & 0xffffU));
}

/// 48 bits of seconds since 1970.
void put_time(std::string& out, Time time)
{
    const auto seconds = static_cast<std::uint64_t>(to_millis(time) / 1000);
    put16(out, static_cast<std::uint16_t>(seconds >> 32U));
    put32(out, static_cast<std::uint32_t>(seconds & 0xffffffffU));
}

/// Lower case, without compression: the canonical form that a MAC covers (RFC 4034 section 6.2).
std::optional<std::string> encode_name(std::string_view name)
{
    std::string out;
    for (const auto& label : split(to_lower(name), '.')) {
        if (label.empty() || label.size() > 63) {
            return std::nullopt;
        }
        out += static_cast<char>(label.size());
        out += label;
    }
    out += '\0';
    return out.size() <= 255 ? std::optional(out) : std::nullopt;
}

std::string algorithm_name(Digest digest)
{
    return digest == Digest::Sha512 ? "hmac-sha512" : digest == Digest::Sha384 ? "hmac-sha384" : "hmac-sha256";
}

/// What goes into the MAC beside the message (RFC 8945 section 4.3.3). `error` and `other` are those of the TSIG
/// record.
std::string variables(const std::string& key_name, const std::string& algorithm, std::string_view time_and_fudge,
                      std::string_view error_and_other)
{
    std::string out = key_name;
    put16(out, kAny);
    put32(out, 0);
    out += algorithm;
    out += time_and_fudge;
    out += error_and_other;
    return out;
}

/// A record without its owner's name.
std::string record(std::uint16_t type, std::uint16_t klass, std::uint32_t ttl, const std::string& data)
{
    std::string out;
    put16(out, type);
    put16(out, klass);
    put32(out, ttl);
    put16(out, static_cast<std::uint16_t>(data.size()));
    return out + data;
}

/// Reads a message from left to right; after a fault everything is a fault.
class Cursor {
public:
    explicit Cursor(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}

    std::size_t at() const { return at_; }

    bool good() const { return good_; }

    std::string_view take(std::size_t count)
    {
        if (!good_ || count > bytes_.size() - at_) {
            good_ = false;
            return {};
        }
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }

    std::uint16_t take16()
    {
        const auto two = take(2);
        return good_ ? static_cast<std::uint16_t>((static_cast<unsigned char>(two[0]) << 8U) |
                                                  static_cast<unsigned char>(two[1]))
                     : std::uint16_t{0};
    }

    /// A name whose labels are here; one that points elsewhere is skipped and comes back empty.
    std::string name()
    {
        std::string out;
        for (;;) {
            const auto length = take(1);
            if (!good_) {
                return {};
            }
            const auto size = static_cast<unsigned char>(length[0]);
            if ((size & 0xc0U) == 0xc0U) {
                take(1);
                return {};
            }
            if (size > 63) {
                good_ = false;
                return {};
            }
            out += length;
            out += take(size);
            if (size == 0) {
                return to_lower(out);
            }
        }
    }

private:
    std::string_view bytes_;
    std::size_t at_;
    bool good_ = true;
};

/// The TSIG record at the end of a message (RFC 8945 section 4.2).
struct Tsig {
    std::size_t begins = 0;
    std::string key_name{};
    std::string algorithm{};
    std::string time_and_fudge{};
    std::string mac{};
    std::uint16_t original_id = 0;
    std::string error_and_other{};
};

std::optional<Tsig> find_tsig(std::string_view message)
{
    Cursor header(message, 4);
    const std::array counts{header.take16(), header.take16(), header.take16(), header.take16()};
    if (!header.good() || counts[3] == 0) {
        return std::nullopt;
    }
    Cursor in(message, kHeader);
    for (int i = 0; i < counts[0]; ++i) {
        in.name();
        in.take(4);
    }
    const int records = counts[1] + counts[2] + counts[3];
    for (int i = 1; i < records; ++i) {
        in.name();
        in.take(8);
        in.take(in.take16());
    }
    Tsig found{.begins = in.at(), .key_name = in.name()};
    const bool is_tsig = in.take16() == kTsig;
    in.take(6);
    in.take16(); // the length of what follows
    found.algorithm = in.name();
    found.time_and_fudge = in.take(8);
    found.mac = in.take(in.take16());
    found.original_id = in.take16();
    const auto error = in.take(2);
    const auto other_at = in.at();
    in.take(in.take16());
    found.error_and_other = std::string(error) + std::string(message.substr(other_at, in.at() - other_at));
    return is_tsig && in.good() && in.at() == message.size() ? std::optional(found) : std::nullopt;
}

/// Whether the answer carries the key's signature over it and over what was asked (RFC 8945 section 5.3).
bool is_signed(std::string_view answer, const SignedUpdate& sent, const TsigKey& key, Time now)
{
    const auto tsig = find_tsig(answer);
    if (!tsig || tsig->key_name != encode_name(key.name) ||
        tsig->algorithm != encode_name(algorithm_name(key.digest))) {
        return false;
    }
    std::string signed_text;
    put16(signed_text, static_cast<std::uint16_t>(sent.mac.size()));
    signed_text += sent.mac;
    std::string message(answer.substr(0, tsig->begins));
    message[0] = static_cast<char>(tsig->original_id >> 8U);
    message[1] = static_cast<char>(tsig->original_id & 0xffU);
    const auto additional = Cursor(answer, 10).take16();
    message[10] = static_cast<char>((additional - 1) >> 8U);
    message[11] = static_cast<char>((additional - 1) & 0xff);
    signed_text += message + variables(tsig->key_name, tsig->algorithm, tsig->time_and_fudge, tsig->error_and_other);
    Cursor times(tsig->time_and_fudge, 0);
    const auto high = times.take16();
    const auto middle = times.take16();
    const auto low = times.take16();
    const auto seconds = (static_cast<long long>(high) << 32U) | (static_cast<long long>(middle) << 16U) | low;
    return std::abs(seconds - to_millis(now) / 1000) <= kFudge &&
           equal_constant_time(tsig->mac, pki::hmac(key.digest, key.secret.reveal(), signed_text));
}

} // namespace

std::optional<SignedUpdate> encode_update(const DnsUpdate& update, const TsigKey& key, Time now)
{
    const auto zone = encode_name(update.zone);
    const auto name = encode_name(update.name);
    const auto key_name = encode_name(key.name);
    const auto algorithm = encode_name(algorithm_name(key.digest));
    if (!zone || !name || !key_name || !algorithm || update.value.size() > 255) {
        return std::nullopt;
    }
    SignedUpdate out;
    auto& message = out.message;
    put16(message, update.id);
    put16(message, kUpdateFlags);
    for (const int count : {1, 0, 1, 0}) { // zone, prerequisites, updates, additional
        put16(message, static_cast<std::uint16_t>(count));
    }
    message += *zone;
    put16(message, kSoa);
    put16(message, kIn);
    const auto text = static_cast<char>(update.value.size()) + update.value;
    // Section 2.5: class IN adds, class NONE with TTL 0 removes the record of that very content.
    message += *name + record(kTxt, update.remove ? kNone : kIn, update.remove ? 0 : kTtl, text);

    std::string time_and_fudge;
    put_time(time_and_fudge, now);
    put16(time_and_fudge, kFudge);
    const std::string no_error(4, '\0'); // error, and the length of other data
    out.mac = pki::hmac(key.digest, key.secret.reveal(),
                        message + variables(*key_name, *algorithm, time_and_fudge, no_error));
    std::string data = *algorithm + time_and_fudge;
    put16(data, static_cast<std::uint16_t>(out.mac.size()));
    data += out.mac;
    put16(data, update.id);
    data += no_error;
    message += *key_name + record(kTsig, kAny, 0, data);
    message[11] = 1; // one additional record
    return out;
}

std::optional<int> read_answer(std::string_view answer, const DnsUpdate& update, const SignedUpdate& sent,
                               const TsigKey& key, Time now)
{
    Cursor in(answer, 0);
    const auto id = in.take16();
    const auto flags = in.take16();
    in.take(8);
    const bool is_response = (flags & 0x8000U) != 0 && (flags & 0x7800U) == kUpdateFlags;
    if (!in.good() || id != update.id || !is_response) {
        return std::nullopt;
    }
    const int rcode = flags & 0xf;
    if (rcode == 0 && !is_signed(answer, sent, key, now)) {
        return std::nullopt;
    }
    return rcode;
}

std::string_view rcode_name(int rcode)
{
    constexpr std::array<std::string_view, 11> kNames{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                      "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                      "NXRRSET", "NOTAUTH", "NOTZONE"};
    return rcode >= 0 && static_cast<std::size_t>(rcode) < kNames.size() ? kNames.at(static_cast<std::size_t>(rcode))
                                                                         : "an unknown RCODE";
}

} // namespace chancery::issuance::providers::acme_ca
