#pragma once

#include "acme/settings.hpp"
#include "server/http/message.hpp"

#include <chrono>
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

/// When a validation must have its answer.
using Deadline = std::chrono::steady_clock::time_point;

/// A CAA property (RFC 8659 section 4.1). What cannot be decoded is a critical one without a tag: nobody understands
/// it, so it forbids.
struct CaaRecord {
    bool critical = false;
    std::string tag{}; ///< lower case
    std::string value{};
    bool operator==(const CaaRecord&) const = default;
};

/// DNS as validation needs it. Aliases are followed; a name that exists without such records is an empty answer. A
/// lookup takes no longer than its own limit and ends at the deadline.
class Resolver {
public:
    virtual ~Resolver() = default;
    /// Addresses as canonical text (RFC 5952).
    virtual http::Awaitable<DnsAnswer<std::vector<std::string>>> addresses(std::string name, AddressFamily family,
                                                                           Deadline deadline) = 0;
    /// TXT records, the strings of each joined.
    virtual http::Awaitable<DnsAnswer<std::vector<std::string>>> texts(std::string name, Deadline deadline) = 0;
    /// The CAA records at this very name: climbing is the caller's matter.
    virtual http::Awaitable<DnsAnswer<std::vector<CaaRecord>>> caa(std::string name, Deadline deadline) = 0;
};

/// libunbound in this process: never answers from a cache, so that a record which a client has just set is seen, and
/// validates DNSSEC from the trust anchors on; an answer that does not validate is a failure (RFC 4035 section 5.5).
/// Names under "localhost." are loopback without a question (RFC 6761 section 6.3).
class UnboundResolver final : public Resolver {
public:
    /// Throws std::runtime_error that names the setting which libunbound refuses.
    explicit UnboundResolver(const AcmeSettings& settings);
    /// Nobody may be waiting for an answer any more.
    ~UnboundResolver() override;

    http::Awaitable<DnsAnswer<std::vector<std::string>>> addresses(std::string name, AddressFamily family,
                                                                   Deadline deadline) override;
    http::Awaitable<DnsAnswer<std::vector<std::string>>> texts(std::string name, Deadline deadline) override;
    http::Awaitable<DnsAnswer<std::vector<CaaRecord>>> caa(std::string name, Deadline deadline) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery::acme
