#include "db/repositories/audit_repository.hpp"

#include "db/list_query.hpp"
#include "db/sql_text.hpp"

#include <algorithm>
#include <iterator>

namespace chancery::db {
namespace {

constexpr SqlText kColumns =
    "sequence, id, at, actor_type, actor_id, actor_name, source_address, action, resource_type, "
    "resource_id, outcome, request_id, details, previous_hash, hash";
constexpr std::string_view kSelect = kSql<"SELECT ", kColumns, " FROM audit_events">;
constexpr std::string_view kCount = "SELECT count(*) FROM audit_events";
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM audit_events WHERE id = :id">;
constexpr std::string_view kRange =
    kSql<"SELECT ", kColumns, " FROM audit_events WHERE sequence >= :first ORDER BY sequence LIMIT :most">;
constexpr std::string_view kHead = "SELECT sequence, hash FROM audit_head WHERE id = 1";

AuditEvent read_event(Row& row)
{
    AuditEvent e;
    row.read(e.sequence, e.id, e.at, e.actor.type, e.actor.id, e.actor.name, e.source_address, e.action,
             e.resource_type, e.resource_id, e.outcome, e.request_id, e.details, e.previous_hash, e.hash);
    return e;
}

/// The least text that is greater than every text with this prefix, in the order of bytes; actions are ASCII.
std::string end_of_prefix(std::string prefix)
{
    prefix.back() = static_cast<char>(prefix.back() + 1);
    return prefix;
}

void add_action(Conditions& where, const std::string& action)
{
    if (!action.ends_with('*')) {
        where.add_equal("action", action);
    } else if (action.size() > 1) {
        const auto prefix = action.substr(0, action.size() - 1);
        where.add("action >= ? AND action < ?", prefix, end_of_prefix(prefix));
    }
}

Conditions conditions(const AuditFilter& filter)
{
    Conditions where;
    add_action(where, filter.action);
    where.add_equal("actor_id", filter.actor_id)
        .add_equal("resource_id", filter.resource_id)
        .add_equal("resource_type", filter.resource_type)
        .add_equal("request_id", filter.request_id);
    if (filter.outcome) {
        where.add_is("outcome", *filter.outcome);
    }
    if (filter.since) {
        where.add("at >= ?", *filter.since);
    }
    if (filter.until) {
        where.add("at < ?", *filter.until);
    }
    return where;
}

/// Of one of its resources.
Conditions conditions(const ResourceHistory& history, const std::string& resource_id)
{
    Conditions where;
    where.add("resource_id = ?", resource_id);
    for (const auto& action : history.without) {
        where.add("action <> ?", action);
    }
    return where;
}

/// A netstring: no field can be mistaken for a part of its neighbour.
void add_field(std::string& text, std::string_view field)
{
    text += std::to_string(field.size());
    text += ':';
    text += field;
    text += ',';
}

} // namespace

std::string audit_hash_input(const AuditEvent& event)
{
    std::string text = "chancery-audit-1\n";
    text.reserve(512 + event.details.size());
    for (const auto number : {event.sequence, to_millis(event.at)}) {
        add_field(text, std::to_string(number));
    }
    for (const std::string_view field :
         {std::string_view(event.id), name_of(event.actor.type), std::string_view(event.actor.id),
          std::string_view(event.actor.name), std::string_view(event.source_address), std::string_view(event.action),
          std::string_view(event.resource_type), std::string_view(event.resource_id), name_of(event.outcome),
          std::string_view(event.request_id), std::string_view(event.details), std::string_view(event.previous_hash)}) {
        add_field(text, field);
    }
    return text;
}

std::vector<AuditEvent> AuditRepository::list(const AuditFilter& filter, const PageRequest& page)
{
    auto where = conditions(filter);
    where.page("sequence", Conditions::Key::Number, page, "sequence");
    Query query(session_, std::string(kSelect) + where.sql());
    return where.bind_to(query).all(read_event);
}

long long AuditRepository::count(const AuditFilter& filter)
{
    const auto where = conditions(filter);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

std::vector<AuditEvent> AuditRepository::list(const ResourceHistory& history, const PageRequest& page)
{
    std::vector<AuditEvent> all;
    for (const auto& id : history.resource_ids) {
        auto where = conditions(history, id);
        where.page("sequence", Conditions::Key::Number, page, "sequence");
        Query query(session_, std::string(kSelect) + where.sql());
        std::ranges::move(where.bind_to(query).all(read_event), std::back_inserter(all));
    }
    std::ranges::sort(all, [&](const AuditEvent& left, const AuditEvent& right) {
        return page.descending ? right.sequence < left.sequence : left.sequence < right.sequence;
    });
    all.resize(std::min(all.size(), static_cast<std::size_t>(page.limit)));
    return all;
}

long long AuditRepository::count(const ResourceHistory& history)
{
    long long events = 0;
    for (const auto& id : history.resource_ids) {
        const auto where = conditions(history, id);
        Query query(session_, std::string(kCount) + where.sql());
        events += where.bind_to(query).value<long long>().value_or(0);
    }
    return events;
}

std::optional<AuditEvent> AuditRepository::find(const std::string& id)
{
    return Query(session_, kFind).bind(id).one(read_event);
}

std::vector<AuditEvent> AuditRepository::range(long long first_sequence, int limit)
{
    return Query(session_, kRange).bind(first_sequence, limit).all(read_event);
}

std::vector<AuditEvent> AuditRepository::range_of(const std::vector<std::string>& resource_types,
                                                  long long first_sequence, int limit)
{
    Conditions where;
    where.add("sequence >= ?", first_sequence).add_in("resource_type", resource_types);
    Query query(session_, std::string(kSelect) + where.sql() + " ORDER BY sequence LIMIT :most");
    return where.bind_to(query).bind(limit).all(read_event);
}

AuditHead AuditRepository::head()
{
    return Query(session_, kHead)
        .one([](Row& row) {
            AuditHead head;
            row.read(head.sequence, head.hash);
            return head;
        })
        .value();
}

} // namespace chancery::db
