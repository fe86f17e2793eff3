#include "acme/validation/perspectives.hpp"

#include "acme/validation/validator.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/random.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <span>

namespace chancery::acme {
namespace {

constexpr auto kQuestionAge = std::chrono::minutes(1);
constexpr auto kTravelTime = std::chrono::seconds(5); ///< what an answer may take beyond the validation itself
constexpr std::size_t kNonceOctets = 16;

std::string answer_kind(const std::string& nonce)
{
    return "perspective-answer " + nonce;
}

ValidationResult disagreement(const std::string& url, const std::string& why)
{
    return refuse(ErrorType::Connection, 400, "the node " + url + " could not repeat the validation: " + why);
}

http::Awaitable<ValidationResult> ask(const ValidationTools& tools, ValidationTask task, std::string url)
{
    const auto nonce = random_token(kNonceOctets);
    auto question = make_question(tools.settings.perspective_key, task, nonce, tools.clock.now());
    const auto message = co_await send_to_node(tools, url, std::string(kPerspectivePath), std::move(question),
                                               tools.settings.validation_timeout + kTravelTime);
    if (!message) {
        co_return disagreement(url, message.error());
    }
    auto result = read_answer(tools.settings.perspective_key, *message, nonce);
    if (!result) {
        co_return disagreement(url, "its answer is none");
    }
    if (!*result) {
        result->error().detail = "seen from another node: " + result->error().detail;
    }
    co_return std::move(*result);
}

/// All at once: each half beside the other.
http::Awaitable<void> ask_all(const ValidationTools& tools, const ValidationTask& task,
                              std::span<const std::string> urls, std::span<ValidationResult> results)
{
    using namespace boost::asio::experimental::awaitable_operators;
    if (urls.size() == 1) {
        results.front() = co_await ask(tools, task, urls.front());
        co_return;
    }
    const auto half = urls.size() / 2;
    co_await (ask_all(tools, task, urls.first(half), results.first(half)) &&
              ask_all(tools, task, urls.subspan(half), results.subspan(half)));
}

void write_error(json::Writer& out, const Error& error)
{
    out.begin_object("error")
        .member("type", name_of(error.type))
        .member("status", error.status)
        .member("detail", error.detail)
        .end_object();
}

} // namespace

std::size_t quorum_of(std::size_t wanted, std::size_t nodes)
{
    if (wanted > 0) {
        return std::min(wanted, nodes);
    }
    constexpr std::size_t kMany = 6;
    return nodes < 2 ? nodes : nodes < kMany ? nodes - 1 : nodes - 2;
}

PerspectiveMessage make_question(const Secret& key, const ValidationTask& task, const std::string& nonce, Time now)
{
    json::Writer out;
    out.begin_object()
        .member("nonce", nonce)
        .member("asked_at", to_rfc3339(now))
        .raw_member("task", to_payload(task))
        .end_object();
    return sealed(key, "perspective-question", out.take());
}

PerspectiveMessage make_answer(const Secret& key, const ValidationResult& result, const std::string& nonce)
{
    json::Writer out;
    out.begin_object().member("valid", result.has_value());
    if (!result) {
        write_error(out, result.error());
    } else if (result->valid_until) {
        out.member("valid_until", to_rfc3339(*result->valid_until));
    }
    out.end_object();
    return sealed(key, answer_kind(nonce), out.take());
}

std::optional<std::pair<ValidationTask, std::string>> read_question(const Secret& key,
                                                                    const PerspectiveMessage& message, Time now)
{
    if (!is_genuine(key, "perspective-question", message)) {
        return std::nullopt;
    }
    json::Reader in(message.body);
    const auto nonce = in.string("nonce");
    const auto asked_at = from_rfc3339(in.string("asked_at"));
    auto object = in.object("task");
    auto task = read_task(object);
    const bool readable = in.finish(json::Unknown::Ignore).has_value();
    if (!readable || !asked_at || *asked_at > now + kQuestionAge || *asked_at < now - kQuestionAge) {
        return std::nullopt;
    }
    return std::pair(std::move(task), nonce);
}

std::optional<ValidationResult> read_answer(const Secret& key, const PerspectiveMessage& message,
                                            const std::string& nonce)
{
    if (!is_genuine(key, answer_kind(nonce), message)) {
        return std::nullopt;
    }
    json::Reader in(message.body);
    if (in.boolean("valid")) {
        const auto until = in.optional_string("valid_until");
        const auto time = until ? from_rfc3339(*until) : std::nullopt;
        const bool fine = in.finish(json::Unknown::Ignore).has_value() && time.has_value() == until.has_value();
        return fine ? std::optional<ValidationResult>(Proof{.valid_until = time}) : std::nullopt;
    }
    auto object = in.object("error");
    const auto type = from_name<ErrorType>(object.string("type"));
    Error error{.type = type.value_or(ErrorType::ServerInternal),
                .status = static_cast<int>(object.integer("status")),
                .detail = object.string("detail")};
    return type && in.finish(json::Unknown::Ignore) ? std::optional<ValidationResult>(std::unexpected(error))
                                                    : std::nullopt;
}

http::Awaitable<ValidationResult> confirm(const ValidationTools& tools, ValidationTask task, Proof proof)
{
    const auto& nodes = tools.settings.perspectives;
    if (nodes.empty()) {
        co_return proof;
    }
    std::vector<ValidationResult> results(nodes.size());
    co_await ask_all(tools, task, nodes, results);
    std::size_t agreeing = 0;
    std::optional<Error> objection;
    for (auto& result : results) {
        if (!result) {
            log::warning("acme_perspective.disagreed",
                         {{"authorization_id", task.authorization_id}, {"detail", result.error().detail}});
            objection = objection ? std::move(objection) : std::move(result).error();
            continue;
        }
        ++agreeing;
        if (result->valid_until) {
            proof.valid_until = std::min(*result->valid_until, proof.valid_until.value_or(*result->valid_until));
        }
    }
    if (agreeing < quorum_of(tools.settings.perspective_quorum, nodes.size())) {
        co_return std::unexpected(std::move(*objection));
    }
    co_return proof;
}

http::Awaitable<http::Response> answer_perspective(const ValidationTools& tools, const http::Request& request)
{
    const auto& key = tools.settings.perspective_key;
    auto question = read_question(key, message_of(request), tools.clock.now());
    if (!question) {
        co_return http::text_response(403, "this is for other nodes of the same CA\n");
    }
    auto [task, nonce] = std::move(*question);
    const auto result = co_await validate_once(tools, std::move(task));
    co_return to_response(make_answer(key, result, nonce));
}

} // namespace chancery::acme
