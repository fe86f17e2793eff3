#pragma once

#include "core/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace chancery::pki {

/// What a path is followed for. TlsServer asks every certificate on it whether it may be used so, by its key usage and
/// extended key usage (RFC 5280 sections 4.2.1.3 and 4.2.1.12).
enum class PathUse { Any, TlsServer };

/// Certificates at which paths may end. Takes milliseconds to make where there are many, so it is made once and asked
/// often; thread-safe.
class TrustAnchors {
public:
    /// DER, each; what is no certificate is left out.
    explicit TrustAnchors(const std::vector<std::string>& anchors);
    /// Those that the operating system trusts, as OpenSSL finds them.
    static TrustAnchors of_system();

    /// Whether the leaf, the first of the chain (DER), leads through the others to one of the anchors at that moment:
    /// the path validation of RFC 5280 section 6.1 as OpenSSL does it, without revocation. Takes a signature for each
    /// step: not for network threads.
    bool trust(const std::vector<std::string>& chain, Time at, PathUse use = PathUse::Any) const;

private:
    struct Store;
    explicit TrustAnchors(std::shared_ptr<Store> store);
    std::shared_ptr<Store> store_;
};

/// The system's anchors, read when they are first asked for and again after an hour, as an operator may change them.
/// Thread-safe.
class SystemAnchors {
public:
    using Reader = std::function<TrustAnchors()>;

    explicit SystemAnchors(Reader reader = TrustAnchors::of_system) : reader_(std::move(reader)) {}

    /// May read files: not for network threads.
    TrustAnchors current(Time now);

private:
    static constexpr std::chrono::hours kLifetime{1};

    Reader reader_;
    std::mutex mutex_{}; ///< held while they are read: whoever comes meanwhile would only read them, too
    std::optional<TrustAnchors> anchors_{};
    Time read_at_{};
};

/// Whether the certificate (DER) itself may be a TLS server's: where it has an extended key usage, serverAuth is in it
/// (RFC 5280 section 4.2.1.12), and where it has a key usage, one that TLS needs (section 4.2.1.3). False for what is
/// no certificate.
bool may_serve_tls(const std::string& certificate);

} // namespace chancery::pki
