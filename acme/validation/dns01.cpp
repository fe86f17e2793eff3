#include "acme/validation/dns01.hpp"

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "pki/digest.hpp"

namespace chancery::acme {

std::string dns01_value(std::string_view key_authorization)
{
    return to_base64url(pki::sha256(key_authorization));
}

http::Awaitable<ValidationResult> validate_dns01(Resolver& resolver, ValidationTask task)
{
    const auto name = "_acme-challenge." + task.identifier.value;
    const auto records = co_await resolver.texts(name);
    if (!records) {
        co_return Error{.type = ErrorType::Dns, .status = 400, .detail = name + ": " + records.error().detail};
    }
    const auto wanted = dns01_value(task.key_authorization);
    bool found = false;
    for (const auto& record : *records) {
        found = equal_constant_time(record, wanted) || found;
    }
    if (found) {
        co_return std::nullopt;
    }
    co_return Error{.type = ErrorType::IncorrectResponse,
                    .status = 403,
                    .detail = records->empty() ? "there is no TXT record at " + name
                                               : "none of the TXT records at " + name + " has the expected value"};
}

} // namespace chancery::acme
