#pragma once

#include "core/clock.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// DER (X.690) in and out, no more of it than certificates need. OpenSSL's own decoders import every key they meet,
/// which costs more than all the rest of an issuance; these touch bytes only.
namespace chancery::pki::der {

inline constexpr unsigned char kBoolean = 0x01;
inline constexpr unsigned char kInteger = 0x02;
inline constexpr unsigned char kBitString = 0x03;
inline constexpr unsigned char kOctetString = 0x04;
inline constexpr unsigned char kNull = 0x05;
inline constexpr unsigned char kOid = 0x06;
inline constexpr unsigned char kEnumerated = 0x0a;
inline constexpr unsigned char kUtf8String = 0x0c;
inline constexpr unsigned char kPrintableString = 0x13;
inline constexpr unsigned char kIa5String = 0x16;
inline constexpr unsigned char kUtcTime = 0x17;
inline constexpr unsigned char kGeneralizedTime = 0x18;
inline constexpr unsigned char kSequence = 0x30;
inline constexpr unsigned char kSet = 0x31;

/// [n] with a primitive value inside.
constexpr unsigned char context(int number)
{
    return static_cast<unsigned char>(0x80 + number);
}

/// [n] with elements inside.
constexpr unsigned char context_constructed(int number)
{
    return static_cast<unsigned char>(0xa0 + number);
}

struct Element {
    unsigned char tag = 0;
    std::string_view content{};
    std::string_view whole{}; ///< with tag and length
};

/// Walks over the elements of one content. Lengths must be definite and minimal; tags must fit one octet.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    /// Nothing at the end, and from the first malformed element on.
    std::optional<Element> next();
    /// The next element, which must have this tag; nothing otherwise, and then nothing is consumed.
    std::optional<Element> next(unsigned char tag);

    bool at(unsigned char tag) const { return !rest_.empty() && static_cast<unsigned char>(rest_.front()) == tag; }

    /// Whether all bytes were consumed, and all were well-formed.
    bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// The one element with this tag that `bytes` is, without trailing bytes.
std::optional<Element> only(std::string_view bytes, unsigned char tag);

/// The INTEGER's magnitude, big-endian, without sign octet; nothing when it is negative or not minimal.
std::optional<std::string_view> unsigned_integer(const Element& element);
/// BOOLEAN in its only two DER forms.
std::optional<bool> boolean(const Element& element);
/// The octets of a BIT STRING without unused bits.
std::optional<std::string_view> octets_of_bits(const Element& element);
/// UTCTime or GeneralizedTime in the one form each that RFC 5280 section 4.1.2.5 allows (seconds, "Z").
std::optional<Time> time(const Element& element);

std::string wrap(unsigned char tag, std::string_view content);
std::string wrap(unsigned char tag, std::initializer_list<std::string_view> parts);
/// INTEGER from a big-endian magnitude.
std::string integer(std::string_view magnitude);
std::string integer(long long not_negative);
/// OBJECT IDENTIFIER from its encoded content (pki/oids.hpp).
std::string oid(std::string_view content);
/// BIT STRING without unused bits.
std::string bit_string(std::string_view octets);
/// UTCTime before 2050, GeneralizedTime from then on; fractions of a second are cut off.
std::string time(Time when);

/// "2.5.29.17" for the encoded content of an OBJECT IDENTIFIER.
std::string dotted(std::string_view oid_content);

} // namespace chancery::pki::der
