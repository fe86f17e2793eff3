#include "api/events.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/places.hpp"
#include "api/problem.hpp"
#include "api/query.hpp"
#include "issuance/inventory/changes.hpp"
#include "issuance/problem_json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <memory>

namespace chancery::api::events {
namespace {

namespace inventory = issuance::inventory;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{1000};
constexpr std::chrono::seconds kHeartbeat{15};
/// A client that was cut off waits this long; several do not come at one moment, since they were not cut off at one.
constexpr std::string_view kHello = "retry: 3000\n: events of Chancery\n\n";

std::string text_of(const inventory::Change& change)
{
    json::Writer data;
    data.begin_object().member("type", change.type).member("resource_type", change.resource_type);
    data.member("resource_id", change.resource_id);
    write_time(data, "at", change.at);
    return "id: " + std::to_string(change.sequence) + "\nevent: " + change.resource_type +
           "\ndata: " + data.end_object().take() + "\n\n";
}

/// The last thing that a client hears whose token or right has ended.
std::string farewell(const Problem& problem)
{
    const auto data =
        json::Writer().begin_object().member("code", issuance::code_text(problem.code)).end_object().take();
    return "event: end\ndata: " + data + "\n\n";
}

class Stream {
public:
    Stream(Services& services, const Route& route, const http::Request& request, std::unique_ptr<Places::Place> place,
           long long sequence)
        : services_(services), route_(route), request_(request), place_(std::move(place)), sequence_(sequence)
    {
    }

    http::Awaitable<std::optional<std::string>> next();

private:
    /// What there is to tell by now; empty when there is nothing.
    http::Awaitable<std::string> poll();

    Services& services_;
    const Route& route_;
    http::Request request_;
    std::unique_ptr<Places::Place> place_;
    long long sequence_;
    Steady::time_point last_sent_{};
    bool greeted_ = false;
    bool wait_ = false;
    bool ended_ = false;
};

http::Awaitable<std::optional<std::string>> Stream::next()
{
    if (!greeted_) {
        greeted_ = true;
        last_sent_ = Steady::now();
        co_return std::string(kHello);
    }
    if (ended_) {
        co_return std::nullopt;
    }
    if (wait_) {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, kPause);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    auto text = co_await poll();
    wait_ = text.empty();
    if (text.empty() && Steady::now() - last_sent_ >= kHeartbeat) {
        text = ":\n\n"; // shows both sides that the other is there
    }
    if (!text.empty()) {
        last_sent_ = Steady::now();
    }
    co_return text;
}

http::Awaitable<std::string> Stream::poll()
{
    const auto reading = [this](db::Session& session) -> Result<inventory::Changes> {
        CHANCERY_TRY(caller, recheck_caller(services_, route_, request_, session));
        return inventory::changes_after(services_.core, session, caller, sequence_);
    };
    const auto found = co_await services_.core.store.read(reading);
    if (!found) {
        ended_ = true;
        co_return farewell(found.error());
    }
    sequence_ = found->read_up_to;
    std::string text;
    for (const auto& change : found->changes) {
        text += text_of(change);
    }
    if (text.empty() && found->more) {
        text = ":\n\n"; // others' changes: goes on at once
    }
    co_return text;
}

/// Where a client goes on that was cut off: the field that browsers send, or the member that scripts can.
std::optional<std::string> last_event_id(QueryReader& query, const http::Request& request)
{
    const auto member = query.text("last_event_id");
    const auto field = request.fields.find("last-event-id");
    return field && !field->empty() ? std::optional(std::string(*field)) : member;
}

struct Beginning {
    std::string caller_id{};
    long long sequence = 0;
};

Result<Beginning> begin(Services& services, const Route& route, const http::Request& request, db::UnitOfWork& work)
{
    CHANCERY_TRY(caller, admit_caller(services, route, request, work));
    QueryReader query(request);
    Beginning beginning{.caller_id = caller.actor.id, .sequence = inventory::last_sequence(work)};
    if (const auto last = last_event_id(query, request)) {
        long long number = 0;
        const auto [end, error] = std::from_chars(last->data(), last->data() + last->size(), number);
        if (error != std::errc() || end != last->data() + last->size() || number < 0) {
            query.reject("last_event_id", "format", "must be the id of an event");
        }
        beginning.sequence = std::min(beginning.sequence, number);
    }
    CHANCERY_CHECK(query.finish());
    return beginning;
}

http::Response too_many(const http::Request& request, Places::Refusal why)
{
    const bool own = why == Places::Refusal::TooManyOfOne;
    return problem_response(request, Problem{.code = own ? Code::RateLimited : Code::Busy,
                                             .detail = own ? "the caller has as many streams open as one may have"
                                                           : "as many streams are open as this server serves",
                                             .retry_after_seconds = 10});
}

} // namespace

http::Awaitable<http::Response> stream(Services& services, const Route& route, const http::Request& request)
{
    const auto beginning = [&](db::UnitOfWork& work) { return begin(services, route, request, work); };
    auto begun = co_await services.core.store.write(beginning);
    if (!begun) {
        co_return finish(request, std::unexpected(std::move(begun).error()));
    }
    Places::Refusal why{};
    auto place = Places::take(services.event_streams, begun->caller_id, why);
    if (!place) {
        co_return too_many(request, why);
    }
    const auto running = std::make_shared<Stream>(services, route, request, std::move(place), begun->sequence);
    http::Response response;
    response.stream = [running] { return running->next(); };
    response.with("Content-Type", "text/event-stream").with("X-Accel-Buffering", "no");
    co_return finish(request, Answer(std::move(response)));
}

} // namespace chancery::api::events
