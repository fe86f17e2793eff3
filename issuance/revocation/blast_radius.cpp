#include "issuance/revocation/blast_radius.hpp"

#include "db/repositories/acme_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/completion.hpp"
#include "issuance/inventory/visibility.hpp"
#include "issuance/orders.hpp"

namespace chancery::issuance {
namespace {

Others others(Core& core, db::Session& session, const Caller& caller, std::vector<Certificate> found)
{
    Others result;
    if (static_cast<int>(found.size()) > kMostOthers) {
        result.more = true;
        found.pop_back();
    }
    result.found = static_cast<long long>(found.size());
    for (auto& certificate : found) {
        if (inventory::is_visible_to(core, session, caller, certificate)) {
            result.shown.push_back(std::move(certificate));
        }
    }
    return result;
}

} // namespace

BlastRadius blast_radius_of(Core& core, db::Session& session, const Caller& caller, const Certificate& certificate)
{
    const auto now = core.clock.now();
    db::CertificateRepository certificates(session);
    BlastRadius radius;
    if (certificate.renewed_to) {
        if (auto successor = find_certificate(core, session, caller, *certificate.renewed_to)) {
            radius.successor = std::move(*successor);
        }
    }
    radius.same_key = others(core, session, caller, certificates.sharing_key(certificate, now, kMostOthers + 1));
    radius.same_names = others(core, session, caller, certificates.sharing_names(certificate, now, kMostOthers + 1));
    for (auto& order : db::OrderRepository(session).replacing(certificate.id, kMostOthers)) {
        if (!is_final(order.status) && read_order(core, session, caller, order.id)) {
            radius.under_way.push_back(std::move(order));
        }
    }
    if (certificate.acme_account_id && has_right(caller, Right::ReadAcmeAccounts)) {
        radius.acme_account = db::AcmeAccountRepository(session).find(*certificate.acme_account_id);
    }
    return radius;
}

} // namespace chancery::issuance
