#include "db/repositories/acme_node_repository.hpp"

#include "db/statement.hpp"

namespace chancery::db {
namespace {

constexpr std::string_view kAnnounce = R"sql(
    INSERT INTO acme_nodes (url, node, seen_at) VALUES (:url, :node, :seen_at)
        ON CONFLICT (url) DO UPDATE SET node = excluded.node, seen_at = excluded.seen_at)sql";
constexpr std::string_view kFindUrl = "SELECT url FROM acme_nodes WHERE node = :node";
constexpr std::string_view kRemoveUnseen = "DELETE FROM acme_nodes WHERE seen_at < :limit_time";

} // namespace

void AcmeNodeRepository::announce(const std::string& node, const std::string& url, Time seen_at)
{
    Query(session_, kAnnounce).bind(url, node, seen_at).run();
}

std::optional<std::string> AcmeNodeRepository::find_url(const std::string& node)
{
    return Query(session_, kFindUrl).bind(node).value<std::string>();
}

void AcmeNodeRepository::remove_unseen_since(Time limit_time)
{
    Query(session_, kRemoveUnseen).bind(limit_time).run();
}

} // namespace chancery::db
