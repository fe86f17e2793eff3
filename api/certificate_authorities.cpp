#include "api/certificate_authorities.hpp"

#include "api/answers.hpp"
#include "api/context.hpp"
#include "api/etag.hpp"
#include "api/paging.hpp"
#include "db/repositories/authority_repository.hpp"
#include "issuance/authorities.hpp"
#include "issuance/orders.hpp"
#include "issuance/revocation_status/crls.hpp"
#include "issuance/revocation_status/shards.hpp"
#include "pki/pem.hpp"

namespace chancery::api::certificate_authorities {
namespace {

constexpr std::string_view kLocation = "/api/v1/certificate-authorities/";

void write_authority(json::Writer& out, const Authority& authority, Time now)
{
    out.begin_object()
        .member("id", authority.id)
        .member("name", authority.name)
        .member("kind", name_of(authority.kind))
        .member_or_null("parent_id", authority.parent_id)
        .member("status", name_of(authority.status(now)))
        .member("retired", authority.stored_status == AuthorityStatus::Invalid)
        .member("subject", authority.subject)
        .member("algorithm", name_of(authority.algorithm))
        .member("digest", name_of(authority.digest))
        .member("serial_number", authority.serial_number)
        .member("fingerprint_sha256", authority.fingerprint_sha256)
        .member("subject_key_id", authority.subject_key_id);
    write_time(out, "valid_from", authority.valid_from);
    write_time(out, "valid_to", authority.valid_to);
    out.member_or_null("path_length", authority.path_length)
        .member("has_private_key", authority.key_id.has_value())
        .member("crl_number", authority.crl_number)
        .member("crl_urls", authority.crl_urls)
        .member("aia_urls", authority.aia_urls)
        .member("crl_shards", authority.crl_shards)
        .member("ocsp", authority.ocsp)
        .member("ocsp_urls", authority.ocsp_urls);
    write_time(out, "revoked_at", authority.revoked_at);
    write_time(out, "created_at", authority.created_at);
    out.end_object();
}

/// The status is computed and the CRL number grows without a revision, so both are part of the validator.
std::string etag_of(const Authority& authority, Time now)
{
    return make_etag(authority.revision,
                     std::string(name_of(authority.status(now))) + '.' + std::to_string(authority.crl_number));
}

http::Response authority_response(const Authority& authority, Time now, int status)
{
    json::Writer out;
    write_authority(out, authority, now);
    auto response = resource_response(status, out.take(), etag_of(authority, now));
    if (status == 201) {
        response.with("Location", std::string(kLocation) + authority.id);
    }
    return response;
}

Result<Authority> find(const http::Request& request, db::Session& session)
{
    CHANCERY_TRY(id, id_of(request));
    auto authority = db::AuthorityRepository(session).find(id);
    if (!authority) {
        return refuse(Code::NotFound, "there is no certificate authority with this id");
    }
    return std::move(*authority);
}

std::string writable_of(const Authority& authority)
{
    json::Writer out;
    out.begin_object()
        .member("name", authority.name)
        .member("crl_urls", authority.crl_urls)
        .member("aia_urls", authority.aia_urls)
        .member("crl_shards", authority.crl_shards)
        .member("ocsp", authority.ocsp)
        .member("ocsp_urls", authority.ocsp_urls)
        .member("retired", authority.stored_status == AuthorityStatus::Invalid)
        .end_object();
    return out.take();
}

/// A number of days or of certificates below; a mistake outside its bounds.
std::optional<int> read_number(json::Reader& in, std::string_view name, long long least, long long most)
{
    const auto number = in.optional_integer(name);
    if (!number) {
        return std::nullopt;
    }
    if (*number < least || *number > most) {
        in.reject(name, "range", "must be from " + std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return static_cast<int>(*number);
}

Result<issuance::NewAuthority> read_wanted(const http::Request& request)
{
    constexpr long long kMostDays = 366LL * 50;
    json::Reader in(body_of(request));
    issuance::NewAuthority wanted{.kind = read_required_choice<AuthorityKind>(in, "kind", AuthorityKind::Root),
                                  .name = in.string("name")};
    auto subject = in.object("subject");
    wanted.subject = read_subject(subject);
    const auto fallback = wanted.kind == AuthorityKind::Root ? KeyAlgorithm::Ec384 : KeyAlgorithm::Ec256;
    wanted.algorithm = read_choice<KeyAlgorithm>(in, "algorithm").value_or(fallback);
    wanted.digest = read_choice<Digest>(in, "digest");
    wanted.validity_days = read_number(in, "validity_days", 1, kMostDays).value_or(0);
    wanted.path_length = read_number(in, "path_length", 0, 10);
    wanted.parent_id = in.optional_string("parent_id").value_or("");
    CHANCERY_CHECK(in.finish());
    return wanted;
}

/// From the whole of what can be changed: a member that is null is as it was at first.
issuance::AuthorityUpdate read_update(json::Reader& in)
{
    const std::vector<std::string> none;
    issuance::AuthorityUpdate update{.name = in.string("name"),
                                     .crl_urls = in.optional_strings("crl_urls").value_or(none),
                                     .aia_urls = in.optional_strings("aia_urls").value_or(none)};
    update.crl_shards = read_number(in, "crl_shards", 1, issuance::kMostShards).value_or(1);
    update.ocsp = in.optional_boolean("ocsp").value_or(true);
    update.ocsp_urls = in.optional_strings("ocsp_urls").value_or(none);
    update.retired = in.optional_boolean("retired").value_or(false);
    return update;
}

/// The CA's key: at once where that is quick, else on a thread that may take its time.
http::Awaitable<pki::PrivateKey> make_key(Services& services, KeyAlgorithm algorithm)
{
    const auto generate = [algorithm] { return pki::PrivateKey::generate(algorithm); };
    if (issuance::is_quick_to_generate(algorithm)) {
        co_return generate();
    }
    co_return co_await services.core.pool.run(generate);
}

Result<issuance::PreparedImport> read_import(const http::Request& request)
{
    json::Reader in(body_of(request));
    const issuance::ImportedAuthority wanted{.name = in.string("name"),
                                             .certificate = in.string("certificate"),
                                             .private_key = in.optional_string("private_key").value_or(""),
                                             .passphrase = Secret(in.optional_string("passphrase").value_or(""))};
    CHANCERY_CHECK(in.finish());
    return issuance::prepare_import(wanted);
}

} // namespace

Result<Answer> list(const Call& call, db::Session& session)
{
    QueryReader query(call.request);
    const auto paging = read_paging(call, query, {});
    const auto kind = query.choice<AuthorityKind>("kind");
    const auto statuses = query.choices<AuthorityStatus>("status");
    CHANCERY_CHECK(query.finish());
    auto all = db::AuthorityRepository(session).list();
    std::erase_if(all, [&](const Authority& authority) {
        const bool other_status = !statuses.empty() && std::find(statuses.begin(), statuses.end(),
                                                                 authority.status(call.now)) == statuses.end();
        return other_status || (kind && authority.kind != *kind);
    });
    const auto show_one = [&](json::Writer& out, const Authority& one) { write_authority(out, one, call.now); };
    return short_list_response(call, paging, std::move(all), show_one);
}

http::Awaitable<http::Response> create(Services& services, const Route& route, const http::Request& request)
{
    const auto wanted = read_wanted(request);
    pki::PrivateKey key;
    if (wanted && has_credentials(request)) {
        key = co_await make_key(services, wanted->algorithm);
    }
    WriteWork work = [&](const Call& call, db::UnitOfWork& unit) -> Result<Answer> {
        if (!wanted) {
            return std::unexpected(wanted.error());
        }
        CHANCERY_TRY(authority, issuance::create_authority(call.core(), unit, call.caller, *wanted, key));
        return authority_response(authority, call.now, 201);
    };
    co_return finish(request, co_await write(services, route, request, std::move(work)));
}

http::Awaitable<http::Response> import(Services& services, const Route& route, const http::Request& request)
{
    Result<issuance::PreparedImport> prepared;
    if (has_credentials(request)) {
        prepared = co_await services.core.pool.run([&] { return read_import(request); });
    }
    WriteWork work = [&](const Call& call, db::UnitOfWork& unit) -> Result<Answer> {
        if (!prepared) {
            return std::unexpected(prepared.error());
        }
        CHANCERY_TRY(authority, issuance::import_authority(call.core(), unit, call.caller, *prepared));
        return authority_response(authority, call.now, 201);
    };
    co_return finish(request, co_await write(services, route, request, std::move(work)));
}

Result<Answer> show(const Call& call, db::Session& session)
{
    CHANCERY_TRY(authority, find(call.request, session));
    return authority_response(authority, call.now, 200);
}

Result<Answer> change(const Call& call, db::UnitOfWork& work)
{
    CHANCERY_TRY(authority, find(call.request, work));
    CHANCERY_TRY(revision, matched_revision(call.request, authority.revision));
    CHANCERY_TRY(merged, json::merge_patch(writable_of(authority), call.request.body));
    json::Reader in(merged);
    const auto update = read_update(in);
    CHANCERY_CHECK(in.finish());
    CHANCERY_TRY(changed, issuance::update_authority(call.core(), work, call.caller, authority.id, update, revision));
    return authority_response(changed, call.now, 200);
}

Result<Answer> pem(const Call& call, db::Session& session)
{
    CHANCERY_TRY(authority, find(call.request, session));
    return file_response(pki::to_pem(authority.der, "CERTIFICATE"), "application/x-pem-file", authority.name, ".crt");
}

http::Awaitable<http::Response> crl(Services& services, const Route& route, const http::Request& request)
{
    Authority authority;
    ReadWork reading = [&](const Call& call, db::Session& session) -> Result<Answer> {
        CHANCERY_TRY(found, find(call.request, session));
        authority = found;
        return http::empty_response(200);
    };
    auto admitted = co_await read(services, route, request, std::move(reading));
    if (!admitted) {
        co_return finish(request, std::move(admitted));
    }
    auto current = co_await issuance::current_crl(services.core, authority.id);
    if (!current) {
        co_return finish(request, refuse(Code::NotFound, "this certificate authority has no key here to sign a CRL"));
    }
    co_return finish(request,
                     Answer(file_response(std::move(current->der), "application/pkix-crl", authority.name, ".crl")));
}

} // namespace chancery::api::certificate_authorities
