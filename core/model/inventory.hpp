#pragma once

#include "core/model/identity.hpp"
#include "core/model/order.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery {

/// A filter with a sort and columns that somebody keeps, for themselves or for everybody. It shows to each what they
/// may see.
struct SavedView {
    std::string id{};
    std::string owner_id{};
    std::string name{};
    std::string description{};
    bool shared = false;
    std::string filter{}; ///< JSON, as it was written; what is relative to now stays relative
    std::string sort{};   ///< "-created_at"
    std::vector<std::string> columns{};
    Time created_at{};
    Time updated_at{};
    long long revision = 1;
};

/// One change of many certificates.
struct BatchOperation {
    std::string id{};
    Actor requester{};
    Scope scope{}; ///< of the token that asked
    std::string source_address{};
    std::string request_id{};
    std::string change{}; ///< JSON
    long long total = 0;
    Time created_at{};
    std::optional<Time> finished_at{};
};

enum class BatchOutcome { Pending, Succeeded, Failed };

template <> struct EnumNames<BatchOutcome> {
    static constexpr std::pair<BatchOutcome, std::string_view> table[] = {
        {BatchOutcome::Pending, "pending"}, {BatchOutcome::Succeeded, "succeeded"}, {BatchOutcome::Failed, "failed"}};
};

struct BatchItem {
    long long number = 0;
    std::string certificate_id{};
    BatchOutcome outcome = BatchOutcome::Pending;
    std::string code{};   ///< of a failure: what the problem of a single request would be called
    std::string detail{}; ///< and what it would say
};

} // namespace chancery
