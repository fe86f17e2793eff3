#include "api/policy_evaluations.hpp"

#include "api/answers.hpp"
#include "api/policies.hpp"
#include "issuance/orders.hpp"
#include "issuance/policies/evaluations.hpp"
#include "issuance/validation.hpp"

namespace chancery::api::policy_evaluations {
namespace {

std::optional<Actor> read_requester(json::Reader& in)
{
    auto object = in.optional_object("requester");
    if (!object) {
        return std::nullopt;
    }
    Actor actor{.type = read_required_choice<ActorType>(*object, "type", ActorType::User)};
    actor.id = object->optional_string("id").value_or("");
    if (actor.id.empty() && actor.type != ActorType::System) {
        object->reject("id", "required", "is required");
    }
    return actor;
}

/// The order's members, and those that say what kind of request it would be.
Result<issuance::Evaluation> read_evaluation(const Call& call)
{
    json::Reader in(body_of(call.request));
    issuance::Evaluation wanted{.requester = read_requester(in)};
    const auto renewed = in.optional_string("renews_certificate_id");
    if (renewed && renewed->empty()) {
        in.reject("renews_certificate_id", "format", "must be an id");
    }
    const auto pathway = read_choice<Pathway>(in, "pathway");
    if (in.has("policy") && !in.is_object("policy")) {
        in.reject("policy", "type", "must be an object");
    }
    const auto draft = in.raw("policy");
    if (pathway && in.has("csr") && *pathway == Pathway::Automated) {
        in.reject("pathway", "exclusive", "a CSR brings its own key");
    }
    CHANCERY_TRY(request, issuance::parse_request(call.core(), in));
    wanted.request = std::move(request);
    wanted.request.renews_certificate = renewed.value_or("");
    wanted.request.pathway = pathway.value_or(wanted.request.pathway);
    if (draft) {
        auto policy = policies::read_policy(*draft, {});
        if (!policy) {
            return refuse(issuance::at_pointer("/policy", policy.error()));
        }
        wanted.draft = std::move(*policy);
    }
    return wanted;
}

} // namespace

Result<Answer> evaluate(const Call& call, db::Session& session)
{
    CHANCERY_TRY(wanted, read_evaluation(call));
    CHANCERY_TRY(decision, issuance::evaluate(call.core(), session, call.caller, std::move(wanted)));
    json::Writer out;
    out.begin_object()
        .member("blocked", decision.blocked())
        .member("warning_count", static_cast<long long>(decision.warnings().size()))
        .raw_member("decision", decision.to_json())
        .end_object();
    return http::json_response(200, out.take());
}

} // namespace chancery::api::policy_evaluations
