#pragma once

#include "pki/key.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace chancery::app::demo {

/// RSA keys of people who bring CSRs, made beside the rest because they take long; after the last one the first comes
/// again, for people use keys twice.
class RsaKeys {
public:
    /// As many as go with a data set of that size.
    explicit RsaKeys(int certificates);

    /// Waits for the key when it is not made yet. A small data set has none of the longer ones: a short one instead.
    pki::PrivateKey next(KeyAlgorithm algorithm);

private:
    struct Shelf {
        std::size_t planned = 0;
        std::vector<pki::PrivateKey> made{};
        std::size_t taken = 0;
    };

    void make(const std::stop_token& stop);

    std::map<KeyAlgorithm, Shelf> shelves_{};
    std::mutex mutex_{};
    std::condition_variable one_more_{};
    std::jthread maker_{}; ///< last: ends before what it uses
};

} // namespace chancery::app::demo
