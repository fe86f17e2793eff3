#pragma once

#include "server/app/config.hpp"

#include <functional>
#include <memory>

namespace chancery::app {

/// The running server: everything made in order, everything stopped in the reverse order.
class Application {
public:
    /// Opens the database, migrates it, does the first start's set-up where it is due (printing what is shown once),
    /// binds the listeners. Throws std::runtime_error saying what is wrong.
    explicit Application(Config config);
    ~Application();

    /// Serves until SIGTERM or SIGINT, then drains. SIGHUP takes the configuration from `load`, which may throw, and
    /// reads the TLS certificate again.
    void run(const std::function<Config()>& load);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace chancery::app
