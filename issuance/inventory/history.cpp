#include "issuance/inventory/history.hpp"

#include "issuance/audit.hpp"
#include "issuance/certificates.hpp"

namespace chancery::issuance::inventory {

Result<db::ResourceHistory> history_of(Core& core, db::Session& session, const Caller& caller,
                                       const std::string& certificate_id)
{
    CHANCERY_TRY(certificate, find_certificate(core, session, caller, certificate_id));
    db::ResourceHistory history{.resource_ids = {certificate.id}};
    if (certificate.order_id) {
        history.resource_ids.push_back(*certificate.order_id);
    }
    if (!sees_whole_records(caller)) {
        history.without = {std::string(audit::kViewAccessed), std::string(audit::kDownloadSuccess)};
    }
    return history;
}

bool sees_whole_records(const Caller& caller)
{
    return has_right(caller, Right::ReadAuditLog);
}

} // namespace chancery::issuance::inventory
