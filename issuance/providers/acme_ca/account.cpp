#include "issuance/providers/acme_ca/account.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "db/repositories/upstream_repository.hpp"
#include "pki/jws_mac.hpp"

#include <stdexcept>

namespace chancery::issuance::providers::acme_ca {
namespace {

namespace asio = boost::asio;

std::string context_of(const UpstreamAccount& account)
{
    return "upstream-account|" + account.provider_id + '|' + account.directory_url;
}

pki::PrivateKey key_of(const Core& core, const UpstreamAccount& account)
{
    const auto sealed = from_base64(account.sealed_key);
    const auto der = sealed ? core.keys.open(*sealed, context_of(account)) : std::nullopt;
    if (!der) {
        throw std::runtime_error("the key of an account upstream cannot be opened with the key-encryption key");
    }
    return pki::PrivateKey::from_pkcs8(*der);
}

/// The stored account, or a new one that nobody has heard of.
UpstreamAccount account_of(Core& core, db::UnitOfWork& work, const std::string& provider_id,
                           const std::string& directory_url)
{
    db::UpstreamAccountRepository accounts(work);
    if (auto known = accounts.find(provider_id, directory_url)) {
        return std::move(*known);
    }
    UpstreamAccount account{.provider_id = provider_id, .directory_url = directory_url, .created_at = core.clock.now()};
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    account.sealed_key = to_base64(core.keys.seal(key.to_pkcs8().reveal(), context_of(account)));
    accounts.insert(account);
    return accounts.find(provider_id, directory_url).value();
}

/// What says that an account outside of ACME vouches for the key (section 7.3.4).
std::string binding(const Session& session, const std::string& key_id, const Secret& key)
{
    const auto header = json::Writer()
                            .begin_object()
                            .member("alg", "HS256")
                            .member("kid", key_id)
                            .member("url", session.directory().new_account)
                            .end_object()
                            .take();
    const auto raw = from_base64url(key.reveal());
    return pki::sign_jws_mac(header, pki::jwk_of(session.key().public_key()).canonical, pki::MacAlgorithm::Hs256,
                             raw ? Secret(*raw) : key);
}

std::string new_account_payload(const Session& session, const Provider& provider, const Secrets& secrets)
{
    json::Reader in(provider.configuration);
    json::Writer out;
    out.begin_object().member("termsOfServiceAgreed", true);
    if (const auto email = in.optional_string("account_email")) {
        out.member("contact", std::vector<std::string>{"mailto:" + *email});
    }
    const auto key = secrets.find("eab_hmac_key");
    if (const auto key_id = in.optional_string("eab_kid"); key_id && key != secrets.end()) {
        out.raw_member("externalAccountBinding", binding(session, *key_id, key->second));
    }
    return out.end_object().take();
}

asio::awaitable<Answer<std::string>> register_account(Session& session, const Provider& provider,
                                                      const Secrets& secrets)
{
    if (session.directory().external_account_required && !secrets.contains("eab_hmac_key")) {
        co_return std::unexpected(
            Failed{.words = "The CA wants an external account binding: set eab_kid and eab_hmac_key."});
    }
    const auto response =
        co_await session.post(session.directory().new_account, new_account_payload(session, provider, secrets));
    if (!response) {
        co_return std::unexpected(response.error());
    }
    std::string url(response->field("Location"));
    const auto status = json::Reader(response->body).optional_string("status").value_or("");
    if (url.empty() || status != "valid") {
        co_return std::unexpected(Failed{.words = "The CA gives the account the status \"" + status + "\"."});
    }
    co_return url;
}

} // namespace

asio::awaitable<Answer<std::shared_ptr<Session>>> open_session(Core& core, Provider provider, const Secrets& secrets)
{
    json::Reader in(provider.configuration);
    const auto directory_url = in.string("directory_url");
    const auto account = co_await core.store.write(
        [&](db::UnitOfWork& work) { return account_of(core, work, provider.id, directory_url); });
    auto session = std::make_shared<Session>(
        *core.outbound, core.clock, in.optional_string("tls_trust_anchors").value_or(""), key_of(core, account));
    if (const auto opened = co_await session->open(directory_url); !opened) {
        co_return std::unexpected(opened.error());
    }
    auto url = account.account_url;
    if (url.empty()) {
        auto registered = co_await register_account(*session, provider, secrets);
        if (!registered) {
            co_return std::unexpected(registered.error());
        }
        url = std::move(*registered);
        co_await core.store.write([&](db::UnitOfWork& work) {
            db::UpstreamAccountRepository(work).set_url(provider.id, directory_url, url);
        });
    }
    session->use_account(url);
    co_return session;
}

asio::awaitable<void> forget_account(Core& core, std::string provider_id, std::string directory_url)
{
    co_await core.store.write(
        [&](db::UnitOfWork& work) { db::UpstreamAccountRepository(work).set_url(provider_id, directory_url, ""); });
}

} // namespace chancery::issuance::providers::acme_ca
