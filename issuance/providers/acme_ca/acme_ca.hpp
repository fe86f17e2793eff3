#pragma once

#include "issuance/providers/acme_ca/session.hpp"
#include "issuance/providers/acme_ca/solver.hpp"
#include "issuance/providers/kinds.hpp"
#include "issuance/providers/upstream.hpp"

#include <memory>
#include <string>
#include <vector>

namespace chancery::issuance::providers {

/// An ACME CA upstream (RFC 8555). An order goes one step further each time it is asked about: the order's URL is the
/// handle and is stored before anything is proved.
class AcmeCa final : public Upstream {
public:
    AcmeCa(Core& core, Provider provider, Secrets secrets);

    boost::asio::awaitable<CheckResult> check() override;
    boost::asio::awaitable<Outcome> submit(Wanted wanted) override;
    boost::asio::awaitable<Outcome> poll(Wanted wanted, std::string handle) override;
    boost::asio::awaitable<std::optional<Failed>> revoke(RevocationRequest request) override;
    boost::asio::awaitable<std::expected<RenewalWindow, Failed>> renewal_window(std::string certificate) override;

private:
    using Session = acme_ca::Session;
    template <class T> using Answer = acme_ca::Answer<T>;

    boost::asio::awaitable<Outcome> prove(Session& session, const std::string& reference, const std::string& handle,
                                          std::vector<std::string> authorizations);
    /// One authorization; how long to wait, nothing when it is valid.
    boost::asio::awaitable<Answer<std::optional<std::chrono::seconds>>>
    prove_one(Session& session, const std::string& reference, const std::string& url);
    boost::asio::awaitable<Answer<UpstreamChallenge>> prepare(UpstreamChallenge challenge);
    boost::asio::awaitable<Outcome> finalize(Session& session, const Wanted& wanted, const std::string& handle,
                                             const std::string& url);
    boost::asio::awaitable<Outcome> download(Session& session, const std::string& url);
    boost::asio::awaitable<void> clean_up(std::string reference);

    Core& core_;
    Provider provider_;
    Secrets secrets_;
    std::unique_ptr<acme_ca::Solver> solver_;
};

} // namespace chancery::issuance::providers
