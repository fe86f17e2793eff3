#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Counters, gauges and histograms, rendered in the Prometheus text exposition format 0.0.4.
namespace chancery::metrics {

class Counter {
public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }

    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Seconds, or any other quantity, in buckets whose upper bounds double from 100 µs to 52 s (×2, 20 buckets).
class Histogram {
public:
    explicit Histogram(double first_bound = 0.0001) : first_bound_(first_bound) {}

    void observe(double value);

private:
    friend class Registry;
    static constexpr std::size_t kBuckets = 20;
    double first_bound_;
    std::array<std::atomic<std::uint64_t>, kBuckets + 1> buckets_{};
    std::atomic<std::uint64_t> count_{0};
    std::atomic<double> sum_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Holds every metric of a process. Getting a metric takes a lock: keep the reference where it is used often.
class Registry {
public:
    /// The one with this name and labels, made at first use.
    Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
    Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                         double first_bound = 0.0001);
    /// A value that is read when the text is rendered. `read` must be safe to call from any thread.
    void gauge(std::string_view name, std::string_view help, std::function<double()> read, const Labels& labels = {});

    std::string render() const;

private:
    struct Entry {
        std::string name;
        std::string help;
        std::string labels; ///< rendered: a="b",c="d"
        enum class Kind { Counter, Histogram, Gauge } kind{};
        Counter counter;
        Histogram histogram;
        std::function<double()> read;

        Entry(std::string n, std::string h, std::string l, Kind k, double first_bound)
            : name(std::move(n)), help(std::move(h)), labels(std::move(l)), kind(k), histogram(first_bound)
        {
        }
    };

    Entry& entry(std::string_view name, std::string_view help, const Labels& labels, Entry::Kind kind,
                 double first_bound);
    static void render_histogram(const Entry& entry, std::string& out);

    mutable std::mutex mutex_;
    std::deque<Entry> entries_; ///< stable addresses
};

} // namespace chancery::metrics
