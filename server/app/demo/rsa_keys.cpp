#include "server/app/demo/rsa_keys.hpp"

#include <algorithm>

namespace chancery::app::demo {

RsaKeys::RsaKeys(int certificates)
{
    const auto size = static_cast<std::size_t>(std::max(certificates, 0));
    shelves_[KeyAlgorithm::Rsa2048].planned = std::min<std::size_t>(size / 40 + 2, 36);
    shelves_[KeyAlgorithm::Rsa3072].planned = std::min<std::size_t>(size / 1000, 4);
    shelves_[KeyAlgorithm::Rsa4096].planned = std::min<std::size_t>(size / 2500, 2);
    maker_ = std::jthread([this](const std::stop_token& stop) { make(stop); });
}

void RsaKeys::make(const std::stop_token& stop)
{
    bool all = false;
    while (!all && !stop.stop_requested()) { // in turns, so that nobody waits for all keys of another size
        all = true;
        for (auto& [algorithm, shelf] : shelves_) {
            if (shelf.made.size() == shelf.planned || stop.stop_requested()) {
                continue;
            }
            auto key = pki::PrivateKey::generate(algorithm);
            const std::lock_guard lock(mutex_);
            shelf.made.push_back(std::move(key));
            one_more_.notify_all();
            all = false;
        }
    }
}

pki::PrivateKey RsaKeys::next(KeyAlgorithm algorithm)
{
    std::unique_lock lock(mutex_);
    const bool planned = shelves_.at(algorithm).planned > 0;
    auto& shelf = shelves_.at(planned ? algorithm : KeyAlgorithm::Rsa2048);
    const auto wanted = shelf.taken++ % shelf.planned;
    one_more_.wait(lock, [&] { return shelf.made.size() > wanted; });
    return shelf.made[wanted];
}

} // namespace chancery::app::demo
