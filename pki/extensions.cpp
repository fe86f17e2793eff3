#include "pki/extensions.hpp"

#include "pki/names.hpp"
#include "pki/oids.hpp"
#include "pki/openssl_ptr.hpp"

#include <algorithm>
#include <utility>

namespace chancery::pki {

namespace {

constexpr std::pair<ExtendedKeyUsage, std::string_view> kPurposes[] = {
    {ExtendedKeyUsage::ServerAuth, "\x2b\x06\x01\x05\x05\x07\x03\x01"},
    {ExtendedKeyUsage::ClientAuth, "\x2b\x06\x01\x05\x05\x07\x03\x02"},
    {ExtendedKeyUsage::CodeSigning, "\x2b\x06\x01\x05\x05\x07\x03\x03"},
    {ExtendedKeyUsage::EmailProtection, "\x2b\x06\x01\x05\x05\x07\x03\x04"},
    {ExtendedKeyUsage::TimeStamping, "\x2b\x06\x01\x05\x05\x07\x03\x08"},
    {ExtendedKeyUsage::OcspSigning, "\x2b\x06\x01\x05\x05\x07\x03\x09"}};

std::optional<Extension> read_extension(const der::Element& element)
{
    der::Reader in(element.content);
    const auto oid = in.next(der::kOid);
    bool critical = false;
    if (in.at(der::kBoolean)) {
        const auto flag = in.next(der::kBoolean);
        const auto value = flag ? der::boolean(*flag) : std::nullopt;
        // DER leaves out what is the default.
        if (!value || !*value) {
            return std::nullopt;
        }
        critical = true;
    }
    const auto value = in.next(der::kOctetString);
    if (element.tag != der::kSequence || !oid || !value || !in.done()) {
        return std::nullopt;
    }
    return Extension{.oid = oid->content, .critical = critical, .value = value->content};
}

std::string require_ia5(const std::string& text)
{
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (!std::ranges::all_of(text, is_ascii)) {
        throw OpensslError("a name of this type must be ASCII");
    }
    return text;
}

std::string encode_general_name(const Name& name)
{
    switch (name.type) {
        case NameType::Dns:
            return der::wrap(kDnsName, require_ia5(name.value));
        case NameType::Email:
            return der::wrap(kEmailName, require_ia5(name.value));
        case NameType::Uri:
            return der::wrap(kUriName, require_ia5(name.value));
        case NameType::Ip:
            break;
    }
    const auto bytes = ip_bytes(name.value);
    if (bytes.empty()) {
        throw OpensslError("an IP address is malformed");
    }
    return der::wrap(kIpName, bytes);
}

/// DistributionPointName with one URL as its full name.
std::string full_name(const std::string& url)
{
    return der::wrap(der::context_constructed(0),
                     der::wrap(der::context_constructed(0), encode_general_name({NameType::Uri, url})));
}

/// URLs of one DistributionPoint; false when it is malformed.
bool collect_full_names(const der::Element& point, std::vector<std::string>& urls)
{
    der::Reader in(point.content);
    const auto name = in.next(der::context_constructed(0));
    if (!name) {
        return point.tag == der::kSequence;
    }
    der::Reader inner(name->content);
    const auto full = inner.next(der::context_constructed(0));
    der::Reader names(full ? full->content : std::string_view());
    while (!names.done()) {
        const auto element = names.next();
        if (!element) {
            return false;
        }
        if (element->tag == kUriName) {
            urls.emplace_back(element->content);
        }
    }
    return point.tag == der::kSequence;
}

} // namespace

std::optional<std::vector<Extension>> read_extensions(std::string_view content)
{
    std::vector<Extension> extensions;
    for (der::Reader in(content); !in.done();) {
        const auto element = in.next();
        const auto extension = element ? read_extension(*element) : std::nullopt;
        if (!extension) {
            return std::nullopt;
        }
        extensions.push_back(*extension);
    }
    return extensions;
}

const Extension* find_extension(const std::vector<Extension>& extensions, std::string_view oid)
{
    const auto found = std::ranges::find(extensions, oid, &Extension::oid);
    return found == extensions.end() ? nullptr : &*found;
}

std::string encode_extension(std::string_view oid, bool critical, std::string_view value)
{
    static constexpr std::string_view kTrue("\x01\x01\xff", 3);
    return der::wrap(der::kSequence,
                     {der::oid(oid), critical ? kTrue : std::string_view(), der::wrap(der::kOctetString, value)});
}

std::string encode_general_names(const std::vector<Name>& names)
{
    std::string elements;
    for (const auto& name : names) {
        elements += encode_general_name(name);
    }
    return der::wrap(der::kSequence, elements);
}

std::optional<std::vector<der::Element>> read_general_names(std::string_view value)
{
    const auto outer = der::only(value, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    std::vector<der::Element> names;
    for (der::Reader in(outer->content); !in.done();) {
        const auto element = in.next();
        if (!element || (element->tag & 0xc0) != 0x80) {
            return std::nullopt;
        }
        names.push_back(*element);
    }
    return names;
}

std::string_view foreign_name_kind(unsigned char tag)
{
    switch (tag & 0x1f) {
        case 0:
            return "otherName";
        case 3:
            return "x400Address";
        case 4:
            return "directoryName";
        case 5:
            return "ediPartyName";
        case 8:
            return "registeredID";
        default:
            return {};
    }
}

std::optional<Name> name_of(const der::Element& general_name)
{
    switch (general_name.tag) {
        case kDnsName:
            return Name{NameType::Dns, std::string(general_name.content)};
        case kEmailName:
            return Name{NameType::Email, std::string(general_name.content)};
        case kUriName:
            return Name{NameType::Uri, std::string(general_name.content)};
        case kIpName:
            break;
        default:
            return std::nullopt;
    }
    auto text = ip_text(general_name.content);
    return text.empty() ? std::nullopt : std::optional(Name{NameType::Ip, std::move(text)});
}

// A named bit list: bit 0 is the top bit of the first octet, and trailing zero bits are cut off (X.690 11.2.2).
std::string encode_key_usage(const std::vector<KeyUsage>& usages)
{
    unsigned bits = 0;
    int last = 0;
    for (const auto usage : usages) {
        bits |= 0x8000U >> static_cast<int>(usage);
        last = std::max(last, static_cast<int>(usage));
    }
    const bool two = last >= 8;
    const char content[] = {static_cast<char>(two ? 15 - last : 7 - last), static_cast<char>(bits >> 8),
                            static_cast<char>(bits)};
    return der::wrap(der::kBitString, std::string_view(content, two ? 3 : 2));
}

std::optional<std::vector<KeyUsage>> read_key_usage(std::string_view value)
{
    const auto element = der::only(value, der::kBitString);
    if (!element || element->content.size() < 2 || element->content.size() > 3 || element->content[0] < 0 ||
        element->content[0] > 7) {
        return std::nullopt;
    }
    unsigned bits = static_cast<unsigned>(static_cast<unsigned char>(element->content[1])) << 8;
    if (element->content.size() == 3) {
        bits |= static_cast<unsigned char>(element->content[2]);
    }
    std::vector<KeyUsage> usages;
    for (const auto& [usage, name] : EnumNames<KeyUsage>::table) {
        if ((bits & (0x8000U >> static_cast<int>(usage))) != 0) {
            usages.push_back(usage);
        }
    }
    return usages;
}

std::string encode_extended_key_usage(const std::vector<ExtendedKeyUsage>& usages)
{
    std::string elements;
    for (const auto usage : usages) {
        for (const auto& [known, oid] : kPurposes) {
            if (known == usage) {
                elements += der::oid(oid);
            }
        }
    }
    return der::wrap(der::kSequence, elements);
}

std::optional<std::vector<std::string_view>> read_extended_key_usage(std::string_view value)
{
    const auto outer = der::only(value, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    std::vector<std::string_view> purposes;
    for (der::Reader in(outer->content); !in.done();) {
        const auto oid = in.next(der::kOid);
        if (!oid) {
            return std::nullopt;
        }
        purposes.push_back(oid->content);
    }
    return purposes;
}

std::optional<ExtendedKeyUsage> extended_key_usage_of(std::string_view oid)
{
    for (const auto& [usage, known] : kPurposes) {
        if (known == oid) {
            return usage;
        }
    }
    return std::nullopt;
}

std::string encode_basic_constraints(const BasicConstraints& constraints)
{
    static constexpr std::string_view kTrue("\x01\x01\xff", 3);
    const auto length = constraints.path_length && constraints.is_ca
                            ? der::integer(static_cast<long long>(*constraints.path_length))
                            : std::string();
    return der::wrap(der::kSequence, {constraints.is_ca ? kTrue : std::string_view(), length});
}

std::optional<BasicConstraints> read_basic_constraints(std::string_view value)
{
    const auto outer = der::only(value, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    BasicConstraints constraints;
    der::Reader in(outer->content);
    if (in.at(der::kBoolean)) {
        const auto flag = in.next(der::kBoolean);
        const auto is_ca = flag ? der::boolean(*flag) : std::nullopt;
        if (!is_ca) {
            return std::nullopt;
        }
        constraints.is_ca = *is_ca;
    }
    if (in.at(der::kInteger)) {
        const auto number = in.next(der::kInteger);
        const auto length = number ? der::unsigned_integer(*number) : std::nullopt;
        if (!length || length->size() != 1) {
            return std::nullopt;
        }
        constraints.path_length = static_cast<unsigned char>(length->front());
    }
    return in.done() ? std::optional(constraints) : std::nullopt;
}

std::string encode_authority_key_identifier(std::string_view key_identifier)
{
    return der::wrap(der::kSequence, der::wrap(der::context(0), key_identifier));
}

std::optional<std::string_view> read_authority_key_identifier(std::string_view value)
{
    const auto outer = der::only(value, der::kSequence);
    der::Reader in(outer ? outer->content : std::string_view());
    const auto identifier = in.next(der::context(0));
    return identifier ? std::optional(identifier->content) : std::nullopt;
}

std::string encode_crl_distribution_points(const std::vector<std::string>& urls)
{
    std::string points;
    for (const auto& url : urls) {
        points += der::wrap(der::kSequence, full_name(url));
    }
    return der::wrap(der::kSequence, points);
}

std::optional<std::vector<std::string>> read_crl_distribution_points(std::string_view value)
{
    const auto outer = der::only(value, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    std::vector<std::string> urls;
    for (der::Reader in(outer->content); !in.done();) {
        const auto point = in.next();
        if (!point || !collect_full_names(*point, urls)) {
            return std::nullopt;
        }
    }
    return urls;
}

std::string encode_authority_access(const AuthorityAccess& access)
{
    std::string descriptions;
    const auto add = [&](std::string_view method, const std::vector<std::string>& urls) {
        for (const auto& url : urls) {
            descriptions += der::wrap(der::kSequence, {der::oid(method), encode_general_name({NameType::Uri, url})});
        }
    };
    add(oids::kOcsp, access.ocsp);
    add(oids::kCaIssuers, access.ca_issuers);
    return der::wrap(der::kSequence, descriptions);
}

std::optional<AuthorityAccess> read_authority_access(std::string_view value)
{
    const auto outer = der::only(value, der::kSequence);
    if (!outer) {
        return std::nullopt;
    }
    AuthorityAccess access;
    for (der::Reader in(outer->content); !in.done();) {
        const auto description = in.next(der::kSequence);
        if (!description) {
            return std::nullopt;
        }
        der::Reader inner(description->content);
        const auto method = inner.next(der::kOid);
        const auto location = inner.next();
        if (!method || !location || !inner.done()) {
            return std::nullopt;
        }
        if (location->tag == kUriName && method->content == oids::kCaIssuers) {
            access.ca_issuers.emplace_back(location->content);
        } else if (location->tag == kUriName && method->content == oids::kOcsp) {
            access.ocsp.emplace_back(location->content);
        }
    }
    return access;
}

} // namespace chancery::pki
