#include "issuance/providers/kinds.hpp"

#include "core/json.hpp"

namespace chancery::issuance::providers {
namespace {

constexpr Field kValidity{.name = "validity_days", .form = FieldForm::Number, .least = 1, .most = 3650};
/// What the TLS certificate of the CA's service chains to, and what its certificates chain to.
constexpr Field kTlsAnchors{.name = "tls_trust_anchors", .form = FieldForm::Certificates};
constexpr Field kAnchors{.name = "trust_anchors", .form = FieldForm::Certificates};

constexpr Field kAcme[] = {
    {.name = "directory_url", .form = FieldForm::Url, .required = true},
    {.name = "account_email"},
    {.name = "eab_kid"},
    {.name = "eab_hmac_key", .secret = true},
    {.name = "solver", .form = FieldForm::Choice, .choices = "http-01 dns-01-rfc2136 dns-01-webhook"},
    {.name = "dns_server", .form = FieldForm::HostAndPort},
    {.name = "dns_zone"},
    {.name = "tsig_key_name"},
    {.name = "tsig_algorithm", .form = FieldForm::Choice, .choices = "hmac-sha256 hmac-sha384 hmac-sha512"},
    {.name = "tsig_secret", .form = FieldForm::Base64, .secret = true},
    {.name = "dns_wait_seconds", .form = FieldForm::Number, .least = 0, .most = 3600},
    {.name = "webhook_url", .form = FieldForm::Url},
    {.name = "webhook_secret", .secret = true, .sent_to = "webhook_url"},
    kTlsAnchors,
    kAnchors,
    kValidity};
constexpr Field kDigicert[] = {
    {.name = "api_key", .required = true, .secret = true, .sent_to = "url"},
    {.name = "organization_id", .form = FieldForm::Number, .required = true, .least = 1, .most = 9'999'999'999},
    {.name = "product"},
    {.name = "url", .form = FieldForm::Url},
    kTlsAnchors,
    kAnchors,
    kValidity};
constexpr Field kGlobalsign[] = {{.name = "api_key", .required = true, .secret = true, .sent_to = "url"},
                                 {.name = "api_secret", .required = true, .secret = true, .sent_to = "url"},
                                 {.name = "mtls_cert", .form = FieldForm::Certificates, .required = true},
                                 {.name = "mtls_key", .form = FieldForm::PrivateKey, .required = true, .secret = true},
                                 {.name = "region"},
                                 {.name = "account_id"},
                                 {.name = "url", .form = FieldForm::Url},
                                 kTlsAnchors,
                                 kAnchors,
                                 kValidity};
constexpr Field kEst[] = {{.name = "url", .form = FieldForm::Url, .required = true},
                          {.name = "username"},
                          {.name = "password", .secret = true, .sent_to = "url"},
                          {.name = "client_certificate", .form = FieldForm::Certificates},
                          {.name = "client_key", .form = FieldForm::PrivateKey, .secret = true},
                          kTlsAnchors,
                          kAnchors,
                          kValidity};
constexpr Field kManual[] = {{.name = "instructions"}, kAnchors, kValidity};

std::vector<KeyAlgorithm> all_but_ed25519()
{
    return {KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096,
            KeyAlgorithm::Ec256,   KeyAlgorithm::Ec384,   KeyAlgorithm::Ec521};
}

std::vector<KeyAlgorithm> all_algorithms()
{
    auto all = all_but_ed25519();
    all.push_back(KeyAlgorithm::Ed25519);
    return all;
}

} // namespace

std::span<const Field> fields_of(ProviderKind kind)
{
    switch (kind) {
        case ProviderKind::LocalPki:
            return {};
        case ProviderKind::Acme:
            return kAcme;
        case ProviderKind::Digicert:
            return kDigicert;
        case ProviderKind::Globalsign:
            return kGlobalsign;
        case ProviderKind::Est:
            return kEst;
        case ProviderKind::Manual:
            return kManual;
    }
    return {};
}

Capabilities capabilities_of(const Provider& provider)
{
    const std::vector every{NameType::Dns, NameType::Ip, NameType::Email, NameType::Uri};
    switch (provider.kind) {
        case ProviderKind::LocalPki:
            return {.revoke = true, .renew = true, .name_types = every, .key_algorithms = all_algorithms()};
        case ProviderKind::Acme: {
            const auto solver = json::Reader(provider.configuration).optional_string("solver").value_or("http-01");
            return {.revoke = true,
                    .renew = true,
                    .wildcard = solver != "http-01", // RFC 8555 section 8.3: a wildcard is proved by DNS
                    .asynchronous = true,
                    .sets_validity = true,
                    .name_types =
                        solver == "http-01" ? std::vector{NameType::Dns, NameType::Ip} : std::vector{NameType::Dns},
                    .key_algorithms = all_but_ed25519()};
        }
        case ProviderKind::Digicert:
            return {.revoke = true,
                    .renew = true,
                    .asynchronous = true,
                    .name_types = {NameType::Dns},
                    .key_algorithms = {KeyAlgorithm::Rsa2048, KeyAlgorithm::Rsa3072, KeyAlgorithm::Rsa4096,
                                       KeyAlgorithm::Ec256, KeyAlgorithm::Ec384}};
        case ProviderKind::Globalsign:
            return {.revoke = true,
                    .renew = true,
                    .asynchronous = true,
                    .name_types = every,
                    .key_algorithms = all_but_ed25519()};
        case ProviderKind::Est:
            return {.renew = true,
                    .asynchronous = true,
                    .sets_validity = true,
                    .name_types = every,
                    .key_algorithms = all_algorithms()};
        case ProviderKind::Manual:
            return {.renew = true,
                    .asynchronous = true,
                    .sets_validity = true,
                    .name_types = every,
                    .key_algorithms = all_algorithms()};
    }
    return {};
}

int validity_days_of(const Provider& provider)
{
    return static_cast<int>(json::Reader(provider.configuration).optional_integer("validity_days").value_or(0));
}

} // namespace chancery::issuance::providers
