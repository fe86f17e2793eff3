#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace chancery::bench {

/// The load generator's command line.
struct Options {
    std::string directory{}; ///< ACME directory URL, https
    std::string ca_file{};   ///< PEM root that the listener and the certificates chain to
    std::size_t accounts = 50;
    std::size_t connections = 16;
    std::size_t certificates = 5000; ///< 0: until `seconds` are over
    double seconds = 0;              ///< 0: until `certificates` are obtained
    std::uint16_t http01_port = 5002;
    std::string domain = "load.localhost";
    long server_pid = 0;        ///< 0: the server's CPU time is not measured
    int poll_milliseconds = 10; ///< between looks at an authorization or order that is not final
    bool json = false;
    std::string journal{};         ///< file that every acknowledged order and certificate is appended to
    bool until_disconnect = false; ///< a lost server ends the run; it is no failure
    std::string verify_journal{};  ///< no load: ask for everything that this journal says was acknowledged
};

/// Throws std::invalid_argument with one sentence for a wrong command line.
Options parse_options(int argc, const char* const* argv);

} // namespace chancery::bench
