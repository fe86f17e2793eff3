#include "api/policy_evaluations.hpp"

#include "api/answers.hpp"
#include "issuance/gate.hpp"
#include "issuance/orders.hpp"

namespace chancery::api::policy_evaluations {

Result<Answer> evaluate(const Call& call, db::Session& session)
{
    json::Reader in(body_of(call.request));
    CHANCERY_TRY(wanted, issuance::parse_request(call.core(), in));
    CHANCERY_CHECK(in.finish());
    const auto decision = issuance::evaluate_only(call.core(), session, call.caller, wanted);
    json::Writer out;
    out.begin_object()
        .member("blocked", decision.blocked())
        .member("warning_count", static_cast<long long>(decision.warnings().size()))
        .raw_member("decision", decision.to_json())
        .end_object();
    return http::json_response(200, out.take());
}

} // namespace chancery::api::policy_evaluations
