#include "pki/names.hpp"

#include "core/text.hpp"

#include <idn2.h>
#include <libpsl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <memory>
#include <utility>

namespace chancery::pki {

namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxLocalPart = 64;

struct IdnFree {
    void operator()(char* text) const { idn2_free(text); }
};

using IdnText = std::unique_ptr<char, IdnFree>;

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c);
}

std::unexpected<Problem> bad_name(std::string_view name, std::string_view why)
{
    return refuse(Code::BadRequest, "'" + std::string(name) + "' " + std::string(why));
}

/// IDNA 2008 with the UTS #46 mapping (case, width), as browsers do it.
std::optional<std::string> to_a_labels(const std::string& text)
{
    char* raw = nullptr;
    const int done =
        idn2_to_ascii_8z(text.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
    const IdnText owned(raw);
    return done == IDN2_OK ? std::optional<std::string>(raw) : std::nullopt;
}

/// Whether an "xn--" label is what its own Unicode form turns into: Punycode that decodes, and of allowed letters.
bool is_valid_a_label(const std::string& label)
{
    char* raw = nullptr;
    const int decoded = idn2_to_unicode_8z8z(label.c_str(), &raw, 0);
    const IdnText unicode(raw);
    if (decoded != IDN2_OK || is_ascii(raw)) {
        return false;
    }
    raw = nullptr;
    const int encoded = idn2_to_ascii_8z(unicode.get(), &raw, IDN2_NFC_INPUT);
    const IdnText again(raw);
    return encoded == IDN2_OK && label == again.get();
}

/// What is wrong with a lower-case label; nothing when it is fine.
std::optional<std::string_view> label_fault(const std::string& label)
{
    if (label.empty()) {
        return "has an empty label";
    }
    if (label.size() > kMaxLabel) {
        return "has a label of more than 63 octets";
    }
    if (!std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; })) {
        return "has characters other than letters, digits and hyphens";
    }
    if (label.front() == '-' || label.back() == '-') {
        return "has a label that begins or ends with a hyphen";
    }
    if (label.starts_with("xn--") && !is_valid_a_label(label)) {
        return "has a label that is not a valid internationalised one";
    }
    return std::nullopt;
}

std::optional<std::string_view> labels_fault(const std::vector<std::string>& labels, bool wildcard,
                                             bool allow_single_label)
{
    for (const auto& label : labels) {
        if (const auto fault = label_fault(label)) {
            return fault;
        }
    }
    if (std::ranges::all_of(labels.back(), is_digit)) {
        return "looks like an IP address, not a DNS name";
    }
    if (labels.size() == 1 && (wildcard || !allow_single_label)) {
        return "must have at least two labels";
    }
    return std::nullopt;
}

struct Address {
    int family = 0;
    std::string bytes{};
};

std::optional<Address> parse_address(std::string_view text)
{
    const std::string copy(text);
    unsigned char bytes[16];
    if (copy.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    if (::inet_pton(AF_INET, copy.c_str(), bytes) == 1) {
        return Address{AF_INET, std::string(reinterpret_cast<const char*>(bytes), 4)};
    }
    if (::inet_pton(AF_INET6, copy.c_str(), bytes) == 1) {
        return Address{AF_INET6, std::string(reinterpret_cast<const char*>(bytes), 16)};
    }
    return std::nullopt;
}

std::string address_text(const Address& address)
{
    char text[INET6_ADDRSTRLEN];
    return ::inet_ntop(address.family, address.bytes.data(), text, sizeof text);
}

struct Range {
    Address address{};
    unsigned prefix = 0;
};

std::optional<Range> parse_range(std::string_view text)
{
    const auto slash = text.find('/');
    auto address = parse_address(text.substr(0, slash));
    if (slash == std::string_view::npos || !address) {
        return std::nullopt;
    }
    const auto digits = text.substr(slash + 1);
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix > address->bytes.size() * 8) {
        return std::nullopt;
    }
    return Range{std::move(*address), prefix};
}

/// The address with everything after the first `prefix` bits zero.
std::string masked(std::string bytes, unsigned prefix)
{
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto first_bit = static_cast<unsigned>(8 * i);
        const unsigned kept = prefix <= first_bit ? 0 : std::min(8U, prefix - first_bit);
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) & (0xffU << (8 - kept)));
    }
    return bytes;
}

/// RFC 5321 dot-string: atoms of RFC 5322 characters; quoted local parts are refused, nobody needs them.
bool is_local_part(std::string_view text)
{
    constexpr std::string_view kSpecials = "!#$%&'*+-/=?^_`{|}~.";
    const auto allowed = [&](char c) {
        return is_letter_or_digit(c) || (c >= 'A' && c <= 'Z') || kSpecials.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= kMaxLocalPart && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, allowed);
}

