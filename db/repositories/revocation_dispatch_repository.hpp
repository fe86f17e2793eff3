#pragma once

#include "core/model/provider.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>

namespace chancery::db {

/// Revocations on their way to CAs outside.
class RevocationDispatchRepository {
public:
    explicit RevocationDispatchRepository(Session& session) : session_(session) {}

    /// A new one, or the same certificate for another reason: then it is to be published anew.
    void put(const RevocationDispatch& dispatch);
    std::optional<RevocationDispatch> find(const std::string& certificate_id);
    void count_failure(const std::string& certificate_id, const std::string& words);
    /// False when it was published or given up before.
    bool mark_published(const std::string& certificate_id, const std::string& job_id, Time at);
    bool mark_failed(const std::string& certificate_id, const std::string& job_id, const std::string& words, Time at);

private:
    Session& session_;
};

} // namespace chancery::db
