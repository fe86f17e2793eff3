#pragma once

#include "db/store.hpp"

#include <chrono>
#include <mutex>
#include <semaphore>
#include <thread>

namespace chancery::test {

/// Long enough for another unit to come as far as it can: nothing that all databases have tells when it waits.
inline void hold_a_while(db::UnitOfWork& /*work*/)
{
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

/// Runs `second` while what the unit `first` wrote is not committed yet, which is so until `hold` returns. (SQLite has
/// one unit at a time: there `second` waits for the commit.)
template <class First, class Second>
void overlap(db::Store& store, First first, Second second, void (*hold)(db::UnitOfWork&) = hold_a_while)
{
    std::binary_semaphore written(0);
    std::once_flag once;
    const auto tell = [&] { std::call_once(once, [&] { written.release(); }); };
    std::jthread thread([&] {
        store.write_now([&](db::UnitOfWork& work) {
            auto outcome = first(work);
            tell();
            hold(work);
            return outcome;
        });
        tell();
    });
    written.acquire();
    second();
}

} // namespace chancery::test
