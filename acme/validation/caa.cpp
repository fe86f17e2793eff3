#include "acme/validation/caa.hpp"

#include "acme/validation/issue_value.hpp"
#include "core/text.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace chancery::acme {
namespace {

using Answer = DnsAnswer<std::vector<CaaRecord>>;
using Answers = std::map<std::string, Answer>;

/// Understood, if only to be left alone: iodef says where to report, the others concern other certificates.
constexpr std::string_view kKnownTags[] = {"issue", "issuewild", "iodef", "issuemail", "contactemail", "contactphone"};

std::vector<const CaaRecord*> with_tag(const std::vector<CaaRecord>& records, std::string_view tag)
{
    std::vector<const CaaRecord*> found;
    for (const auto& record : records) {
        if (record.tag == tag) {
            found.push_back(&record);
        }
    }
    return found;
}

/// RFC 8657 section 3: absent, or exactly once and this very URI.
bool account_matches(const IssueValue& value, const CaaIssuer& issuer)
{
    const auto uris = value.all("accounturi");
    return uris.empty() || (uris.size() == 1 && uris.front() == issuer.account_url);
}

/// RFC 8657 section 4: absent, or exactly once and with our method among its labels.
bool method_matches(const IssueValue& value, const CaaName& name)
{
    const auto lists = value.all("validationmethods");
    if (lists.empty()) {
        return true;
    }
    const auto methods = split(lists.front(), ',');
    return lists.size() == 1 && !name.method.empty() && std::ranges::find(methods, name.method) != methods.end();
}

bool authorizes(const CaaRecord& record, const CaaIssuer& issuer, const CaaName& name)
{
    const auto value = parse_issue_value(record.value);
    return value && std::ranges::find(issuer.identities, value->issuer) != issuer.identities.end() &&
           account_matches(*value, issuer) && method_matches(*value, name);
}

bool is_wildcard(const Name& name)
{
    return name.value.starts_with("*.");
}

/// The domain one label up; empty above a top-level domain.
std::string parent_of(const std::string& domain)
{
    const auto dot = domain.find('.');
    return dot == std::string::npos ? std::string() : domain.substr(dot + 1);
}

/// One name on its way to the root.
struct Climb {
    CaaRecords found{};
    std::string at{}; ///< where to look next; empty: done
};

http::Awaitable<void> ask_some(Resolver& resolver, std::vector<std::string> domains, Deadline deadline,
                               Answers& answers)
{
    for (auto& domain : domains) {
        auto answer = co_await resolver.caa(domain, deadline);
        answers.insert_or_assign(domain, std::move(answer));
    }
}

/// Four queues: as many questions are under way at a time, however many domains there are.
http::Awaitable<void> ask_all(Resolver& resolver, const std::set<std::string>& domains, Deadline deadline,
                              Answers& answers)
{
    using namespace boost::asio::experimental::awaitable_operators;
    std::vector<std::string> queues[4];
    std::size_t next = 0;
    for (const auto& domain : domains) {
        queues[next++ % std::size(queues)].push_back(domain);
    }
    co_await (ask_some(resolver, queues[0], deadline, answers) && ask_some(resolver, queues[1], deadline, answers) &&
              ask_some(resolver, queues[2], deadline, answers) && ask_some(resolver, queues[3], deadline, answers));
}

/// Takes one step with the answer for the domain where the climb is.
void step(Climb& climb, const Answer& answer)
{
    const bool absent = !answer && answer.error().kind == DnsFailure::Kind::NoSuchName;
    if (absent || (answer && answer->empty())) {
        climb.at = parent_of(climb.at);
        return;
    }
    climb.found.found_at = std::exchange(climb.at, std::string());
    if (answer) {
        climb.found.records = *answer;
    } else {
        climb.found.failure = answer.error().detail;
    }
}

} // namespace

std::optional<std::string> caa_objection(const std::vector<CaaRecord>& records, const CaaIssuer& issuer,
                                         const CaaName& name)
{
    const auto unknown = std::ranges::find_if(records, [](const CaaRecord& record) {
        return record.critical && std::ranges::find(kKnownTags, record.tag) == std::end(kKnownTags);
    });
    if (unknown != records.end()) {
        return "a critical property is not understood";
    }
    auto decisive = is_wildcard(name.identifier) ? with_tag(records, "issuewild") : std::vector<const CaaRecord*>();
    if (decisive.empty()) {
        decisive = with_tag(records, "issue");
    }
    const auto allowing = [&](const CaaRecord* record) { return authorizes(*record, issuer, name); };
    if (decisive.empty() || std::ranges::any_of(decisive, allowing)) {
        return std::nullopt;
    }
    return "none of them names this CA with this account and validation method";
}

CaaFinding judge(const CaaRecords& found, const CaaIssuer& issuer, const CaaName& name)
{
    CaaFinding finding{.identifier = name.identifier, .found_at = found.failure ? std::string() : found.found_at};
    const auto refuse = [&](ErrorType type, std::string detail) {
        finding.refusal = Subproblem{.type = type, .detail = std::move(detail), .identifier = name.identifier};
    };
    if (found.failure) {
        refuse(ErrorType::Dns, "looking up the CAA records of " + found.found_at + " failed: " + *found.failure);
    } else if (const auto objection = caa_objection(found.records, issuer, name)) {
        refuse(ErrorType::Caa, "the CAA records of " + found.found_at + " forbid it: " + *objection);
    }
    return finding;
}

http::Awaitable<std::vector<CaaRecords>> find_caa(Resolver& resolver, std::vector<Name> names, Deadline deadline)
{
    std::vector<Climb> climbs;
    climbs.reserve(names.size());
    for (const auto& name : names) {
        climbs.push_back({.found = {.identifier = name}, .at = is_wildcard(name) ? name.value.substr(2) : name.value});
    }
    Answers answers;
    for (;;) {
        std::set<std::string> domains;
        for (const auto& climb : climbs) {
            if (!climb.at.empty() && !answers.contains(climb.at)) {
                domains.insert(climb.at);
            }
        }
        const bool done = std::ranges::all_of(climbs, [](const Climb& climb) { return climb.at.empty(); });
        if (done) {
            break;
        }
        co_await ask_all(resolver, domains, deadline, answers);
        for (auto& climb : climbs) {
            if (!climb.at.empty()) {
                step(climb, answers.at(climb.at));
            }
        }
    }
    std::vector<CaaRecords> found;
    found.reserve(climbs.size());
    for (auto& climb : climbs) {
        found.push_back(std::move(climb.found));
    }
    co_return found;
}

} // namespace chancery::acme
