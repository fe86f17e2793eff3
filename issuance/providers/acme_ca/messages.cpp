#include "issuance/providers/acme_ca/messages.hpp"

#include "core/encoding.hpp"
#include "issuance/providers/answers.hpp"
#include "pki/certificate.hpp"

namespace chancery::issuance::providers::acme_ca {

OrderAnswer read_order_answer(const OutboundResponse& response, Time now)
{
    json::Reader in(response.body);
    return {.status = in.optional_string("status").value_or(""),
            .authorizations = in.optional_strings("authorizations").value_or(std::vector<std::string>()),
            .finalize = in.optional_string("finalize").value_or(""),
            .certificate = in.optional_string("certificate").value_or(""),
            .error = in.is_object("error") ? problem_words(in.raw("error").value_or("{}")) : "",
            .retry_after = retry_after(response, now).value_or(kSoon)};
}

std::string cert_id_of(const std::string& der)
{
    const auto certificate = pki::parse_certificate(der);
    const auto key_id = certificate ? from_hex(certificate->authority_key_id) : std::nullopt;
    auto serial = certificate ? from_hex(certificate->serial_number) : std::nullopt;
    if (!key_id || key_id->empty() || !serial || serial->empty()) {
        return {};
    }
    if ((static_cast<unsigned char>(serial->front()) & 0x80U) != 0) {
        serial->insert(serial->begin(), '\0');
    }
    return to_base64url(*key_id) + '.' + to_base64url(*serial);
}

std::string new_order_payload(const Wanted& wanted, const std::string& replaces)
{
    json::Writer out;
    out.begin_object().begin_array("identifiers");
    for (const auto& name : wanted.names) {
        out.begin_object().member("type", name_of(name.type)).member("value", name.value).end_object();
    }
    out.end_array();
    if (!replaces.empty()) {
        out.member("replaces", replaces);
    }
    return out.end_object().take();
}

std::string error_of_authorization(json::Reader& authorization)
{
    for (auto& challenge : authorization.optional_objects("challenges").value_or(std::vector<json::Reader>())) {
        if (challenge.is_object("error")) {
            return problem_words(challenge.raw("error").value_or("{}"));
        }
    }
    return "no reason is given";
}

} // namespace chancery::issuance::providers::acme_ca
