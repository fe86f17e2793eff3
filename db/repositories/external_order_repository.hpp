#pragma once

#include "core/model/provider.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>

namespace chancery::db {

/// Orders at CAs outside. Each change carries the state that it starts from: of two who take one order further, one
/// does.
class ExternalOrderRepository {
public:
    explicit ExternalOrderRepository(Session& session) : session_(session) {}

    void insert(const ExternalOrder& order);
    std::optional<ExternalOrder> find(const std::string& order_id);
    /// new or submitting -> submitting: from now on the CA may know of it. False in every other state.
    bool mark_submitting(const std::string& order_id);
    /// submitting or pending -> pending under this handle; failures are forgotten. False in every other state.
    bool mark_pending(const std::string& order_id, const std::string& handle, Time at);
    /// One more failure that may pass.
    void count_failure(const std::string& order_id, const std::string& words);
    void store_received(const std::string& order_id, const std::string& pem);
    /// Any state -> done.
    void close(const std::string& order_id);

private:
    Session& session_;
};

/// The certificates above one of a CA outside.
class CertificateChainRepository {
public:
    explicit CertificateChainRepository(Session& session) : session_(session) {}

    void insert(const std::string& certificate_id, const std::string& chain_pem);
    std::optional<std::string> find(const std::string& certificate_id); ///< PEM, issuer first

private:
    Session& session_;
};

} // namespace chancery::db
