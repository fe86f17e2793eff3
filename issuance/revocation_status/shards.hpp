#pragma once

#include "core/model/authority.hpp"
#include "issuance/configuration.hpp"
#include "issuance/core.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which CRL of a CA is about which of its certificates (docs/decisions/0019-crl-shards.md).
namespace chancery::issuance {

/// At most so many CRLs for one CA: each is signed again at half of its life.
inline constexpr int kMostShards = 256;

/// Where the name of a shard goes in a URL.
inline constexpr std::string_view kShardPlaceholder = "{shard}";

/// One of the CRLs among which a CA's leaves are divided; with one shard, the full CRL.
struct CrlShard {
    int shards = 1;
    int index = 0;

    bool is_full() const { return shards == 1; }

    /// "8-3"; empty for the full CRL.
    std::string name() const;
    bool operator==(const CrlShard&) const = default;
};

/// Reads a name; nothing when it is not one in its only form ("8-3", never "8-8" or "08-3").
std::optional<CrlShard> read_shard(std::string_view name);

/// Where a certificate belongs: told by its serial number alone, so that it never changes and nothing need be stored.
CrlShard shard_of(std::string_view serial_number, int shards);

/// The URLs with the shard's name in its place.
std::vector<std::string> shard_urls(const std::vector<std::string>& urls, const CrlShard& shard);

/// What a CA's leaves are told about their revocation: URLs, still with `kShardPlaceholder` where there are shards.
/// Empty where nothing is published.
std::vector<std::string> crl_url_templates(const CoreSettings& settings, const Authority& authority);
std::vector<std::string> ocsp_urls_of(const CoreSettings& settings, const Authority& authority);

/// Notes that a certificate valid until `valid_to` is about to name a shard, so that its CRL is published from now on
/// and for as long as that may be looked for, whatever the CA's setting is by then. A write only where that is news.
void register_partition(db::UnitOfWork& work, const Configuration& configuration, const Authority& authority,
                        const std::vector<std::string>& templates, Time valid_to, Time now);

/// The CRLs that a CA has to keep current: the full one, and each shard that a certificate may name which is valid, or
/// was so at `horizon`.
std::vector<CrlShard> published_shards(const std::vector<CrlPartition>& partitions, const std::string& authority_id,
                                       Time horizon);

} // namespace chancery::issuance
