#pragma once

#include "core/result.hpp"
#include "db/repositories/audit_repository.hpp"
#include "db/repositories/order_repository.hpp"
#include "db/store.hpp"
#include "tests/support/test_database.hpp"
#include "tests/unit/db/samples.hpp"

#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// Units of work that are held until they are many, and what is seen of the store afterwards.
namespace chancery::test {

/// Holds the only writer until it is told to go on, so that what is queued meanwhile is one group.
class Plug {
public:
    explicit Plug(db::Store& store)
        : thread_([this, &store] {
              store.write_now([this](db::UnitOfWork&) {
                  entered_.count_down();
                  leave_.wait();
              });
          })
    {
        entered_.wait();
    }

    void pull()
    {
        leave_.count_down();
        thread_.join();
    }

private:
    std::latch entered_{1};
    std::latch leave_{1};
    std::thread thread_;
};

inline void wait_until_queued(TestDatabase& database, int units)
{
    const auto line = "chancery_db_queue " + std::to_string(units);
    while (database.metrics().render().find(line) == std::string::npos) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

inline bool order_exists(db::Store& store, const std::string& id)
{
    return store.read_now([&](db::Session& session) { return db::OrderRepository(session).find(id).has_value(); });
}

inline std::vector<std::string> audited_actions(db::Store& store)
{
    return store.read_now([](db::Session& session) {
        std::vector<std::string> actions;
        for (const auto& event : db::AuditRepository(session).range(1, 1000)) {
            actions.push_back(event.action);
        }
        return actions;
    });
}

inline int commits(TestDatabase& database)
{
    const std::string name = "\nchancery_db_commits_total ";
    const auto text = database.metrics().render();
    return std::stoi(text.substr(text.find(name) + name.size()));
}

/// The first sequence number at which the audit log does not go on from the record before; 0: none, up to the head.
inline long long first_gap(db::Store& store)
{
    return store.read_now([](db::Session& session) -> long long {
        db::AuditRepository audit(session);
        db::AuditHead last{.sequence = 0, .hash = std::string(64, '0')};
        for (const auto& event : audit.range(1, 100'000)) {
            if (event.sequence != last.sequence + 1 || event.previous_hash != last.hash) {
                return last.sequence + 1;
            }
            last = {.sequence = event.sequence, .hash = event.hash};
        }
        const auto head = audit.head();
        return head.sequence == last.sequence && head.hash == last.hash ? 0 : last.sequence + 1;
    });
}

/// Units of work that are queued in their order while the only writer is held, and then run as a group.
class Queued {
public:
    explicit Queued(TestDatabase& database) : database_(database), plug_(database.store()) {}

    /// `work` returns whether its unit is kept.
    void add(std::function<bool(db::UnitOfWork&)> work)
    {
        outcomes_.push_back(std::make_unique<std::string>("running"));
        callers_.emplace_back([this, work = std::move(work), &outcome = *outcomes_.back()] {
            try {
                const auto kept = database_.store().write_now([&](db::UnitOfWork& unit) -> Result<void> {
                    if (work(unit)) {
                        return {};
                    }
                    return refuse(Code::Conflict, "no");
                });
                outcome = kept ? "kept" : "refused";
            } catch (const std::exception&) {
                outcome = "threw";
            }
        });
        wait_until_queued(database_, static_cast<int>(callers_.size()));
    }

    void pull() { plug_.pull(); }

    void join(std::size_t which)
    {
        if (callers_[which].joinable()) {
            callers_[which].join();
        }
    }

    std::vector<std::string> outcomes()
    {
        std::vector<std::string> all;
        for (std::size_t i = 0; i < callers_.size(); ++i) {
            join(i);
            all.push_back(*outcomes_[i]);
        }
        return all;
    }

private:
    TestDatabase& database_;
    Plug plug_;
    std::vector<std::thread> callers_{};
    std::vector<std::unique_ptr<std::string>> outcomes_{};
};

using Texts = std::vector<std::string>;

/// Inserts an order with its audit record.
inline void place(db::UnitOfWork& unit, const Order& order)
{
    db::OrderRepository(unit).insert(order);
    unit.audit(sample_event("order.create", order.id));
}

} // namespace chancery::test
