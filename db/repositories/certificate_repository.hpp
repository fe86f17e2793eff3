#pragma once

#include "core/model/authority.hpp"
#include "core/model/certificate.hpp"
#include "core/model/certificate_query.hpp"
#include "core/model/custom_field.hpp"
#include "db/page.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

enum class CertificateSort { ValidTo, CreatedAt, CommonName };

/// What a list is narrowed to; empty members do not narrow.
struct CertificateFilter {
    std::vector<CertificateStatus> statuses{};
    std::optional<CertificateSource> source{};
    std::string provider_id{};
    std::string authority_id{};
    std::string issuer{}; ///< the whole DN, RFC 4514 text
    std::vector<std::string> algorithms{};
    std::optional<Time> expires_before{};
    std::optional<Time> expires_after{};
    std::string requester_id{};
    std::string name_exact{};  ///< any SAN or the CN
    std::string name_suffix{}; ///< "example.com": that name and those below it
    std::string name_substring{};
    std::string tag{};
    std::optional<bool> superseded{}; ///< whether another certificate has taken its place
    std::string serial_number{};
    std::string fingerprint_sha256{};
    std::vector<FilterNode> where{}; ///< all of these, too
    Time now{};                      ///< for the computed status
};

struct TagCount {
    std::string name{};
    long long certificates = 0;
};

struct CryptoCount {
    std::string algorithm{};
    Digest digest{};
    long long certificates = 0;
};

class CertificateRepository {
public:
    explicit CertificateRepository(Session& session) : session_(session) {}

    void insert(const Certificate& certificate);
    std::optional<Certificate> find(const std::string& id);
    std::optional<Certificate> find_by_order(const std::string& order_id);
    std::optional<Certificate> find_by_fingerprint(const std::string& fingerprint_sha256);
    std::optional<Certificate> find_by_serial(const std::string& authority_id, const std::string& serial_number);

    /// Rows come without `der`. certificate_conditions.hpp says how a list is answered.
    std::vector<Certificate> list(const CertificateFilter& filter, CertificateSort sort, const PageRequest& page);
    long long count(const CertificateFilter& filter);
    /// The tags of those certificates, by name, each with how many have it.
    std::vector<TagCount> tags(const CertificateFilter& filter, const PageRequest& page);
    long long count_tags(const CertificateFilter& filter);
    /// How many lie before the first bound, from each bound up to the next, and from the last on: one more than bounds,
    /// which ascend. `moment` is ValidTo or CreatedAt.
    std::vector<long long> count_between(const CertificateFilter& filter, CertificateField moment,
                                         const std::vector<Time>& bounds);
    /// The same, and in each span how many are of each part; no certificate is in two of these, and the last is
    /// whatever is in none of the others.
    std::vector<std::vector<long long>> count_parts(const CertificateFilter& filter, CertificateField moment,
                                                    const std::vector<Time>& bounds,
                                                    const std::vector<FilterNode>& parts);
    std::vector<CryptoCount> count_by_crypto(const CertificateFilter& filter);

    /// False when it was revoked already (the WHERE is the lock). Raises the revision.
    bool mark_revoked(const std::string& id, Time at, RevocationReason reason);
    /// Another reason for a revocation that stands; false when it is not revoked, or for that reason already. Raises
    /// the revision.
    bool change_reason(const std::string& id, RevocationReason reason);
    /// Certificates from here with this public key that are neither revoked nor expired, without `der`.
    std::vector<Certificate> active_with_key(const std::string& spki_sha256, Time now);
    /// At most `limit` others of those, without `der`.
    std::vector<Certificate> sharing_key(const Certificate& certificate, Time now, int limit);
    /// At most `limit` other certificates, neither revoked nor expired, with exactly the same set of names, without
    /// `der`.
    std::vector<Certificate> sharing_names(const Certificate& certificate, Time now, int limit);
    /// Whether a certificate with this public key was revoked for keyCompromise.
    bool is_compromised(const std::string& spki_sha256);
    /// Tags, owner and custom fields; `values` are the custom fields' as they are found. False when the revision is not
    /// that of `after`; raises it.
    bool annotate(const Certificate& before, const Certificate& after, const std::vector<CustomValue>& values);
    /// So that the successor is found by the custom fields that it was inserted with, which are its predecessor's.
    void copy_custom_values(const std::string& from_id, const std::string& to_id);
    /// The certificate that has taken this one's place. On PostgreSQL its row stays locked until the unit ends, so that
    /// of two units that want to replace it the later sees what the earlier did.
    std::optional<std::string> hold_successor(const std::string& id);
    void link_renewal(const std::string& old_id, const std::string& new_id);

    /// What a CRL lists whose predecessor was made at `since`: revoked leaves of that CA, without those that were
    /// revoked and had expired by then.
    std::vector<RevokedEntry> revoked_entries(const std::string& authority_id, Time since);
    /// The same of the CAs below it.
    std::vector<RevokedEntry> revoked_intermediates(const std::string& authority_id, Time since);
    /// Leaves of that CA revoked at that time or later.
    std::vector<RevokedEntry> revoked_since(const std::string& authority_id, Time since);
    /// Of a certificate that the CA issued here, leaf or CA; nothing when it issued none with that serial number.
    std::optional<IssuedStatus> status_of(const std::string& authority_id, const std::string& serial_number);
    /// How many certificates carry this public key.
    long long count_by_spki(const std::string& spki_sha256);
    /// How many unexpired, unrevoked certificates have exactly this set of names (`exact_name_set`).
    long long count_active_by_name_set(const std::vector<Name>& names, Time now);

private:
    Session& session_;
};

} // namespace chancery::db
