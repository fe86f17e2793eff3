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
/// The same for a download, and records `certificate.download.success` with the form ("pem", "chain", "der").
Result<Certificate> download_certificate(Core& core, db::UnitOfWork& work, const Caller& caller, const std::string& id,
                                         std::string_view form);
/// The certificates above it, DER, issuing CA first, without the root.
std::vector<std::string> chain_of(Core& core, db::Session& session, const Certificate& certificate,
                                  bool with_root = false);

struct PfxExport {
    std::string pfx{}; ///< DER
    Secret password{}; ///< shown once, stored nowhere
    std::string file_name{};
};

/// NoPrivateKey for a certificate whose key is not held here; both outcomes are recorded. `identify` runs first inside
/// the transaction and answers the caller.
using Identify = std::function<Result<Caller>(db::UnitOfWork&)>;
boost::asio::awaitable<Result<PfxExport>> export_pfx(Core& core, Identify identify, std::string certificate_id,
                                                     bool legacy);

} // namespace chancery::issuance
