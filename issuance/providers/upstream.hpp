#pragma once

#include "core/clock.hpp"
#include "core/enum_names.hpp"
#include "core/model/provider.hpp"
#include "core/model/x509.hpp"
#include "issuance/core.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What every certificate authority outside looks like from here, however it is spoken to.
namespace chancery::issuance::providers {

/// What is ordered. The gate has judged it.
struct Wanted {
    std::string reference{}; ///< our order's id
    std::string csr{};       ///< DER
    std::string common_name{};
    std::vector<Name> names{};
    Time valid_from{};
    Time valid_to{};
    std::string renewed_certificate{}; ///< PEM of the certificate that this one renews; empty: none
    Secret renewed_key{};              ///< its key, PEM, when the platform holds it
};

/// The certificate as the CA returned it, DER, the leaf anywhere among the others.
struct Issued {
    std::vector<std::string> certificates{};
};

/// The CA has the order under this name; to be asked about again after a while.
struct Pending {
    std::string handle{};
    std::chrono::seconds retry_after{10};
};

struct Failed {
    std::string words{};    ///< the CA's own where it said anything
    bool transient = false; ///< whether asking again may help
    std::optional<std::chrono::seconds> retry_after{};
};

using Outcome = std::variant<Issued, Pending, Failed>;

struct RevocationRequest {
    std::string certificate{}; ///< DER
    std::string serial_number{};
    RevocationReason reason{};
    std::string handle{}; ///< of the order that it came from
};

/// Where the chain of a check is from.
enum class ChainOrigin {
    Authority,   ///< the CA's own words, now
    Issued,      ///< above the newest certificate that the provider issued
    TrustAnchors ///< configured: what its certificates must chain to
};

/// What a test of the credentials found.
struct CheckResult {
    bool succeeded = false;
    std::string detail{};             ///< for a person
    std::vector<std::string> chain{}; ///< DER of the CA's certificates, issuer first; empty where nothing is known
    ChainOrigin chain_origin = ChainOrigin::Authority;
};

/// When a CA would like a certificate to be renewed (RFC 9773 section 4.2).
struct RenewalWindow {
    Time start{};
    Time end{};
    std::chrono::seconds look_again_after{};
};

class Upstream {
public:
    virtual ~Upstream() = default;

    /// Proves the credentials without ordering anything.
    virtual boost::asio::awaitable<CheckResult> check() = 0;
    /// Orders. A driver whose order takes several steps returns Pending after the first, so that the handle is stored
    /// before the next. May be called again for one order whose first answer was lost.
    virtual boost::asio::awaitable<Outcome> submit(Wanted wanted) = 0;
    /// Takes an order further that is pending under this handle.
    virtual boost::asio::awaitable<Outcome> poll(Wanted wanted, std::string handle) = 0;
    /// Nothing when the CA revoked it, or had done so before.
    virtual boost::asio::awaitable<std::optional<Failed>> revoke(RevocationRequest request) = 0;
    /// What the CA suggests for a certificate (DER) of its own. Failed without words where it has no opinion, with them
    /// where it does not tell it now.
    virtual boost::asio::awaitable<std::expected<RenewalWindow, Failed>> renewal_window(std::string certificate);
};

/// The driver for a provider with its secrets opened; null for those that issue here or by hand. Throws
/// std::runtime_error when the secrets cannot be opened or nothing may leave the process.
std::unique_ptr<Upstream> make_upstream(Core& core, const Provider& provider);

} // namespace chancery::issuance::providers

namespace chancery {

template <> struct EnumNames<issuance::providers::ChainOrigin> {
    using Origin = issuance::providers::ChainOrigin;
    static constexpr std::pair<Origin, std::string_view> table[] = {
        {Origin::Authority, "authority"}, {Origin::Issued, "issued"}, {Origin::TrustAnchors, "trust_anchors"}};
};

} // namespace chancery
