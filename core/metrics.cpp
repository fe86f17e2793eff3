#include "core/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace chancery::metrics {
namespace {

std::string escape_label(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (c == '\\' || c == '"') {
            escaped += '\\';
            escaped += c;
        } else if (c == '\n') {
            escaped += "\\n";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string render_labels(const Labels& labels)
{
    std::string text;
    for (const auto& [name, value] : labels) {
        text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escape_label(value));
    }
    return text;
}

std::string braced(const std::string& labels)
{
    return labels.empty() ? "" : '{' + labels + '}';
}

} // namespace

void Histogram::observe(double value)
{
    std::size_t at = 0;
    for (double bound = first_bound_; at < kBuckets && value > bound; bound *= 2) {
        ++at;
    }
    buckets_[at].fetch_add(1, std::memory_order_relaxed);
    count_.fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

Registry::Entry& Registry::entry(std::string_view name, std::string_view help, const Labels& labels, Entry::Kind kind,
                                 double first_bound)
{
    const auto rendered = render_labels(labels);
    const std::lock_guard lock(mutex_);
    for (auto& known : entries_) {
        if (known.name == name && known.labels == rendered) {
            return known;
        }
    }
    return entries_.emplace_back(std::string(name), std::string(help), rendered, kind, first_bound);
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels)
{
    return entry(name, help, labels, Entry::Kind::Counter, 1).counter;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Labels& labels, double first_bound)
{
    return entry(name, help, labels, Entry::Kind::Histogram, first_bound).histogram;
}

void Registry::gauge(std::string_view name, std::string_view help, std::function<double()> read, const Labels& labels)
{
    auto& made = entry(name, help, labels, Entry::Kind::Gauge, 1);
    const std::lock_guard lock(mutex_);
    made.read = std::move(read);
}

void Registry::render_histogram(const Entry& entry, std::string& out)
{
    const auto comma = entry.labels.empty() ? "" : ",";
    std::uint64_t total = 0;
    double bound = entry.histogram.first_bound_;
    for (std::size_t i = 0; i < Histogram::kBuckets; ++i, bound *= 2) {
        total += entry.histogram.buckets_[i].load(std::memory_order_relaxed);
        out += fmt::format("{}_bucket{{{}{}le=\"{:g}\"}} {}\n", entry.name, entry.labels, comma, bound, total);
    }
    total += entry.histogram.buckets_[Histogram::kBuckets].load(std::memory_order_relaxed);
    out += fmt::format("{}_bucket{{{}{}le=\"+Inf\"}} {}\n", entry.name, entry.labels, comma, total);
    out += fmt::format("{}_sum{} {}\n", entry.name, braced(entry.labels),
                       entry.histogram.sum_.load(std::memory_order_relaxed));
    out += fmt::format("{}_count{} {}\n", entry.name, braced(entry.labels), total);
}

std::string Registry::render() const
{
    const std::lock_guard lock(mutex_);
    // The format wants all lines of one metric together, whatever order its label sets were made in.
    std::vector<const Entry*> sorted;
    for (const auto& entry : entries_) {
        sorted.push_back(&entry);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return std::tie(a->name, a->labels) < std::tie(b->name, b->labels); });
    std::string out;
    std::string_view previous;
    for (const auto* entry : sorted) {
        if (entry->name != previous) {
            constexpr std::string_view kTypes[] = {"counter", "histogram", "gauge"};
            out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", entry->name, entry->help, entry->name,
                               kTypes[static_cast<std::size_t>(entry->kind)]);
            previous = entry->name;
        }
        switch (entry->kind) {
            case Entry::Kind::Counter:
                out += fmt::format("{}{} {}\n", entry->name, braced(entry->labels), entry->counter.value());
                break;
            case Entry::Kind::Gauge:
                out += fmt::format("{}{} {}\n", entry->name, braced(entry->labels), entry->read ? entry->read() : 0.0);
                break;
            case Entry::Kind::Histogram:
                render_histogram(*entry, out);
                break;
        }
    }
    return out;
}

} // namespace chancery::metrics
