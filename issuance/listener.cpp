#include "core/log.hpp"
#include "db/repositories/authority_repository.hpp"
#include "db/repositories/certificate_repository.hpp"
#include "issuance/certificates.hpp"
#include "issuance/domains.hpp"
#include "issuance/orders.hpp"
#include "issuance/setup.hpp"
#include "pki/pem.hpp"

#include <algorithm>
#include <stdexcept>

namespace chancery::issuance {
namespace {

namespace asio = boost::asio;

constexpr const char* kListener = "listener"; ///< the tag of the certificate and the purpose of its key

/// The names that may be certified. A server must start although its host was renamed: the others are left out, loudly.
std::vector<Name> permitted(Core& core, db::Session& session, const std::vector<std::string>& texts)
{
    std::vector<Name> names;
    for (const auto& text : texts) {
        const auto name = name_from_text(text);
        if (name && check_domains(core, session, system_caller(), {*name})) {
            if (std::ranges::find(names, *name) == names.end()) {
                names.push_back(*name);
            }
        } else {
            log::warning("listener.name_not_registered", {{"name", text}});
        }
    }
    if (names.empty()) {
        throw std::runtime_error("none of the listener's names lies under a registered and enabled domain");
    }
    return names;
}

bool covers(const Certificate& certificate, const std::vector<Name>& names)
{
    return std::ranges::all_of(
        names, [&](const Name& name) { return std::ranges::find(certificate.names, name) != certificate.names.end(); });
}

ListenerCertificate presentable(Core& core, db::Session& session, const Certificate& certificate,
                                const pki::PrivateKey& key)
{
    auto chain = pki::to_pem(certificate.der, "CERTIFICATE");
    for (const auto& above : chain_of(core, session, certificate)) {
        chain += pki::to_pem(above, "CERTIFICATE");
    }
    return {.chain_pem = std::move(chain), .key_pem = key.to_pem()};
}

std::optional<ListenerCertificate> on_file(Core& core, db::Session& session, const std::vector<Name>& names)
{
    const auto now = core.clock.now();
    db::CertificateRepository certificates(session);
    // Tags are anybody's to give and to take; who requested a certificate is not.
    const db::CertificateFilter filter{.statuses = {CertificateStatus::Active},
                                       .source = CertificateSource::Managed,
                                       .requester_id = system_caller().actor.id,
                                       .now = now};
    for (const auto& row : certificates.list(filter, db::CertificateSort::ValidTo, {.limit = 50, .descending = true})) {
        const bool fresh = row.valid_to - now >= (row.valid_to - row.valid_from) / 3;
        if (!fresh || !row.key_id || !covers(row, names)) {
            continue;
        }
        const auto stored = db::KeyRepository(session).find(*row.key_id);
        const auto whole = certificates.find(row.id);
        if (stored && whole && stored->purpose == kListener) {
            return presentable(core, session, *whole, core.keys.unwrap(*stored));
        }
    }
    return std::nullopt;
}

struct Existing {
    std::vector<Name> names{};
    std::optional<ListenerCertificate> certificate{};
};

CertificateRequest request_for(const std::vector<Name>& names)
{
    CertificateRequest request{
        .pathway = Pathway::Automated, .names = names, .key_algorithm = KeyAlgorithm::Ec256, .tags = {kListener}};
    request.key_purpose = kListener;
    request.extended_key_usage = {ExtendedKeyUsage::ServerAuth};
    return request;
}

} // namespace

asio::awaitable<ListenerCertificate> listener_certificate(Core& core, std::vector<std::string> names)
{
    auto existing = co_await core.store.read([&](db::Session& session) {
        Existing found{.names = permitted(core, session, names)};
        found.certificate = on_file(core, session, found.names);
        return found;
    });
    if (existing.certificate) {
        co_return std::move(*existing.certificate);
    }
    const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
    const auto request = request_for(existing.names);
    auto accepted = co_await core.store.write(
        [&](db::UnitOfWork& work) { return accept_order(core, work, system_caller(), request, key); });
    if (!accepted) {
        throw std::runtime_error("the listener's certificate: " + accepted.error().detail);
    }
    const auto finished = co_await finish_order(core, std::move(*accepted));
    if (!finished.certificate) {
        throw std::runtime_error("the listener's certificate: " + finished.order.error.value_or("its order failed"));
    }
    co_return co_await core.store.read(
        [&](db::Session& session) { return presentable(core, session, *finished.certificate, key); });
}

} // namespace chancery::issuance
