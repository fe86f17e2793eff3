#pragma once

#include "db/store.hpp"

#include <chrono>
#include <mutex>
#include <semaphore>
#include <thread>

namespace chancery::test {

/// Runs `second` while what the unit `first` wrote is not committed yet. (SQLite has one unit at a time: there `second`
/// waits for the commit.)
template <class First, class Second> void overlap(db::Store& store, First first, Second second)
{
    std::binary_semaphore written(0);
    std::once_flag once;
    const auto tell = [&] { std::call_once(once, [&] { written.release(); }); };
    std::jthread thread([&] {
        store.write_now([&](db::UnitOfWork& work) {
            auto outcome = first(work);
            tell();
            // Long enough for `second` to come as far as it can: nothing tells when it waits for a lock.
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            return outcome;
        });
        tell();
    });
    written.acquire();
    second();
}

} // namespace chancery::test
