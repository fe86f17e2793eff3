#include "acme/validation/dns_persist01.hpp"

#include "acme/validation/issue_value.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "pki/digest.hpp"

#include <algorithm>
#include <charconv>

namespace chancery::acme {
namespace {

/// Either what a record proves, or what is wrong with it.
using Judgement = std::expected<Proof, std::string>;

std::unexpected<std::string> wrong(std::string why)
{
    return std::unexpected(std::move(why));
}

bool is_account(const ValidationTask& task, std::string_view uri)
{
    const auto prefix = account_hash_prefix(task.account_url);
    return std::ranges::any_of(task.thumbprints, [&](const std::string& thumbprint) {
        return uri == hashed_account_uri(prefix, task.account_url, task.identifier.value, thumbprint) ||
               uri == hashed_account_uri(prefix, task.account_url, "*", thumbprint);
    });
}

/// The parameter, absent or exactly once.
std::expected<std::optional<std::string_view>, std::string> single(const IssueValue& value, std::string_view tag)
{
    const auto all = value.all(tag);
    if (all.size() > 1) {
        return wrong(std::string(tag) + " is there more than once");
    }
    return all.empty() ? std::nullopt : std::optional(all.front());
}

std::expected<std::optional<Time>, std::string> end_of(const IssueValue& value)
{
    const auto text = single(value, "persistUntil");
    if (!text || !*text) {
        return text ? std::expected<std::optional<Time>, std::string>(std::nullopt) : wrong(text.error());
    }
    const std::string digits(**text);
    const auto* const end = digits.data() + digits.size();
    long long seconds = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, seconds);
    constexpr long long kLast = 253'402'300'799; // the end of the year 9999
    if (error != std::errc() || stop != end || seconds < 0 || seconds > kLast) {
        return wrong("persistUntil is not a number of seconds since 1970");
    }
    return Time(std::chrono::seconds(seconds));
}

Judgement judge(const IssueValue& value, const ValidationTask& task, Time now)
{
    const auto account = single(value, "accounturi");
    if (!account || !*account || !is_account(task, **account)) {
        return wrong("a record of this CA names another account or none");
    }
    const auto policy = single(value, "policy");
    if (!policy) {
        return wrong(policy.error());
    }
    const bool with_wildcard = *policy && equal_ignoring_case(**policy, "wildcard");
    if (task.wildcard && !with_wildcard) {
        return wrong("the record has no policy=wildcard");
    }
    const auto end = end_of(value);
    if (!end) {
        return wrong(end.error());
    }
    if (*end && now >= **end) {
        return wrong("the record's persistUntil has passed");
    }
    return Proof{.valid_until = *end};
}

} // namespace

std::string account_hash_prefix(std::string_view account_url)
{
    const auto directory = account_url.substr(0, account_url.rfind("/account/"));
    return std::string(directory) + "/account-hash/";
}

std::string hashed_account_uri(std::string_view prefix, std::string_view account_url, std::string_view domain,
                               std::string_view thumbprint)
{
    std::string hashed(1, static_cast<char>(domain.size()));
    hashed.append(domain).append(thumbprint).append(account_url);
    return std::string(prefix) + "sha-256/" + to_base64url(pki::sha256(hashed));
}

http::Awaitable<ValidationResult> validate_dns_persist01(const ValidationTools& tools, ValidationTask task)
{
    const auto name = "_validation-persist." + task.identifier.value;
    const auto deadline = std::chrono::steady_clock::now() + tools.settings.validation_timeout;
    const auto records = co_await tools.resolver.texts(name, deadline);
    if (!records) {
        co_return refuse(ErrorType::Dns, 400, name + ": " + records.error().detail);
    }
    const auto issuers = split(task.token, ' ');
    std::string why = "none of the TXT records at " + name + " names this CA";
    for (const auto& record : *records) {
        const auto value = parse_issue_value(record);
        if (!value || std::ranges::find(issuers, value->issuer) == issuers.end()) {
            continue;
        }
        const auto judgement = judge(*value, task, tools.clock.now());
        if (judgement) {
            co_return *judgement;
        }
        why = name + ": " + judgement.error();
    }
    co_return refuse(ErrorType::IncorrectResponse, 403, std::move(why));
}

} // namespace chancery::acme
