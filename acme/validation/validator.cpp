#include "acme/validation/validator.hpp"

#include "acme/validation/dns01.hpp"
#include "acme/validation/dns_persist01.hpp"
#include "acme/validation/http01.hpp"
#include "acme/validation/perspectives.hpp"
#include "acme/validation/tls_alpn01.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace chancery::acme {
namespace {

http::Awaitable<void> pause(std::chrono::milliseconds time)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

http::Awaitable<ValidationResult> attempt(const ValidationTools& tools, ValidationTask task)
{
    auto result = co_await validate_once(tools, task);
    if (result) {
        result = co_await confirm(tools, std::move(task), *result);
    }
    co_return result;
}

} // namespace

http::Awaitable<ValidationResult> validate_once(const ValidationTools& tools, ValidationTask task)
{
    const auto type = from_name<ChallengeType>(task.type);
    if (!type) {
        throw std::invalid_argument("not a challenge type: " + task.type);
    }
    switch (*type) {
        case ChallengeType::Http01:
            return validate_http01(tools, std::move(task));
        case ChallengeType::Dns01:
            return validate_dns01(tools, std::move(task));
        case ChallengeType::TlsAlpn01:
            return validate_tls_alpn01(tools, std::move(task));
        case ChallengeType::DnsAccount01:
            return validate_dns_account01(tools, std::move(task));
        case ChallengeType::DnsPersist01:
            return validate_dns_persist01(tools, std::move(task));
    }
    throw std::logic_error("a challenge type that nobody validates");
}

http::Awaitable<ValidationResult> validate(const ValidationTools& tools, ValidationTask task)
{
    auto result = co_await attempt(tools, task);
    for (int i = 1; i < tools.settings.validation_attempts && !result; ++i) {
        co_await pause(tools.settings.validation_retry_delay);
        result = co_await attempt(tools, task);
    }
    co_return result;
}

} // namespace chancery::acme
