#include "acme/validation/validator.hpp"

#include "acme/validation/dns01.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace chancery::acme {
namespace {

http::Awaitable<void> pause(std::chrono::milliseconds time)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

http::Awaitable<ValidationResult> attempt(const ValidationTools& tools, ValidationTask task)
{
    if (task.type == "dns-01") {
        return validate_dns01(tools.resolver, std::move(task));
    }
    return validate_http01(tools, std::move(task));
}

} // namespace

http::Awaitable<ValidationResult> validate(const ValidationTools& tools, ValidationTask task)
{
    ValidationResult result;
    for (int i = 0; i < tools.settings.validation_attempts; ++i) {
        if (i > 0) {
            co_await pause(tools.settings.validation_retry_delay);
        }
        result = co_await attempt(tools, task);
        if (!result) {
            break;
        }
    }
    co_return result;
}

} // namespace chancery::acme
