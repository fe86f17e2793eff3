#pragma once

#include "core/model/certificate.hpp"
#include "issuance/core.hpp"
#include "issuance/gate.hpp"
#include "issuance/refusal.hpp"

#include <string>

/// Renewal: a new certificate with a new key that takes the place of one issued here.
namespace chancery::issuance {

/// The request that renews the certificate: the parameters of its order, the same provider, the same CA while that can
/// sign for as long (another one otherwise), as long a validity from now on, the tags as they are now, and RFC 7396
/// `changes` merged in. Conflict for what cannot be renewed; ValidationError when the key is not held here and
/// `changes` bring no fresh CSR. The gate judges it as every other request.
Result<CertificateRequest> renewal_of(Core& core, db::Session& session, const Caller& caller,
                                      const std::string& certificate_id, const std::string& changes);

/// The gate's part: the certificate may be renewed, by this caller, and by nobody else already; the key (may be empty:
/// yet to be made) is none that the certificate or those before it had. The certificate that is renewed; on PostgreSQL
/// its row stays locked until the unit ends, so that of two renewals at once one is told of the other.
Ruling<Certificate> check_renewal(Core& core, db::Session& session, const Caller& caller,
                                  const CertificateRequest& request, const pki::PublicKey& key);

/// Whether the content to be signed is another than the renewed certificate's in what policies look at: subject, names,
/// kind of key, usages, a longer validity. Such a renewal is as good as a new certificate and judged as one, too.
bool is_edited(const policy::Facts& facts, const Certificate& renewed);

/// What goes with a renewal's completion, in its unit: links, and the audit record of the renewed certificate.
void tell_renewal(Core& core, db::UnitOfWork& work, const Caller& caller, const Order& order,
                  const Certificate& successor);
/// The audit record and the alert of a renewal that failed: one alert for each certificate.
void tell_failed_renewal(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& certificate_id,
                         const std::string& common_name, const Problem& problem, const std::string& order_id = {});

} // namespace chancery::issuance
