#include "issuance/providers/acme_ca/dns_update.hpp"
#include "issuance/providers/url.hpp"
#include "pki/certificate.hpp"
#include "pki/pkcs7.hpp"
#include "tests/fuzz/targets.hpp"

namespace chancery::fuzz {

using namespace issuance::providers;

void dns_answer(std::string_view input)
{
    const acme_ca::TsigKey key{.name = "update.example.com", .secret = Secret(std::string(32, 'k'))};
    const acme_ca::DnsUpdate update{.id = 0x1234, .zone = "example.com", .name = "a.example.com", .value = "v"};
    const auto now = from_millis(1'800'000'000'000);
    const auto sent = acme_ca::encode_update(update, key, now).value();
    const auto rcode = acme_ca::read_answer(input, update, sent, key, now);
    // Only the key's holder can sign success, and it is no part of any corpus.
    require(!rcode || *rcode != 0, "success is believed of nobody but the key's holder");
}

void pkcs7(std::string_view input)
{
    const auto certificates = pki::read_certs_only_pkcs7(input);
    for (const auto& der : certificates.value_or(std::vector<std::string>())) {
        (void)pki::parse_certificate(der);
    }
}

void provider_url(std::string_view input)
{
    const auto url = parse_url(input);
    if (!url) {
        return;
    }
    const auto host = url->host.find(':') == std::string::npos ? url->host : '[' + url->host + ']';
    const auto again = parse_url("https://" + host + ':' + std::to_string(url->port) + url->target);
    require(again && *again == *url, "an accepted URL stays as it is");
    (void)parse_redirect(input, *url);
}

} // namespace chancery::fuzz
