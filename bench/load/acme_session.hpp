#pragma once

#include "bench/load/https_connection.hpp"
#include "bench/load/statistics.hpp"
#include "pki/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chancery::bench {

/// An ACME account of the run.
struct Account {
    pki::PrivateKey key{};
    std::string kid{};
    std::string thumbprint{};
};

/// What a directory says (RFC 8555 section 7.1.1), as paths.
struct Directory {
    std::string host{};
    std::string port{};
    std::string base{}; ///< "https://host:port"
    std::string new_nonce{};
    std::string new_account{};
    std::string new_order{};
};

/// The server answered an error; `kind` is its ACME type without the prefix, or the status.
class Refused : public std::runtime_error {
public:
    Refused(std::string kind, const std::string& detail)
        : std::runtime_error(kind + ": " + detail), kind_(std::move(kind))
    {
    }

    const std::string& kind() const { return kind_; }

private:
    std::string kind_;
};

/// Signed requests over one connection, with its own nonces (RFC 8555 section 6).
class AcmeSession {
public:
    AcmeSession(const TlsClient& tls, const Directory& directory);

    /// Fetched without a session's nonces.
    static Directory read_directory(const TlsClient& tls, const std::string& url);

    /// POST with a fresh nonce; badNonce is answered by trying again. Throws Refused, ConnectionLost.
    HttpResponse post(const Account& account, const std::string& path, std::string_view payload, Kind kind);
    /// newAccount: signed with the key itself.
    void register_account(Account& account);

    /// The path of one of the server's own URLs; throws Refused for another server's.
    std::string path_of(const std::string& url) const;

    Statistics& statistics() { return statistics_; }

    const Directory& directory() const { return directory_; }

    std::size_t reconnects() const { return connection_.reconnects(); }

private:
    std::string take_nonce();
    HttpResponse timed(std::string_view method, const std::string& path, std::string_view body, Kind kind);
    HttpResponse signed_post(const Account& account, const std::string& identity, const std::string& path,
                             std::string_view payload, Kind kind);

    HttpsConnection connection_;
    Directory directory_;
    std::vector<std::string> nonces_;
    Statistics statistics_;
};

} // namespace chancery::bench
