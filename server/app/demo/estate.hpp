#pragma once

#include "server/app/demo/cast.hpp"
#include "server/app/demo/rsa_keys.hpp"

#include <memory>
#include <string>
#include <vector>

namespace chancery::app::demo {

/// Something that is reached by name and needs a certificate for as long as it lives.
struct Host {
    Pathway pathway{};
    std::vector<std::string> names{}; ///< the first is the common name
    KeyAlgorithm algorithm{};
    int days = 90;
    std::size_t requester = 0; ///< in Cast::requesters; of ACME in Cast::seats
    std::string profile{};     ///< of ACME
    std::vector<std::string> tags{};
    int generations = 0; ///< how many certificates it will have had when it is given up; 0: it is kept
    int generation = 0;
    std::string certificate_id{}; ///< the one that it got last by request; empty: none yet
};

/// All hosts of the demonstration: they are set up, renewed, given up, and their certificates revoked.
class Estate {
public:
    Estate(Stage& stage, const Cast& cast, int certificates);

    /// A host that nobody had before, with its first certificate; now and then the request is one that is refused.
    void add_host();

    /// Some host's certificate is revoked for some reason, by code or by its ACME client; nothing when that host has
    /// none in force.
    void revoke_some();

    /// The certificate that is in force for a host that was not given up and came by that way, with a tag; nothing when
    /// there is none left.
    std::vector<std::string> in_force(const std::string& tag, std::size_t most);

    long long refused() const { return refused_; }

private:
    using HostPtr = std::shared_ptr<Host>;

    HostPtr draw_host();
    void draw_acme(Host& host);
    void draw_requested(Host& host);
    void draw_names(Host& host, const std::string& base);

    void request(const HostPtr& host);
    void request_automated(const HostPtr& host);
    void request_by_csr(const HostPtr& host);
    void request_by_acme(const HostPtr& host);
    void renew_by_csr(const HostPtr& host);
    /// Notes what a request brought; the certificate when it brought one.
    std::optional<Certificate> settle(const HostPtr& host, Outcome outcome);
    void annotate(const Host& host, const std::string& certificate_id);
    void stop_renewing(const std::string& certificate_id);
    void plan_next(const HostPtr& host, const Certificate& certificate);
    void order_something_wrong();

    std::string csr_for(const Host& host);
    std::string cert_id_of(const Certificate& certificate);
    std::optional<Certificate> current(const Host& host);
    void revoke_by_code(const Certificate& certificate, RevocationReason reason);

    Stage& stage_;
    const Cast& cast_;
    RsaKeys rsa_;
    std::vector<HostPtr> hosts_{};
    int slow_hosts_ = 8; ///< for so many more the platform is asked for RSA keys, which take it long
    long long refused_ = 0;
};

} // namespace chancery::app::demo
