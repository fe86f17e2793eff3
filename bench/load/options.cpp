#include "bench/load/options.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace chancery::bench {

Options parse_options(int argc, const char* const* argv)
{
    Options o;
    CLI::App app("Obtains certificates by ACME as fast as the server gives them, and verifies each", "acme_load");
    app.add_option("--directory", o.directory, "ACME directory URL (https)")->required();
    app.add_option("--ca", o.ca_file, "Root certificate, PEM")->required()->check(CLI::ExistingFile);
    app.add_option("--accounts", o.accounts, "ACME accounts")->capture_default_str()->check(CLI::PositiveNumber);
    app.add_option("--connections", o.connections, "Connections, one certificate at a time on each")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--certificates", o.certificates, "Stop after; 0 for no limit")->capture_default_str();
    app.add_option("--seconds", o.seconds, "Stop after; 0 for no limit")->capture_default_str();
    app.add_option("--http01-port", o.http01_port, "Where http-01 is answered")->capture_default_str();
    app.add_option("--domain", o.domain, "Names are c<N>.<domain>")->capture_default_str();
    app.add_option("--server-pid", o.server_pid, "Measure this process's CPU time");
    app.add_option("--poll-ms", o.poll_milliseconds, "Pause between polls")->capture_default_str();
    app.add_flag("--json", o.json, "Print one JSON object");
    app.add_option("--journal", o.journal, "Append what the server acknowledged to this file");
    app.add_flag("--until-disconnect", o.until_disconnect, "A lost server ends the run and is no failure");
    app.add_option("--verify-journal", o.verify_journal, "Check that the server still has what this journal says")
        ->check(CLI::ExistingFile);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : 2);
    }
    if (o.certificates == 0 && o.seconds <= 0 && !o.until_disconnect && o.verify_journal.empty()) {
        throw std::invalid_argument("--certificates or --seconds must end the run");
    }
    return o;
}

} // namespace chancery::bench
