#include "core/random.hpp"

#include "core/encoding.hpp"

#include <array>
#include <cstring>
#include <sys/random.h>
#include <system_error>

namespace chancery {
namespace {

void from_kernel(std::span<unsigned char> out)
{
    while (!out.empty()) {
        const auto got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

/// One system call serves many small requests; what was handed out is wiped at once.
struct Pool {
    std::array<unsigned char, 1024> bytes{};
    std::size_t used = 1024;
};

thread_local Pool pool;

} // namespace

void random_bytes(std::span<unsigned char> out)
{
    if (out.size() > 64) {
        from_kernel(out);
        return;
    }
    if (pool.bytes.size() - pool.used < out.size()) {
        from_kernel(pool.bytes);
        pool.used = 0;
    }
    std::memcpy(out.data(), pool.bytes.data() + pool.used, out.size());
    std::memset(pool.bytes.data() + pool.used, 0, out.size());
    pool.used += out.size();
}

std::string random_token(std::size_t count)
{
    std::string bytes(count, '\0');
    random_bytes({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    return to_base64url(bytes);
}

std::string random_digits(std::size_t digits)
{
    std::string text;
    while (text.size() < digits) {
        unsigned char byte = 0;
        random_bytes({&byte, 1});
        if (byte < 250) { // 250 = 25 * 10: no digit is likelier than another
            text += static_cast<char>('0' + byte % 10);
        }
    }
    return text;
}

} // namespace chancery
