#pragma once

#include "acme/settings.hpp"
#include "server/http/message.hpp"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace chancery::acme {

enum class AddressFamily { V4, V6 };

struct DnsFailure {
    enum class Kind { NoSuchName, ServerFailure, Bogus, Timeout } kind{};
    std::string detail{}; ///< for a person
};

template <class T> using DnsAnswer = std::expected<T, DnsFailure>;

/// DNS as validation needs it. Aliases are followed; a name that exists without such records is an empty answer.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// Addresses as canonical text (RFC 5952).
    virtual http::Awaitable<DnsAnswer<std::vector<std::string>>> addresses(std::string name, AddressFamily family) = 0;
    /// TXT records, the strings of each joined.
    virtual http::Awaitable<DnsAnswer<std::vector<std::string>>> texts(std::string name) = 0;
};

/// libunbound in this process: never answers from a cache, so that a record which a client has just set is seen. Names
/// under "localhost." are loopback without a question (RFC 6761 section 6.3).
class UnboundResolver final : public Resolver {
public:
    /// Throws std::runtime_error that names the setting which libunbound refuses.
    explicit UnboundResolver(const AcmeSettings& settings);
    /// Nobody may be waiting for an answer any more.
    ~UnboundResolver() override;

    http::Awaitable<DnsAnswer<std::vector<std::string>>> addresses(std::string name, AddressFamily family) override;
    http::Awaitable<DnsAnswer<std::vector<std::string>>> texts(std::string name) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery::acme
