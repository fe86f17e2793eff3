#include "api/service_accounts.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/machine_repository.hpp"
#include "issuance/identity/machines.hpp"

namespace chancery::api::service_accounts {
namespace {

constexpr std::string_view kSorts[] = {"name"};

/// What a client may write; PATCH is merged into it. No secret is among it, so none can be wiped by what is read.
void write_writable(json::Writer& out, const MachineAccount& account)
{
    out.member("name", account.name)
        .member("description", account.description)
        .member("owner_id", account.owner_id)
        .member("scope", name_of(account.scope))
        .member("domain_ids", account.domain_ids)
        .member_or_null("source_cidrs", account.source_cidrs)
        .member("certificate_ids", account.certificate_ids)
        .member("enabled", account.enabled);
    write_time(out, "expires_at", account.expires_at);
}

void write_members(json::Writer& out, const MachineAccount& account)
{
    out.member("id", account.id).member("client_id", account.id).member("kind", name_of(account.kind));
    write_writable(out, account);
    write_time(out, "last_used_at", account.last_used_at);
    write_time(out, "created_at", account.created_at);
    write_time(out, "updated_at", account.updated_at);
}

void write_account(json::Writer& out, const MachineAccount& account)
{
    out.begin_object();
    write_members(out, account);
    out.end_object();
}

std::string text_of(const MachineAccount& account)
{
    json::Writer out;
    write_account(out, account);
    return out.take();
}

/// `secret` is shown at its creation and never again; null says that there was one.
std::string created_text(const MachineAccount& account, const std::optional<std::string>& secret)
{
    json::Writer out;
    out.begin_object();
    write_members(out, account);
    out.member_or_null("client_secret", secret).end_object();
    return out.take();
}

void write_secret_members(json::Writer& out, const MachineSecret& secret)
{
    out.member("id", secret.id);
    write_time(out, "created_at", secret.created_at);
    write_time(out, "expires_at", secret.expires_at);
}

void write_secret(json::Writer& out, const MachineSecret& secret)
{
    out.begin_object();
    write_secret_members(out, secret);
    out.end_object();
}

std::string created_secret_text(const MachineSecret& secret, const std::optional<std::string>& text)
{
    json::Writer out;
    out.begin_object();
    write_secret_members(out, secret);
    out.member("client_id", secret.account_id).member_or_null("client_secret", text).end_object();
    return out.take();
}

/// The last use is shown and makes no revision.
std::string etag_of(const MachineAccount& account)
{
    return make_etag(account.revision, account.last_used_at ? std::to_string(to_millis(*account.last_used_at)) : "");
}

void read_writable(json::Reader& in, MachineAccount& account)
{
    account.name = in.string("name");
    account.description = in.optional_string("description").value_or("");
    account.owner_id = in.string("owner_id");
    account.scope = read_required_choice<Scope>(in, "scope", Scope::Read);
    account.domain_ids = in.optional_strings("domain_ids").value_or(std::vector<std::string>{});
    account.source_cidrs = in.optional_strings("source_cidrs");
    account.certificate_ids = in.optional_strings("certificate_ids").value_or(std::vector<std::string>{});
    account.enabled = in.optional_boolean("enabled").value_or(true);
    account.expires_at = read_time(in, "expires_at");
}

Result<MachineAccount> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto account = db::MachineAccountRepository(session).find(id);
    if (!account) {
        return refuse(Code::NotFound, "there is no service account with this id");
    }
    return std::move(*account);
}

std::string place_of(const MachineAccount& account)
{
    return "/api/v1/service-accounts/" + account.id;
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, kSorts);
    CHANCERY_CHECK(query.finish());
    const auto by_name = [](const MachineAccount& account) {
        return db::Position{.value = account.name, .id = account.id};
    };
    db::MachineAccountRepository accounts(session);
    const auto total = paging.include_total ? std::optional(accounts.count()) : std::nullopt;
    return list_response(call, paging, accounts.list(paging.request), write_account, by_name, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    json::Reader in(body_of(call.request));
    MachineAccount wanted;
    wanted.kind = read_required_choice<MachineKind>(in, "kind", MachineKind::ServiceAccount);
    read_writable(in, wanted);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(made, issuance::create_machine(call.core(), work, call.caller, std::move(wanted)));
    auto response = created_response(created_text(made.account, std::string(made.secret.text.reveal())),
                                     place_of(made.account), etag_of(made.account));
    return Answer(std::move(response), created_text(made.account, std::nullopt));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(account, find(call, session));
    return resource_response(200, text_of(account), etag_of(account));
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, account.revision));
    json::Writer current;
    current.begin_object();
    write_writable(current, account);
    CHANCERY_TRY(merged, json::merge_patch(current.end_object().take(), call.request.body));
    json::Reader in(merged);
    read_writable(in, account);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_machine(call.core(), work, call.caller, account, revision));
    return resource_response(200, text_of(changed), etag_of(changed));
}

Result<Answer> remove(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    CHANCERY_TRY(revision, matched_revision(call.request, account.revision));
    CHANCERY_CHECK(issuance::delete_machine(call.core(), work, call.caller, account.id, revision));
    return http::empty_response(204);
}

Result<Answer> list_secrets(const Call& call, db::Session& session)
{
    CHANCERY_TRY(account, find(call, session));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    return short_list_response(call, paging, db::MachineSecretRepository(session).of_account(account.id), write_secret);
}

Result<Answer> rotate_secret(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    json::Reader in(body_of(call.request));
    const std::chrono::seconds overlap(in.optional_integer("overlap_seconds").value_or(0));
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(made, issuance::rotate_machine_secret(call.core(), work, call.caller, account.id, overlap));
    auto response = http::json_response(201, created_secret_text(made.secret, std::string(made.text.reveal())));
    response.with("Location", place_of(account) + "/secrets");
    return Answer(std::move(response), created_secret_text(made.secret, std::nullopt));
}

} // namespace chancery::api::service_accounts
