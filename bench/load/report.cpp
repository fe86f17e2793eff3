#include "bench/load/report.hpp"

#include "core/json.hpp"

#include <fmt/format.h>

namespace chancery::bench {
namespace {

double per_certificate(const Figures& f, double value)
{
    return f.statistics.certificates == 0 ? 0 : value / static_cast<double>(f.statistics.certificates);
}

double per_second(const Figures& f)
{
    return f.seconds > 0 ? static_cast<double>(f.statistics.certificates) / f.seconds : 0;
}

double floor_ratio(const Figures& f)
{
    return f.floor.certificate() > 0 ? per_certificate(f, f.server_cpu_ms) * 1000 / f.floor.certificate() : 0;
}

/// Requests of the load itself: those for accounts are timed apart.
double requests(const Figures& f)
{
    const auto& made = f.statistics.milliseconds[static_cast<std::size_t>(Kind::NewAccount)];
    return static_cast<double>(f.statistics.requests - made.size());
}

double rounded(double value)
{
    return static_cast<double>(static_cast<long long>(value * 1000 + 0.5)) / 1000;
}

} // namespace

std::string as_text(Figures f)
{
    auto out = fmt::format("{} certificates in {:.2f} s over {} connections and {} accounts (made in {:.2f} s)\n\n",
                           f.statistics.certificates, f.seconds, f.connections, f.accounts, f.account_seconds);
    out += fmt::format("  certificates/s                  {:10.1f}\n", per_second(f));
    if (f.server_cpu_ms > 0) {
        out += fmt::format("  server CPU ms/certificate       {:10.3f}\n", per_certificate(f, f.server_cpu_ms));
        out += fmt::format("  server CPU / floor              {:10.2f}\n", floor_ratio(f));
    }
    out += fmt::format(
        "  cryptographic floor ms          {:10.3f}   (8 verifications of {:.1f} us, 1 signature of {:.1f} us)\n",
        f.floor.certificate() / 1000, f.floor.verify, f.floor.sign);
    out += fmt::format("  generator CPU ms/certificate    {:10.3f}\n", per_certificate(f, f.generator_cpu_ms));
    out += fmt::format("  requests/certificate            {:10.2f}\n", per_certificate(f, requests(f)));
    out +=
        fmt::format("  bad nonces, reconnects          {:10} {}\n\n", f.statistics.bad_nonces, f.statistics.reconnects);
    out += fmt::format("  {:20} {:>8} {:>9} {:>9} {:>9} {:>9}  ms\n", "latency", "count", "p50", "p90", "p99", "max");
    for (std::size_t i = 0; i < kKinds; ++i) {
        const auto p = percentiles(f.statistics.milliseconds[i]);
        if (p.count > 0) {
            out += fmt::format("  {:20} {:8} {:9.2f} {:9.2f} {:9.2f} {:9.2f}\n", name_of(static_cast<Kind>(i)), p.count,
                               p.p50, p.p90, p.p99, p.max);
        }
    }
    for (const auto& [kind, count] : f.statistics.errors) {
        out += fmt::format("  error: {:6} x {}\n", count, kind);
    }
    return out;
}

std::string as_json(Figures f)
{
    json::Writer out;
    out.begin_object();
    out.member("certificates", static_cast<long long>(f.statistics.certificates));
    out.member("seconds", rounded(f.seconds));
    out.member("certificates_per_second", rounded(per_second(f)));
    out.member("server_cpu_ms_per_certificate", rounded(per_certificate(f, f.server_cpu_ms)));
    out.member("generator_cpu_ms_per_certificate", rounded(per_certificate(f, f.generator_cpu_ms)));
    out.member("floor_ms_per_certificate", rounded(f.floor.certificate() / 1000));
    out.member("server_cpu_to_floor", rounded(floor_ratio(f)));
    out.member("requests_per_certificate", rounded(per_certificate(f, requests(f))));
    out.member("bad_nonces", static_cast<long long>(f.statistics.bad_nonces));
    out.member("reconnects", static_cast<long long>(f.statistics.reconnects));
    out.member("verification_failures", static_cast<long long>(f.statistics.verification_failures));
    out.begin_object("latency_ms");
    for (std::size_t i = 0; i < kKinds; ++i) {
        const auto p = percentiles(f.statistics.milliseconds[i]);
        out.begin_object(name_of(static_cast<Kind>(i))).member("count", static_cast<long long>(p.count));
        out.member("p50", rounded(p.p50)).member("p90", rounded(p.p90));
        out.member("p99", rounded(p.p99)).member("max", rounded(p.max)).end_object();
    }
    out.end_object().begin_object("errors");
    for (const auto& [kind, count] : f.statistics.errors) {
        out.member(kind, static_cast<long long>(count));
    }
    return out.end_object().end_object().take() + '\n';
}

} // namespace chancery::bench
