#include "api/renewal_settings.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "db/repositories/renewal_repository.hpp"
#include "issuance/renewal/automatic.hpp"

#include <algorithm>
#include <limits>

namespace chancery::api::renewal_settings {
namespace {

std::optional<long long> number(const std::optional<int>& value)
{
    return value ? std::optional(static_cast<long long>(*value)) : std::nullopt;
}

/// Out of an int's range is out of every range that is allowed.
std::optional<int> read_number(json::Reader& in, std::string_view member)
{
    const auto value = in.optional_integer(member);
    if (!value) {
        return std::nullopt;
    }
    constexpr long long kMost = std::numeric_limits<int>::max();
    return static_cast<int>(std::clamp(*value, -kMost, kMost));
}

void write_threshold(json::Writer& out, const RenewalThreshold& threshold)
{
    out.member("automatic", threshold.automatic)
        .member("threshold_days", static_cast<long long>(threshold.days))
        .member("lifetime_percent", static_cast<long long>(threshold.percent));
}

std::string threshold_text(const RenewalThreshold& threshold)
{
    json::Writer out;
    out.begin_object();
    write_threshold(out, threshold);
    return out.end_object().take();
}

std::string own_text(const OwnRenewalSettings& own)
{
    return json::Writer()
        .begin_object()
        .member_or_null("automatic", own.automatic)
        .member_or_null("threshold_days", number(own.threshold_days))
        .member_or_null("lifetime_percent", number(own.lifetime_percent))
        .end_object()
        .take();
}

void write_window(json::Writer& out, const std::optional<SuggestedWindow>& window)
{
    if (!window) {
        out.null_member("suggested_window");
        return;
    }
    out.begin_object("suggested_window");
    write_time(out, "start", window->from);
    write_time(out, "end", window->until);
    out.end_object();
}

http::Response settings_response(const RenewalSettings& settings)
{
    return resource_response(200, threshold_text(settings.threshold), make_etag(settings.revision));
}

http::Response outlook_response(const issuance::RenewalOutlook& outlook)
{
    const auto planned = outlook.planned.value_or(PlannedRenewal{.revision = 0});
    const auto& own = planned.own;
    json::Writer out;
    out.begin_object()
        .member("planned", outlook.planned.has_value())
        .member_or_null("automatic", own.automatic)
        .member_or_null("threshold_days", number(own.threshold_days))
        .member_or_null("lifetime_percent", number(own.lifetime_percent))
        .begin_object("effective");
    write_threshold(out, outlook.effective);
    out.end_object();
    write_time(out, "due_at", planned.due_at);
    write_window(out, planned.suggested);
    out.member("failed_attempts", static_cast<long long>(planned.attempts))
        .member_or_null("last_error", planned.last_error.empty() ? std::nullopt : std::optional(planned.last_error));
    auto text = out.end_object().take();
    // What the schedule changes is no new revision, and yet another answer.
    const auto window = planned.suggested.value_or(SuggestedWindow{});
    const auto rest = std::to_string(planned.due_at ? to_millis(*planned.due_at) : 0) + '-' +
                      std::to_string(to_millis(window.from) + to_millis(window.until)) + '-' +
                      std::to_string(planned.attempts) + '-' + (outlook.effective.automatic ? 'a' : 'm') +
                      std::to_string(outlook.effective.days) + '-' + std::to_string(outlook.effective.percent);
    return resource_response(200, std::move(text), make_etag(planned.revision, rest));
}

} // namespace

Result<Answer> show(const Call& /*call*/, db::Session& session)
{
    return settings_response(db::RenewalRepository(session).settings());
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    const auto settings = db::RenewalRepository(work).settings();
    CHANCERY_TRY(revision, matched_revision(call.request, settings.revision));
    CHANCERY_TRY(merged, json::merge_patch(threshold_text(settings.threshold), call.request.body));
    json::Reader in(merged);
    RenewalThreshold wanted;
    wanted.automatic = in.boolean("automatic");
    wanted.days = in.has("threshold_days") ? read_number(in, "threshold_days").value_or(0) : 0;
    wanted.percent = in.has("lifetime_percent") ? read_number(in, "lifetime_percent").value_or(0) : 0;
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_renewal_settings(call.core(), work, call.caller, wanted, revision));
    return settings_response(changed);
}

Result<Answer> show_own(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(outlook, issuance::renewal_outlook(call.core(), session, call.caller, id));
    return outlook_response(outlook);
}

Result<Answer> change_own(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(id, id_of(call.request));
    CHANCERY_TRY(outlook, issuance::renewal_outlook(call.core(), work, call.caller, id));
    const auto planned = outlook.planned.value_or(PlannedRenewal{.revision = 0});
    CHANCERY_TRY(revision, matched_revision(call.request, planned.revision));
    CHANCERY_TRY(merged, json::merge_patch(own_text(planned.own), call.request.body));
    json::Reader in(merged);
    OwnRenewalSettings own;
    own.automatic = in.optional_boolean("automatic");
    own.threshold_days = read_number(in, "threshold_days");
    own.lifetime_percent = read_number(in, "lifetime_percent");
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_own_renewal_settings(call.core(), work, call.caller, id, own, revision));
    return outlook_response(changed);
}

} // namespace chancery::api::renewal_settings
