#pragma once

#include "core/model/order.hpp"
#include "db/page.hpp"
#include "db/session.hpp"
#include "db/visible_requests.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chancery::db {

struct OrderFilter {
    std::vector<OrderStatus> statuses{};
    std::optional<OrderType> type{};
    std::optional<OrderKind> kind{};
    std::optional<Pathway> pathway{};
    std::optional<ActorType> requester_type{};
    std::string requester_id{};
    std::string provider_id{};
    std::string authority_id{};
    std::string common_name{};
    std::string domain{};         ///< the common name is it or lies under it; lower case
    std::string name_substring{}; ///< a text within the common name; lower case
    std::string certificate_id{};
    std::string renews_certificate{};
    std::string resubmission_of{};
    std::optional<bool> has_policy_warnings{};
    std::optional<Time> submitted_before{};
    std::optional<Time> submitted_after{};
    std::optional<VisibleRequests> visible{}; ///< nothing: all of them
};

/// What has become of orders; `open` are neither complete nor failed.
struct OrderCounts {
    long long complete = 0;
    long long failed = 0;
    long long open = 0;
};

/// How long the complete orders of a provider took: percentiles by nearest rank.
struct ProviderDurations {
    std::string provider_id{};
    long long orders = 0;
    long long p50_ms = 0;
    long long p95_ms = 0;
    long long p99_ms = 0;
};

class OrderRepository {
public:
    explicit OrderRepository(Session& session) : session_(session) {}

    /// The decision, where it has an id, is PolicyDecisionRepository's to store. `names` are what callers find it by
    /// who see what lies under their domains; its common name need not be among them.
    void insert(const Order& order, const std::vector<Name>& names = {});
    /// The names of a request that became no order, for the decision about it, which has that id of an order.
    void insert_names(const std::string& id, const std::vector<Name>& names);
    std::optional<Order> find(const std::string& id);
    /// Nothing, too, when it is not visible.
    std::optional<Order> find(const std::string& id, const std::optional<VisibleRequests>& visible);
    /// Newest first unless the page says ascending; sorted by submission. Without their decisions.
    std::vector<Order> list(const OrderFilter& filter, const PageRequest& page);
    long long count(const OrderFilter& filter);
    /// Of the visible orders, or all, submitted from each bound up to the next: one less than bounds, which ascend.
    std::vector<OrderCounts> count_between(const std::optional<VisibleRequests>& visible,
                                           const std::vector<Time>& bounds);
    /// Of those submitted at `since` or later; at most `limit` providers, those with the most orders first.
    std::vector<ProviderDurations> durations(const std::optional<VisibleRequests>& visible, Time since, int limit);

    /// pending -> processing with what is known by then (decision, warnings, authority, key). False when not pending.
    bool mark_processing(const Order& order);
    /// Of an order that is being processed: what the policies warn of, as a JSON array of findings.
    void set_policy_warnings(const std::string& id, const std::string& findings);
    /// processing -> complete. False when it is not processing any more: somebody else finished it.
    bool complete(const std::string& id, const std::string& certificate_id, Time at);
    /// pending or processing -> failed.
    bool fail(const std::string& id, const std::string& error, Time at);

    /// The order, not yet final, of the kind renewal that renews the certificate; there is at most one.
    std::optional<std::string> open_renewal(const std::string& certificate_id);
    /// Orders that are to put another certificate in the place of this one, newest first.
    std::vector<Order> replacing(const std::string& certificate_id, int limit);

    void insert_intent(const IssuanceIntent& intent);
    std::optional<IssuanceIntent> find_intent(const std::string& order_id);
    void remove_intent(const std::string& order_id);

    /// Orders not in a final state, oldest first: what a restart looks at.
    std::vector<std::string> unfinished(int limit);

private:
    Session& session_;
};

} // namespace chancery::db
