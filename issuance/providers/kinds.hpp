#pragma once

#include "core/model/provider.hpp"
#include "core/model/x509.hpp"
#include "core/secret.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which kinds of provider there are, what each is configured with and what it can do: one table.
namespace chancery::issuance::providers {

enum class FieldForm {
    Text,
    Url,          ///< https
    Number,       ///< within `least` and `most`
    Certificates, ///< one PEM certificate or more
    PrivateKey,   ///< PEM, not encrypted
    Choice,       ///< one of `choices`
    Base64,
    HostAndPort ///< "192.0.2.53:53", "ns1.example.com", "[2001:db8::53]:53"
};

struct Field {
    std::string_view name;
    FieldForm form = FieldForm::Text;
    bool required = false;
    bool secret = false;
    long long least = 0;
    long long most = 0;
    std::string_view choices{}; ///< separated by spaces
    std::string_view sent_to{}; ///< of a secret that is shown to a server: the field with that server's URL
};

struct Capabilities {
    bool issue_from_csr = true;
    bool revoke = false;
    bool renew = false;
    bool wildcard = true;
    bool asynchronous = false;
    bool sets_validity = false; ///< the CA decides how long its certificates live, not the request
    std::vector<NameType> name_types{NameType::Dns};
    std::vector<KeyAlgorithm> key_algorithms{};
};

using Secrets = std::map<std::string, Secret, std::less<>>;

std::span<const Field> fields_of(ProviderKind kind);
Capabilities capabilities_of(const Provider& provider);
/// How many days the provider's certificates live when the request does not say, and for CAs that decide it themselves;
/// 0: the platform's default.
int validity_days_of(const Provider& provider);

} // namespace chancery::issuance::providers
