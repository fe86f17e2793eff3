#pragma once

#include "acme/account_cache.hpp"
#include "acme/context.hpp"
#include "acme/envelope.hpp"
#include "acme/limits.hpp"
#include "acme/nonce.hpp"
#include "acme/settings.hpp"
#include "acme/validation/validator.hpp"
#include "issuance/core.hpp"
#include "server/http/client.hpp"
#include "server/http/router.hpp"

#include <string>
#include <string_view>

/// The RFC 8555 door: translates between ACME and the issuance core, and decides nothing that the core decides.
namespace chancery::acme {

/// One door serves every ACME server of the configuration under /acme/{server}/. Made once, before the job runner
/// starts; must not outlive what it is made of, and outlives the router and the runner. Thread-safe.
class Door {
public:
    /// Registers the handler of `acme.validate` jobs. Throws std::invalid_argument for settings that cannot be.
    Door(issuance::Core& core, AcmeSettings settings, http::Client& client, http::TlsProber& prober,
         Resolver& resolver);
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    void add_routes(http::Router& router);
    /// Tells the other servers on this database where this one is. To be repeated at least daily, and done before the
    /// first request. Nothing without a `node_url`.
    http::Awaitable<void> announce();

private:
    using Handler = http::Awaitable<Outcome<http::Response>> (*)(Context&, Call);

    struct Endpoint {
        Handler handler;
        Signer signer = Signer::Account;
        bool is_directory = false; ///< the one resource without Link rel="index" (RFC 8555 section 7.1)
    };

    using Page = http::Awaitable<http::Response> (*)(Context&, const http::Request&);

    void add_page(http::Router& router, const char* method, std::string_view path, Page page);
    void add_post(http::Router& router, std::string_view path, Endpoint endpoint);
    http::Awaitable<http::Response> answer_post(const http::Request& request, Endpoint endpoint);
    http::Awaitable<http::Response> answer_directory(const http::Request& request);
    http::Awaitable<http::Response> answer_new_nonce(const http::Request& request);
    http::Awaitable<http::Response> answer_renewal_info(const http::Request& request);
    http::Response answer_unknown(const http::Request& request, int status);

    http::Awaitable<Outcome<http::Response>> open_and_run(const http::Request& request, Endpoint endpoint);
    http::Awaitable<Outcome<http::Response>> give_nonce(const http::Request& request);
    http::Awaitable<std::string> server_id_of(std::string slug);
    bool knows(const std::string& slug) const;
    /// Runs `work`, and answers in ACME's form what it throws; the cause is in the log under the request id.
    http::Awaitable<http::Response> guarded(const http::Request& request,
                                            http::Awaitable<Outcome<http::Response>> work);
    /// The header fields that every answer has.
    void complete(http::Response& response, const http::Request& request, bool with_index, bool with_nonce);

    http::Awaitable<void> run_validation(Job job);

    issuance::Core& core_;
    const AcmeSettings settings_;
    AccountCache accounts_;
    AddressPolicy addresses_;
    AddressLimiter limiter_;
    ValidationTools tools_;
    const Secret node_key_; ///< for what nodes say to each other; all have the same key-encryption key
    NonceService nonces_;
    ValidationsUnderWay under_way_{};
    Context context_;
};

} // namespace chancery::acme
