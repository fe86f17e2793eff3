#include "issuance/renewal/lineage.hpp"

#include "db/repositories/order_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/completion.hpp"
#include "issuance/orders.hpp"

#include <algorithm>
#include <iterator>

namespace chancery::issuance {
namespace {

using Link = std::optional<std::string> Certificate::*;

/// The certificates from `start` (exclusive) along one of its links, as far as the caller may see them.
std::vector<Certificate> follow(Core& core, db::Session& session, const Caller& caller, const Certificate& start,
                                Link link, bool& complete)
{
    std::vector<Certificate> found;
    for (auto next = start.*link; next;) {
        auto certificate = static_cast<int>(found.size()) < kMaxGenerations
                               ? find_certificate(core, session, caller, *next)
                               : Result<Certificate>(refuse(Code::NotFound, "too many"));
        if (!certificate) {
            complete = false;
            break;
        }
        next = (*certificate).*link;
        found.push_back(std::move(*certificate));
    }
    return found;
}

} // namespace

Result<Lineage> lineage_of(Core& core, db::Session& session, const Caller& caller, const std::string& certificate_id)
{
    constexpr int kMaxOrders = 20;
    CHANCERY_TRY(certificate, find_certificate(core, session, caller, certificate_id));
    Lineage lineage;
    auto& all = lineage.certificates;
    all = follow(core, session, caller, certificate, &Certificate::renewed_from, lineage.complete);
    std::ranges::reverse(all);
    all.push_back(certificate);
    std::ranges::move(follow(core, session, caller, certificate, &Certificate::renewed_to, lineage.complete),
                      std::back_inserter(all));
    for (auto& order : db::OrderRepository(session).replacing(certificate.id, kMaxOrders)) {
        if (!is_final(order.status) && read_order(core, session, caller, order.id)) {
            lineage.under_way.push_back(std::move(order));
        }
    }
    return lineage;
}

} // namespace chancery::issuance
