#include "issuance/requests.hpp"

#include "core/encoding.hpp"
#include "issuance/domains.hpp"
#include "issuance/orders.hpp"
#include "pki/names.hpp"
#include "pki/pem.hpp"

#include <algorithm>
#include <limits>

namespace chancery::issuance {
namespace {

std::optional<std::string> unless_empty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

/// One of an enumeration's names, or a mistake at `member`.
template <class E> std::optional<E> read_enum(json::Reader& in, std::string_view member)
{
    const auto text = in.optional_string(member);
    if (!text) {
        return std::nullopt;
    }
    const auto value = from_name<E>(*text);
    if (!value) {
        in.reject(member, "enum", "must be one of " + all_names<E>());
    }
    return value;
}

template <class E> std::vector<E> read_enums(json::Reader& in, std::string_view member)
{
    std::vector<E> values;
    for (const auto& text : in.optional_strings(member).value_or(std::vector<std::string>())) {
        if (const auto value = from_name<E>(text)) {
            values.push_back(*value);
        } else {
            in.reject(member, "enum", "\"" + text + "\" is none of " + all_names<E>());
        }
    }
    return values;
}

std::optional<Time> read_time(json::Reader& in, std::string_view member)
{
    const auto text = in.optional_string(member);
    if (!text) {
        return std::nullopt;
    }
    const auto time = from_rfc3339(*text);
    if (!time) {
        in.reject(member, "format", "must be an RFC 3339 time, such as 2027-01-31T12:00:00Z");
    }
    return time;
}

void read_typed_name(json::Reader& element, std::vector<Name>& names)
{
    const auto type = read_enum<NameType>(element, "type");
    const auto value = element.string("value");
    if (!type) {
        if (!element.has("type")) {
            element.reject("type", "required", "must be one of " + all_names<NameType>());
        }
        return;
    }
    auto name = pki::normalise_name({*type, value});
    if (name) {
        names.push_back(std::move(*name));
    } else {
        element.reject("value", "name", name.error().detail);
    }
}

void read_plain_names(json::Reader& in, std::vector<Name>& names)
{
    for (const auto& text : in.strings("subject_alternative_names")) {
        if (auto name = name_from_text(text)) {
            names.push_back(std::move(*name));
        } else {
            in.reject("subject_alternative_names", "name", "\"" + text + "\" is no DNS name, IP address or mailbox");
        }
    }
}

/// [{"type": "dns", "value": "a.example"}, …], or plain texts: DNS names, IP addresses, mailboxes.
std::vector<Name> read_names(json::Reader& in)
{
    constexpr std::string_view kMember = "subject_alternative_names";
    std::vector<Name> names;
    const auto elements =
        in.is_array(kMember) ? json::parse_array(in.raw(kMember).value_or("[]")) : std::vector<std::string>();
    const auto plain = std::ranges::count_if(elements, [](const std::string& e) { return e.starts_with('"'); });
    if (plain > 0 && plain == std::ssize(elements)) {
        read_plain_names(in, names);
        return names;
    }
    if (plain > 0) {
        in.reject(kMember, "type", "must be objects or plain texts, not some of each");
        return names;
    }
    for (auto& element : in.optional_objects(kMember).value_or(std::vector<json::Reader>())) {
        read_typed_name(element, names);
    }
    return names;
}

std::vector<std::string> read_tags(json::Reader& in)
{
    auto tags = in.optional_strings("tags").value_or(std::vector<std::string>());
    if (auto mistake = mistake_in_tags(tags)) {
        in.reject("tags", "tags", std::move(*mistake));
    }
    return tags;
}

Subject read_subject(json::Reader& in)
{
    Subject subject;
    subject.common_name = in.optional_string("common_name").value_or("");
    if (auto object = in.optional_object("subject")) {
        subject.organization = object->optional_string("organization").value_or("");
        subject.organizational_unit = object->optional_string("organizational_unit").value_or("");
        subject.country = object->optional_string("country").value_or("");
        subject.state = object->optional_string("state").value_or("");
        subject.locality = object->optional_string("locality").value_or("");
    }
    if (!subject.common_name.empty() && !name_from_text(subject.common_name)) {
        in.reject("common_name", "name", "must be a DNS name, an IP address or a mailbox");
    }
    return subject;
}

std::optional<int> read_days(json::Reader& in)
{
    const auto days = in.optional_integer("validity_days");
    if (days && (*days < 1 || *days > std::numeric_limits<int>::max() / 86'400)) {
        in.reject("validity_days", "range", "must be at least 1 day, and within what the server allows");
        return std::nullopt;
    }
    return days ? std::optional(static_cast<int>(*days)) : std::nullopt;
}

/// Which pathway it is: with a CSR, or with a key that the platform makes. What is wrong inside a CSR is told as BadCsr
/// once the rest of the request is well-formed.
Result<void> read_key_or_csr(json::Reader& in, CertificateRequest& request)
{
    request.key_algorithm = read_enum<KeyAlgorithm>(in, "key_algorithm");
    const auto text = in.optional_string("csr");
    request.pathway = text ? Pathway::Csr : Pathway::Automated;
    if (!text) {
        return {};
    }
    if (request.key_algorithm) {
        in.reject("key_algorithm", "exclusive", "a CSR brings its own key");
    }
    // PEM, or the base64 of the DER without its frame.
    const auto der = from_base64(*text);
    CHANCERY_TRY(csr, pki::parse_csr(der ? *der : *text));
    request.csr = std::move(csr);
    return {};
}

} // namespace

Result<CertificateRequest> parse_request(Core& /*core*/, json::Reader& in)
{
    CertificateRequest request;
    request.original = in.text();
    request.subject = read_subject(in);
    request.names = read_names(in);
    const auto key = read_key_or_csr(in, request);
    request.digest = read_enum<Digest>(in, "digest");
    request.validity_days = read_days(in);
    request.not_before = read_time(in, "valid_from");
    request.not_after = read_time(in, "valid_to");
    request.key_usage = read_enums<KeyUsage>(in, "key_usage");
    request.extended_key_usage = read_enums<ExtendedKeyUsage>(in, "extended_key_usage");
    request.provider_id = in.optional_string("provider_id").value_or("");
    request.authority_id = in.optional_string("authority_id").value_or("");
    request.tags = read_tags(in);
    if (request.not_after && request.validity_days) {
        in.reject("validity_days", "exclusive", "give either validity_days or valid_to");
    }
    if (request.pathway == Pathway::Automated && request.subject.common_name.empty() && request.names.empty() &&
        in.parsed()) {
        in.reject("common_name", "required", "a common name or a subject alternative name is needed");
    }
    CHANCERY_CHECK(in.finish());
    CHANCERY_CHECK(key);
    return request;
}

Result<CertificateRequest> read_request(Core& core, const std::string& original, const std::string& changes)
{
    CHANCERY_TRY(merged, json::merge_patch(original, changes));
    json::Reader in(merged);
    return parse_request(core, in);
}

std::optional<std::string> mistake_in_tags(const std::vector<std::string>& tags)
{
    if (tags.size() > 32) {
        return "at most 32 tags";
    }
    for (const auto& tag : tags) {
        const bool control = std::ranges::any_of(tag, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
        if (tag.empty() || tag.size() > 64 || control) {
            return "a tag has 1 to 64 octets and no control characters";
        }
    }
    return std::nullopt;
}

std::string request_json(const CertificateRequest& request)
{
    json::Writer out;
    out.begin_object();
    if (!request.subject.common_name.empty()) {
        out.member("common_name", request.subject.common_name);
    }
    out.begin_array("subject_alternative_names");
    for (const auto& name : request.names) {
        out.begin_object().member("type", name_of(name.type)).member("value", name.value).end_object();
    }
    out.end_array();
    if (request.csr) {
        out.member("csr", pki::to_pem(request.csr->der, "CERTIFICATE REQUEST"));
    } else if (request.key_algorithm) {
        out.member("key_algorithm", name_of(*request.key_algorithm));
    }
    out.member_if("validity_days", request.validity_days);
    if (request.not_before) {
        out.member("valid_from", to_rfc3339(*request.not_before));
    }
    if (request.not_after) {
        out.member("valid_to", to_rfc3339(*request.not_after));
    }
    if (!request.authority_id.empty()) {
        out.member("authority_id", request.authority_id);
    }
    if (!request.tags.empty()) {
        out.member("tags", request.tags);
    }
    return out.end_object().take();
}

Order order_of(const CertificateRequest& request, const Caller& caller, const std::string& id, Time now)
{
    const auto& account = request.acme_account_id.empty() ? caller.acme_account_id : request.acme_account_id;
    return Order{.id = id,
                 .kind = request.kind,
                 .pathway = request.pathway,
                 .status = OrderStatus::Pending,
                 .requested_by = caller.actor,
                 .request = request.original == "{}" ? request_json(request) : request.original,
                 .resubmission_of = unless_empty(request.resubmission_of),
                 .renews_certificate = unless_empty(request.renews_certificate),
                 .acme_account_id = unless_empty(account),
                 .submitted_at = now};
}

void set_owner(Order& order, const std::optional<Actor>& owner)
{
    if (owner && (owner->type != order.requested_by.type || owner->id != order.requested_by.id)) {
        order.belongs_to_type = std::string(name_of(owner->type));
        order.belongs_to_id = owner->id;
    }
}

} // namespace chancery::issuance
