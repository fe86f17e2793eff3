#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace chancery::net {

/// Received bytes that are not parsed yet, in one piece, up to `max` of them. Grows when needed and shrinks when told.
class InputBuffer {
public:
    explicit InputBuffer(std::size_t max) : max_(max) {}

    std::size_t size() const { return end_ - begin_; }

    bool is_full() const { return size() == max_; }

    boost::asio::const_buffer data() const { return {bytes_.data() + begin_, size()}; }

    std::string_view text() const { return {bytes_.data() + begin_, size()}; }

    /// Room for `wanted` more bytes, or for as many as still fit. Valid until the next call of anything.
    boost::asio::mutable_buffer prepare(std::size_t wanted)
    {
        wanted = std::min(wanted, max_ - size());
        if (begin_ > 0 && bytes_.size() - end_ < wanted) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, size());
            end_ = size();
            begin_ = 0;
        }
        bytes_.resize(std::max(bytes_.size(), end_ + wanted));
        return {bytes_.data() + end_, wanted};
    }

    void commit(std::size_t count) { end_ += count; }

    void consume(std::size_t count)
    {
        begin_ += count;
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
    }

    /// Gives memory beyond `kept` bytes back; only while empty.
    void release(std::size_t kept)
    {
        if (size() == 0 && bytes_.size() > kept) {
            bytes_ = {};
        }
    }

private:
    std::size_t max_;
    std::vector<char> bytes_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace chancery::net
