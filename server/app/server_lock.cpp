#include "server/app/server_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace chancery::app {

ServerLock::ServerLock(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR))
{
    if (file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0) {
        return;
    }
    const auto error = errno;
    if (file_ >= 0) {
        ::close(file_);
    }
    if (error == EWOULDBLOCK) {
        throw std::runtime_error("another server is running on this data directory (it holds " + path.string() +
                                 "); with the embedded database there can be only one");
    }
    throw std::runtime_error("cannot lock " + path.string() + ": " + std::generic_category().message(error));
}

ServerLock::~ServerLock()
{
    ::close(file_);
}

} // namespace chancery::app
