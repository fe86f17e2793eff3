#pragma once

#include "core/model/certificate.hpp"
#include "core/secret.hpp"
#include "issuance/core.hpp"
#include "issuance/revocation/revocation.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

/// The inventory as callers see it.
namespace chancery::issuance {

/// NotFound when it does not exist or is not the caller's to see (issuance/inventory/visibility.hpp).
Result<Certificate> find_certificate(Core& core, db::Session& session, const Caller& caller, const std::string& id);
/// The same, and records `certificate.view.accessed`.
Result<Certificate> view_certificate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id);
/// The same for a download, and records `certificate.download.success` with the form ("pem", "chain", "issuers",
/// "der").
Result<Certificate> download_certificate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                         std::string_view form);
/// The certificates above it, DER, issuing CA first, without the root.
std::vector<std::string> chain_of(Core& core, db::Session& session, const Certificate& certificate,
                                  bool with_root = false);

/// What a certificate and its key leave in (docs/decisions/0028).
enum class ExportFormat {
    Pkcs12,
    LegacyPkcs12, ///< 3DES and SHA-1, for old Windows and Java
    Pem           ///< the leaf, the CAs above it without the root, the key as encrypted PKCS#8 (RFC 5958)
};

struct KeyExport {
    std::string content{}; ///< DER, or PEM text
    Secret password{};     ///< shown once, stored nowhere
};

/// NoPrivateKey for a certificate that `has_private_key` says no of; both outcomes are recorded. `identify` runs first
/// inside the transaction and answers the caller.
using Identify = std::function<Result<Caller>(db::UnitOfWork&)>;
boost::asio::awaitable<Result<KeyExport>> export_key(Core& core, Identify identify, std::string certificate_id,
                                                     ExportFormat format);

} // namespace chancery::issuance
