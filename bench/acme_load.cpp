// Obtains certificates by ACME from a running server as fast as it gives them, many accounts over a few kept
// connections, verifies each, and prints what it cost the server against what its cryptography alone must cost.

#include "bench/load/flow.hpp"
#include "bench/load/options.hpp"
#include "bench/load/report.hpp"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <thread>
#include <unistd.h>
#include <vector>

namespace chancery::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start)
{
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// What the connections' threads share.
struct Run {
    explicit Run(const Options& wanted)
        : options(wanted), tls(wanted.ca_file), directory(AcmeSession::read_directory(tls, wanted.directory)),
          responder(wanted.http01_port), check(read(wanted.ca_file)), journal(wanted.journal),
          accounts(wanted.accounts), run_name(fmt::format("{:06x}", std::random_device()() & 0xffffff))
    {
    }

    static std::string read(const std::string& file)
    {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    const Options& options;
    TlsClient tls;
    Directory directory;
    Http01Responder responder;
    CertificateCheck check;
    Journal journal;
    std::vector<Account> accounts;
    std::string run_name; ///< in every name, so that a second run on the same server asks for new ones
    SteadyClock::time_point start{};
    std::atomic<std::size_t> next{0};
    std::atomic<bool> disconnected{false};

    /// Whether there is another certificate to get, and its number.
    bool take(std::size_t& number)
    {
        number = next++;
        return !disconnected && (options.certificates == 0 || number < options.certificates) &&
               (options.seconds <= 0 || seconds_since(start) < options.seconds);
    }
};

void lost(Run& run, Statistics& statistics, const std::string& what)
{
    if (run.options.until_disconnect) {
        run.disconnected = true;
    } else {
        ++statistics.errors[what];
    }
}

void register_accounts(Run& run, AcmeSession& session, std::size_t first)
{
    for (std::size_t i = first; i < run.accounts.size(); i += run.options.connections) {
        try {
            run.accounts[i].key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
            session.register_account(run.accounts[i]);
            run.journal.account(run.accounts[i]);
        } catch (const Refused& refusal) {
            ++session.statistics().errors["newAccount: " + refusal.kind()];
        } catch (const ConnectionLost& problem) {
            lost(run, session.statistics(), problem.what());
        }
    }
}

void load(Run& run, AcmeSession& session)
{
    Flow flow(session, run.responder, run.check, run.journal, std::chrono::milliseconds(run.options.poll_milliseconds));
    for (std::size_t number = 0; run.take(number);) {
        try {
            flow.obtain(run.accounts[number % run.accounts.size()],
                        fmt::format("c{}.r{}.{}", number, run.run_name, run.options.domain));
        } catch (const Refused& refusal) {
            ++session.statistics().errors[refusal.kind()];
        } catch (const ConnectionLost& problem) {
            lost(run, session.statistics(), problem.what());
        }
    }
}

void on_every_session(std::vector<std::unique_ptr<AcmeSession>>& sessions,
                      const std::function<void(AcmeSession&, std::size_t)>& work)
{
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        threads.emplace_back([&, i] { work(*sessions[i], i); });
    }
}

Figures measure(Run& run)
{
    const auto& options = run.options;
    Figures figures{.accounts = options.accounts, .connections = options.connections};
    if (!options.until_disconnect) { // half a second in which a crash test would load nothing
        figures.floor = measure_floor();
    }
    std::vector<std::unique_ptr<AcmeSession>> sessions;
    for (std::size_t i = 0; i < options.connections; ++i) {
        sessions.push_back(std::make_unique<AcmeSession>(run.tls, run.directory));
    }
    const auto started = SteadyClock::now();
    on_every_session(sessions, [&](AcmeSession& session, std::size_t i) { register_accounts(run, session, i); });
    figures.account_seconds = seconds_since(started);

    const auto server_before = options.server_pid != 0 ? cpu_milliseconds(options.server_pid) : 0;
    const auto own_before = cpu_milliseconds(::getpid());
    run.start = SteadyClock::now();
    on_every_session(sessions, [&](AcmeSession& session, std::size_t) { load(run, session); });
    figures.seconds = seconds_since(run.start);
    figures.generator_cpu_ms = cpu_milliseconds(::getpid()) - own_before;
    if (options.server_pid != 0 && !run.disconnected) {
        figures.server_cpu_ms = cpu_milliseconds(options.server_pid) - server_before;
    }
    for (auto& session : sessions) {
        session->statistics().reconnects = session->reconnects();
        figures.statistics.merge(session->statistics());
    }
    return figures;
}

int generate_load(const Options& options)
{
    Run run(options);
    auto figures = measure(run);
    const bool failed = figures.statistics.verification_failures > 0 || !figures.statistics.errors.empty() ||
                        (figures.statistics.certificates == 0 && !options.until_disconnect);
    fmt::print("{}", options.json ? as_json(std::move(figures)) : as_text(std::move(figures)));
    return failed ? 1 : 0;
}

int check_journal(const Options& options)
{
    const TlsClient tls(options.ca_file);
    AcmeSession session(tls, AcmeSession::read_directory(tls, options.directory));
    const auto journal = read_journal(options.verify_journal);
    const auto wrong = verify_journal(session, journal, std::chrono::seconds(30));
    fmt::print("{} orders checked, {} wrong\n", journal.orders.size(), wrong);
    return wrong == 0 ? 0 : 1;
}

} // namespace
} // namespace chancery::bench

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    try {
        const auto options = chancery::bench::parse_options(argc, argv);
        return options.verify_journal.empty() ? chancery::bench::generate_load(options)
                                              : chancery::bench::check_journal(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "acme_load: {}\n", error.what());
        return 2;
    }
}
