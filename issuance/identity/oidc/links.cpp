#include "issuance/identity/oidc/links.hpp"

#include "core/id.hpp"
#include "core/json.hpp"
#include "db/repositories/identity_repository.hpp"
#include "issuance/audit.hpp"
#include "issuance/validation.hpp"

#include <algorithm>
#include <string_view>

namespace chancery::issuance::oidc {
namespace {

constexpr std::size_t kMostOctets = 255;

std::string link_json(const IdentityLink& link)
{
    return json::Writer()
        .begin_object()
        .member("user_id", link.user_id)
        .member("issuer", link.issuer)
        .member("subject", link.subject)
        .end_object()
        .take();
}

Result<void> check_link(const IdentityLink& link)
{
    constexpr std::string_view kScheme = "https://";
    const bool plain =
        std::ranges::all_of(link.issuer, [](char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#'; });
    Mistakes mistakes;
    if (!link.issuer.starts_with(kScheme) || link.issuer.size() == kScheme.size() || !plain ||
        link.issuer.size() > kMostOctets) {
        mistakes.add("/issuer", "format", "must be an https URL of at most 255 octets, without query or fragment");
    }
    mistakes.check_text("/subject", link.subject, 1, kMostOctets);
    return mistakes.result();
}

} // namespace

Result<IdentityLink> link_identity(Core& core, db::UnitOfWork& work, const Caller& caller, IdentityLink wanted)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageUsers, now));
    if (!db::UserRepository(work).find(wanted.user_id)) {
        return refuse(Code::NotFound, "There is no such user.");
    }
    CHANCERY_CHECK(check_link(wanted));
    return keep_link(core, work, caller, std::move(wanted));
}

Result<IdentityLink> keep_link(Core& core, db::UnitOfWork& work, const Caller& caller, IdentityLink wanted)
{
    const auto now = core.clock.now();
    wanted.id = new_id(now);
    wanted.created_at = now;
    if (!db::IdentityLinkRepository(work).insert(wanted)) {
        return refuse(Code::AlreadyExists, "This subject of the identity provider is linked to a user already.");
    }
    audit::record(work, caller, now, audit::kIdentityLinked, {"identity_link", wanted.id}, link_json(wanted));
    return wanted;
}

Result<void> unlink_identity(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& link_id)
{
    const auto now = core.clock.now();
    CHANCERY_CHECK(require(work, caller, Right::ManageUsers, now));
    db::IdentityLinkRepository links(work);
    const auto link = links.find(link_id);
    if (!link || !links.remove(link_id)) {
        return refuse(Code::NotFound, "There is no such link.");
    }
    db::SessionRepository(work).remove_of_user(link->user_id);
    audit::record(work, caller, now, audit::kIdentityUnlinked, {"identity_link", link_id}, link_json(*link));
    return {};
}

} // namespace chancery::issuance::oidc
