#pragma once

#include <filesystem>

namespace chancery::app {

/// Held while a server runs on an embedded database: a second one would take the first one's jobs for those of a dead
/// process. The system releases it with the process, however that ends.
class ServerLock {
public:
    /// Throws std::runtime_error when another process holds it, or the file cannot be made.
    explicit ServerLock(const std::filesystem::path& path);
    ~ServerLock();
    ServerLock(const ServerLock&) = delete;
    ServerLock& operator=(const ServerLock&) = delete;

private:
    int file_ = -1;
};

} // namespace chancery::app
