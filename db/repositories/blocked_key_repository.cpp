#include "db/list_query.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/sql_text.hpp"

namespace chancery::db {
namespace {

constexpr SqlText kColumns = "spki_sha256, reason, note, actor_type, actor_id, actor_name, created_at";
constexpr std::string_view kInsert = kSql<kInsertInto<"blocked_keys", kColumns>, " ON CONFLICT DO NOTHING">;
constexpr std::string_view kFind = kSql<"SELECT ", kColumns, " FROM blocked_keys WHERE spki_sha256 = :spki">;
constexpr std::string_view kList = kSql<"SELECT ", kColumns, " FROM blocked_keys">;
constexpr std::string_view kCount = "SELECT count(*) FROM blocked_keys";
constexpr std::string_view kRemove = "DELETE FROM blocked_keys WHERE spki_sha256 = :spki";
constexpr std::string_view kContains = "SELECT 1 FROM blocked_keys WHERE spki_sha256 = :spki";
constexpr std::string_view kIsAuthorityKey =
    "SELECT 1 FROM stored_keys WHERE spki_sha256 = :spki AND purpose = 'authority' LIMIT 1";

template <class K> auto columns(K& key)
{
    auto& by = key.blocked_by;
    return pack(key.spki_sha256, key.reason, key.note, by.type, by.id, by.name, key.created_at);
}

BlockedKey read_blocked(Row& row)
{
    BlockedKey key;
    row.read_all(columns(key));
    return key;
}

} // namespace

void BlockedKeyRepository::insert(const std::string& spki_sha256, const std::string& reason, Time at)
{
    insert(BlockedKey{.spki_sha256 = spki_sha256,
                      .reason = reason,
                      .blocked_by = {.type = ActorType::System, .id = "system"},
                      .created_at = at});
}

bool BlockedKeyRepository::insert(const BlockedKey& key)
{
    return Query(session_, kInsert).bind_all(columns(key)).run() == 1;
}

std::optional<BlockedKey> BlockedKeyRepository::find(const std::string& spki_sha256)
{
    return Query(session_, kFind).bind(spki_sha256).one(read_blocked);
}

std::vector<BlockedKey> BlockedKeyRepository::list(const std::string& reason, const PageRequest& page)
{
    Conditions where;
    where.add_equal("reason", reason);
    where.page("created_at", Conditions::Key::Number, page, "spki_sha256");
    Query query(session_, std::string(kList) + where.sql());
    return where.bind_to(query).all(read_blocked);
}

long long BlockedKeyRepository::count(const std::string& reason)
{
    Conditions where;
    where.add_equal("reason", reason);
    Query query(session_, std::string(kCount) + where.sql());
    return where.bind_to(query).value<long long>().value_or(0);
}

void BlockedKeyRepository::remove(const std::string& spki_sha256)
{
    Query(session_, kRemove).bind(spki_sha256).run();
}

bool BlockedKeyRepository::contains(const std::string& spki_sha256)
{
    return Query(session_, kContains).bind(spki_sha256).value<long long>().has_value();
}

bool BlockedKeyRepository::is_authority_key(const std::string& spki_sha256)
{
    return Query(session_, kIsAuthorityKey).bind(spki_sha256).value<long long>().has_value();
}

} // namespace chancery::db
