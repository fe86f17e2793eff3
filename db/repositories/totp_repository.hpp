#pragma once

#include "core/model/totp.hpp"
#include "db/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

/// Second factors, with their recovery codes.
class TotpRepository {
public:
    explicit TotpRepository(Session& session) : session_(session) {}

    std::optional<TotpEnrolment> find(const std::string& user_id);
    /// In place of the one there is.
    void put(const TotpEnrolment& enrolment);
    bool confirm(const std::string& user_id, long long step, Time at); ///< false when it was confirmed before
    /// False when this step, or a later one, was taken meanwhile.
    bool take_step(const std::string& user_id, long long step);
    void remove(const std::string& user_id); ///< with the codes

    void insert_codes(const std::string& user_id, const std::vector<std::string>& hashes);
    bool use_code(const std::string& user_id, const std::string& hash, Time at); ///< false for none and for a used one
    long long unused_codes(const std::string& user_id);

private:
    Session& session_;
};

} // namespace chancery::db
