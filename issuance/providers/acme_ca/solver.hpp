#pragma once

#include "core/model/provider.hpp"
#include "issuance/core.hpp"
#include "issuance/providers/acme_ca/session.hpp"
#include "issuance/providers/kinds.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace chancery::issuance::providers::acme_ca {

/// How control of a name is shown to the CA. Both functions may run again for one challenge.
class Solver {
public:
    virtual ~Solver() = default;

    /// "http-01" or "dns-01".
    virtual std::string_view type() const = 0;
    /// How long the CA should not look after `present`.
    virtual std::chrono::seconds wait() const = 0;
    /// Makes the answer visible; nothing on success.
    virtual boost::asio::awaitable<std::optional<Failed>> present(UpstreamChallenge challenge) = 0;
    /// Takes it away again. What remains is harmless, so a failure is only logged.
    virtual boost::asio::awaitable<void> clean_up(UpstreamChallenge challenge) = 0;
};

/// As the provider's `solver` says: http-01 is answered from the database by every server's plain-HTTP listener, dns-01
/// by a dynamic update (RFC 2136) or by a webhook.
std::unique_ptr<Solver> make_solver(Core& core, const Provider& provider, const Secrets& secrets);

} // namespace chancery::issuance::providers::acme_ca
