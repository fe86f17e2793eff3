#include "acme/validation/dns01.hpp"

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "pki/digest.hpp"

namespace chancery::acme {
namespace {

/// RFC 4648 section 6 in lower case; whole groups of five octets only, so nothing is padded.
std::string to_base32(std::string_view octets)
{
    constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string text;
    unsigned bits = 0;
    unsigned buffer = 0;
    for (const char c : octets) {
        buffer = buffer << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 5; bits -= 5) {
            text += kAlphabet[buffer >> (bits - 5) & 31U];
        }
    }
    return text;
}

http::Awaitable<ValidationResult> look_for_value(const ValidationTools& tools, std::string name,
                                                 std::string key_authorization)
{
    const auto deadline = std::chrono::steady_clock::now() + tools.settings.validation_timeout;
    const auto records = co_await tools.resolver.texts(name, deadline);
    if (!records) {
        co_return refuse(ErrorType::Dns, 400, name + ": " + records.error().detail);
    }
    const auto wanted = dns01_value(key_authorization);
    bool found = false;
    for (const auto& record : *records) {
        found = equal_constant_time(record, wanted) || found;
    }
    if (found) {
        co_return Proof();
    }
    co_return refuse(ErrorType::IncorrectResponse, 403,
                     records->empty() ? "there is no TXT record at " + name
                                      : "none of the TXT records at " + name + " has the expected value");
}

} // namespace

std::string dns01_value(std::string_view key_authorization)
{
    return to_base64url(pki::sha256(key_authorization));
}

std::string dns_account_label(std::string_view account_url)
{
    constexpr std::size_t kOctets = 10;
    return '_' + to_base32(pki::sha256(account_url).substr(0, kOctets));
}

http::Awaitable<ValidationResult> validate_dns01(const ValidationTools& tools, ValidationTask task)
{
    return look_for_value(tools, "_acme-challenge." + task.identifier.value, std::move(task.key_authorization));
}

http::Awaitable<ValidationResult> validate_dns_account01(const ValidationTools& tools, ValidationTask task)
{
    return look_for_value(tools, dns_account_label(task.account_url) + "._acme-challenge." + task.identifier.value,
                          std::move(task.key_authorization));
}

} // namespace chancery::acme
