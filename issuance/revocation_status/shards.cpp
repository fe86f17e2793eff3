#include "issuance/revocation_status/shards.hpp"

#include "db/repositories/crl_repository.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace chancery::issuance {
namespace {

/// A partition's end is put off by so much at a time, or every issuance would write it.
constexpr std::chrono::days kStride{30};

std::optional<int> read_number(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && std::to_string(number) == text ? std::optional(number) : std::nullopt;
}

bool knows(const CrlPartition& known, const CrlPartition& wanted)
{
    return known.authority_id == wanted.authority_id && known.shards == wanted.shards &&
           known.used_until >= wanted.used_until && std::ranges::all_of(wanted.urls, [&](const std::string& url) {
               return std::ranges::find(known.urls, url) != known.urls.end();
           });
}

} // namespace

std::string CrlShard::name() const
{
    return is_full() ? std::string() : std::to_string(shards) + '-' + std::to_string(index);
}

std::optional<CrlShard> read_shard(std::string_view name)
{
    const auto dash = name.find('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto shards = read_number(name.substr(0, dash));
    const auto index = read_number(name.substr(dash + 1));
    const bool fine = shards && index && *shards > 1 && *shards <= kMostShards && *index >= 0 && *index < *shards;
    return fine ? std::optional(CrlShard{*shards, *index}) : std::nullopt;
}

CrlShard shard_of(std::string_view serial_number, int shards)
{
    // The last 32 bits: random in every serial number that was made here.
    constexpr std::size_t kDigits = 8;
    const auto tail = serial_number.substr(serial_number.size() - std::min(serial_number.size(), kDigits));
    std::uint32_t bits = 0;
    std::from_chars(tail.data(), tail.data() + tail.size(), bits, 16);
    return {.shards = shards, .index = static_cast<int>(bits % static_cast<std::uint32_t>(shards))};
}

std::vector<std::string> shard_urls(const std::vector<std::string>& urls, const CrlShard& shard)
{
    auto named = urls;
    for (auto& url : named) {
        if (const auto at = url.find(kShardPlaceholder); at != std::string::npos) {
            url.replace(at, kShardPlaceholder.size(), shard.name());
        }
    }
    return named;
}

std::vector<std::string> crl_url_templates(const CoreSettings& settings, const Authority& authority)
{
    if (!authority.crl_urls.empty() || settings.http_url.empty()) {
        return authority.crl_urls;
    }
    const auto base = settings.http_url + "/crl/" + authority.id;
    return {authority.crl_shards == 1 ? base + ".crl" : base + '/' + std::string(kShardPlaceholder) + ".crl"};
}

std::vector<std::string> ocsp_urls_of(const CoreSettings& settings, const Authority& authority)
{
    if (!authority.ocsp) {
        return {};
    }
    if (!authority.ocsp_urls.empty() || settings.http_url.empty()) {
        return authority.ocsp_urls;
    }
    return {settings.http_url + "/ocsp/" + authority.id};
}

void register_partition(db::UnitOfWork& work, const Configuration& configuration, const Authority& authority,
                        const std::vector<std::string>& templates, Time valid_to, Time now)
{
    if (authority.crl_shards == 1 || templates.empty()) {
        return;
    }
    CrlPartition wanted{.authority_id = authority.id,
                        .shards = authority.crl_shards,
                        .urls = templates,
                        .used_until = valid_to,
                        .created_at = now};
    if (std::ranges::any_of(configuration.crl_partitions, [&](const auto& known) { return knows(known, wanted); })) {
        return;
    }
    wanted.used_until += kStride;
    if (db::CrlRepository(work).widen(wanted)) {
        ConfigurationCache::bump(work);
    }
}

std::vector<CrlShard> published_shards(const std::vector<CrlPartition>& partitions, const std::string& authority_id,
                                       Time horizon)
{
    std::vector<CrlShard> published{CrlShard{}};
    for (const auto& partition : partitions) {
        for (int i = 0;
             partition.authority_id == authority_id && partition.used_until >= horizon && i < partition.shards; ++i) {
            published.push_back({.shards = partition.shards, .index = i});
        }
    }
    return published;
}

} // namespace chancery::issuance