Result<std::string> normalise_uri(const std::string& text)
{
    const auto colon = text.find(':');
    const auto scheme = to_lower(std::string_view(text).substr(0, colon == std::string::npos ? 0 : colon));
    const bool scheme_ok =
        !scheme.empty() && scheme.front() >= 'a' && scheme.front() <= 'z' &&
        std::ranges::all_of(scheme, [](char c) { return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.'; });
    if (!scheme_ok || colon + 1 == text.size()) {
        return bad_name(text, "is not a URI with a scheme");
    }
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; })) {
        return refuse(Code::BadRequest, "a URI has spaces, control characters or characters outside ASCII");
    }
    return scheme + text.substr(colon);
}

const psl_ctx_t* suffix_list()
{
    // Lives as long as the process. The distribution's file when it is newer than the list inside the library.
    static const psl_ctx_t* const list = psl_latest(nullptr);
    return list;
}

} // namespace

Result<std::string> normalise_dns_name(std::string_view text, bool allow_wildcard, bool allow_single_label)
{
    // Before any conversion, so that what takes time is bounded and what is quoted back is printable.
    if (text.empty() || text.size() > 4 * kMaxName) {
        return refuse(Code::BadRequest, text.empty() ? "a DNS name is empty" : "a DNS name is longer than 253 octets");
    }
    if (std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; })) {
        return refuse(Code::BadRequest, "a DNS name has control characters");
    }
    const bool wildcard = text.starts_with("*.");
    if (wildcard && !allow_wildcard) {
        return bad_name(text, "must not be a wildcard");
    }
    auto rest = std::string(wildcard ? text.substr(2) : text);
    if (rest.empty() || rest.ends_with('.')) {
        return bad_name(text, rest.empty() ? "is not a DNS name" : "ends with a dot");
    }
    if (rest.find('*') != std::string::npos) {
        return bad_name(text, "has a wildcard that is not the whole first label");
    }
    if (parse_address(rest)) {
        return bad_name(text, "is an IP address, not a DNS name");
    }
    if (!is_ascii(rest)) {
        auto converted = to_a_labels(rest);
        if (!converted) {
            return bad_name(text, "is not a valid internationalised name");
        }
        rest = std::move(*converted);
    }
    rest = to_lower(rest);
    if (const auto fault = labels_fault(split(rest, '.'), wildcard, allow_single_label)) {
        return bad_name(text, *fault);
    }
    auto name = wildcard ? "*." + rest : rest;
    if (name.size() > kMaxName) {
        return bad_name(text, "is longer than 253 octets");
    }
    return name;
}

Result<std::string> normalise_ip(std::string_view text)
{
    const auto address = parse_address(text);
    if (!address) {
        return refuse(Code::BadRequest, "an IP address is malformed");
    }
    return address_text(*address);
}

std::string ip_bytes(std::string_view text)
{
    auto address = parse_address(text);
    return address ? std::move(address->bytes) : std::string();
}

std::string ip_text(std::string_view bytes)
{
    const int family = bytes.size() == 4 ? AF_INET : bytes.size() == 16 ? AF_INET6 : 0;
    return family == 0 ? std::string() : address_text({family, std::string(bytes)});
}

bool ip_in_range(std::string_view ip, std::string_view cidr)
{
    const auto address = parse_address(ip);
    const auto range = parse_range(cidr);
    return address && range && address->family == range->address.family &&
           masked(address->bytes, range->prefix) == masked(range->address.bytes, range->prefix);
}

Result<std::string> normalise_cidr(std::string_view text)
{
    auto range = parse_range(text);
    if (!range) {
        return refuse(Code::BadRequest, "an address range must be written as address/prefix length");
    }
    range->address.bytes = masked(std::move(range->address.bytes), range->prefix);
    return address_text(range->address) + "/" + std::to_string(range->prefix);
}

Result<std::string> normalise_email(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || !is_local_part(text.substr(0, at))) {
        return refuse(Code::BadRequest, "an e-mail address is malformed");
    }
    CHANCERY_TRY(domain, normalise_dns_name(text.substr(at + 1), false));
    return std::string(text.substr(0, at)) + "@" + domain;
}

Result<Name> normalise_name(const Name& name)
{
    auto value = name.type == NameType::Dns     ? normalise_dns_name(name.value)
                 : name.type == NameType::Ip    ? normalise_ip(name.value)
                 : name.type == NameType::Email ? normalise_email(name.value)
                                                : normalise_uri(name.value);
    if (!value) {
        return std::unexpected(std::move(value).error());
    }
    return Name{name.type, std::move(*value)};
}

bool is_public_suffix(std::string_view name)
{
    const std::string copy(name);
    // Without the implicit rule "*", by which every unknown word would be one: private zones such as "internal".
    return psl_is_public_suffix2(suffix_list(), copy.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}

} // namespace chancery::pki
