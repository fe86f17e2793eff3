#include "api/acme_accounts.hpp"

#include "api/answers.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/acme_client_repository.hpp"
#include "db/repositories/configuration_repository.hpp"
#include "issuance/acme_accounts.hpp"

namespace chancery::api::acme_accounts {
namespace {

constexpr std::string_view kPath = "/api/v1/acme-accounts/";
constexpr std::string_view kBindingPath = "/api/v1/acme-bindings/";

void write_members(json::Writer& out, const AcmeClientRecord& account)
{
    out.member("id", account.id)
        .member("server_id", account.server_id)
        .member("status", name_of(account.status))
        .member("name", account.name)
        .member_or_null("key_id", account.key_id);
    write_time(out, "credentials_expire_at", account.credentials_expire_at);
    out.member("contacts", account.contacts)
        .member_or_null("thumbprint", account.thumbprint)
        .member("agreed_terms", account.agreed_terms);
    write_time(out, "registered_at", account.registered_at);
    write_time(out, "created_at", account.created_at);
}

void write_account(json::Writer& out, const AcmeClientRecord& account)
{
    out.begin_object();
    write_members(out, account);
    out.end_object();
}

std::string text_of(const AcmeClientRecord& account, const std::vector<AcmePause>& failures)
{
    json::Writer out;
    out.begin_object();
    write_members(out, account);
    out.begin_array("failing_names");
    for (const auto& one : failures) {
        out.begin_object()
            .member("type", name_of(one.identifier.type))
            .member("value", one.identifier.value)
            .member("failures", one.failures);
        write_time(out, "last_at", one.last_at);
        write_time(out, "paused_until", one.paused_until);
        out.end_object();
    }
    out.end_array().end_object();
    return out.take();
}

/// With the MAC key, or with null where a replay shows it again.
std::string credentials_text(const AcmeClientRecord& account, const std::optional<std::string>& mac_key)
{
    json::Writer out;
    out.begin_object();
    write_members(out, account);
    out.member_or_null("mac_key", mac_key).end_object();
    return out.take();
}

std::string etag_of(const AcmeClientRecord& account, const std::vector<AcmePause>& failures)
{
    long long latest = 0;
    for (const auto& one : failures) {
        latest = std::max(latest, to_millis(one.last_at));
    }
    return make_etag(account.revision, std::to_string(failures.size()) + '-' + std::to_string(latest));
}

http::Response account_response(db::Session& session, const AcmeClientRecord& account)
{
    const auto failures = db::AcmeLimitRepository(session).failures_of(account.id);
    return resource_response(200, text_of(account, failures), etag_of(account, failures));
}

Answer credentials_answer(db::Session& session, const issuance::NewAcmeCredentials& made)
{
    const auto account = db::AcmeClientRepository(session).find_record(made.account.id).value();
    auto response = created_response(credentials_text(account, std::string(made.mac_key.reveal())),
                                     std::string(kPath) + account.id, etag_of(account, {}));
    return Answer(std::move(response), credentials_text(account, std::nullopt));
}

Result<AcmeClientRecord> find(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto account = db::AcmeClientRepository(session).find_record(id);
    if (!account) {
        return refuse(Code::NotFound, "there is no ACME account with this id");
    }
    return std::move(*account);
}

Result<AcmeServer> find_server(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto server = db::AcmeServerRepository(session).find(id);
    if (!server) {
        return refuse(Code::NotFound, "there is no ACME server with this id");
    }
    return std::move(*server);
}

std::optional<Time> read_expiry(json::Reader& in)
{
    const auto text = in.optional_string("credentials_expire_at");
    const auto time = text ? from_rfc3339(*text) : std::nullopt;
    if (text && !time) {
        in.reject("credentials_expire_at", "format", "must be an RFC 3339 time");
    }
    return time;
}

void write_binding(json::Writer& out, const AcmeBinding& binding)
{
    out.begin_object()
        .member("id", binding.id)
        .member("account_id", binding.account_id)
        .member("type", name_of(binding.identifier.type))
        .member("value", binding.identifier.value)
        .member("allow_subdomains", binding.allow_subdomains)
        .member("allow_wildcard", binding.allow_wildcard);
    write_time(out, "created_at", binding.created_at);
    out.end_object();
}

std::string text_of(const AcmeBinding& binding)
{
    json::Writer out;
    write_binding(out, binding);
    return out.take();
}

Result<AcmeBinding> find_binding(const Call& call, db::Session& session)
{
    CHANCERY_TRY(id, id_of(call.request));
    auto binding = db::AcmeBindingRepository(session).find(id);
    if (!binding) {
        return refuse(Code::NotFound, "there is no ACME binding with this id");
    }
    return std::move(*binding);
}

/// A binding never changes: it is removed and made anew.
const std::string& binding_etag()
{
    static const auto kEtag = make_etag(1);
    return kEtag;
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    CHANCERY_TRY(server, find_server(call, session));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto status = query.choice<AcmeClientStatus>("status");
    CHANCERY_CHECK(query.finish());
    db::AcmeClientRepository clients(session);
    const auto by_id = [](const AcmeClientRecord& one) { return db::Position{.value = "", .id = one.id}; };
    const auto total = paging.include_total ? std::optional(clients.count(server.id, status)) : std::nullopt;
    return list_response(call, paging, clients.list(server.id, status, paging.request), write_account, by_id, total);
}

Result<Answer> create(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(server, find_server(call, work));
    json::Reader in(body_of(call.request));
    issuance::WantedAcmeAccount wanted;
    wanted.name = in.string("name");
    wanted.credentials_expire_at = read_expiry(in);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(made, issuance::create_acme_account(call.core(), work, call.caller, server, wanted));
    return credentials_answer(work, made);
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(account, find(call, session));
    return account_response(session, account);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    CHANCERY_CHECK(matched_revision(call.request, account.revision));
    json::Reader in(body_of(call.request));
    const auto name = in.optional_string("name");
    const auto status = read_choice<AcmeClientStatus>(in, "status");
    if (status && *status != AcmeClientStatus::Revoked && *status != account.status) {
        in.reject("status", "transition", "can only be changed to revoked");
    }
    CHANCERY_CHECK(in.finish());
    if (name) {
        CHANCERY_TRY(renamed, issuance::rename_acme_account(call.core(), work, call.caller, account.id, *name));
        account = std::move(renamed);
    }
    if (status && *status != account.status) {
        CHANCERY_TRY(revoked, issuance::revoke_acme_account(call.core(), work, call.caller, account.id));
        account = std::move(revoked);
    }
    return account_response(work, account);
}

Result<Answer> replace_credentials(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    json::Reader in(body_of(call.request));
    const auto expire_at = read_expiry(in);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(made, issuance::replace_acme_credentials(call.core(), work, call.caller, account.id, expire_at));
    return credentials_answer(work, made);
}

Result<Answer> resume(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    CHANCERY_CHECK(matched_revision(call.request, account.revision));
    CHANCERY_CHECK(issuance::resume_acme_account(call.core(), work, call.caller, account.id));
    return http::empty_response(204);
}

Result<Answer> list_bindings(const Call& call, db::Session& session)
{
    CHANCERY_TRY(account, find(call, session));
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    CHANCERY_CHECK(query.finish());
    return short_list_response(call, paging, db::AcmeBindingRepository(session).list(account.id), write_binding);
}

Result<Answer> bind(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(account, find(call, work));
    json::Reader in(body_of(call.request));
    AcmeBinding wanted{.account_id = account.id};
    wanted.identifier.type = read_choice<NameType>(in, "type").value_or(NameType::Dns);
    wanted.identifier.value = in.string("value");
    wanted.allow_subdomains = in.optional_boolean("allow_subdomains").value_or(false);
    wanted.allow_wildcard = in.optional_boolean("allow_wildcard").value_or(false);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(binding, issuance::bind_acme_name(call.core(), work, call.caller, std::move(wanted)));
    return created_response(text_of(binding), std::string(kBindingPath) + binding.id, binding_etag());
}

Result<Answer> show_binding(const Call& call, db::Session& session)
{
    CHANCERY_TRY(binding, find_binding(call, session));
    return resource_response(200, text_of(binding), binding_etag());
}

Result<Answer> unbind(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(binding, find_binding(call, work));
    CHANCERY_CHECK(matched_revision(call.request, 1));
    CHANCERY_CHECK(issuance::unbind_acme_name(call.core(), work, call.caller, binding.id));
    return http::empty_response(204);
}

} // namespace chancery::api::acme_accounts
