#include "acme/validation/resolver.hpp"

#include "core/text.hpp"
#include "pki/names.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unbound.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace chancery::acme {
namespace asio = boost::asio;

namespace {

constexpr int kTypeA = 1;
constexpr int kTypeTxt = 16;
constexpr int kTypeAaaa = 28;
constexpr int kTypeCaa = 257;
constexpr int kClassIn = 1;
constexpr int kRcodeNameError = 3;

using Records = std::vector<std::string>; ///< rdata as it came

/// The root zone's key-signing keys of 2017 and 2024 (IANA root trust anchors).
constexpr std::array kRootAnchors{". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
                                  ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"};

void require_set(int result, const std::string& what)
{
    if (result != UB_NOERROR) {
        throw std::runtime_error("DNS resolver: " + what + ": " + ub_strerror(result));
    }
}

/// libunbound separates the port with '@': "192.0.2.53:53" and "[2001:db8::53]:53" become that.
std::string unbound_address(const std::string& text)
{
    if (text.starts_with('[')) {
        const auto end = text.find("]:");
        const bool bare = end == std::string::npos;
        return bare ? text.substr(1, text.size() - 2) : text.substr(1, end - 1) + '@' + text.substr(end + 2);
    }
    const auto colon = text.rfind(':');
    const bool single = colon != std::string::npos && text.find(':') == colon;
    return single ? text.substr(0, colon) + '@' + text.substr(colon + 1) : text;
}

/// Throws std::runtime_error unless it is an address with or without a port.
void check_resolver(const std::string& text)
{
    auto address = unbound_address(text);
    const auto at = address.find('@');
    unsigned port = 53;
    bool fine = true;
    if (at != std::string::npos) {
        const auto* const end = address.data() + address.size();
        const auto [stop, error] = std::from_chars(address.data() + at + 1, end, port);
        fine = error == std::errc() && stop == end && port > 0 && port <= 65535;
        address.resize(at);
    }
    if (!fine || !pki::normalise_ip(address)) {
        throw std::runtime_error("DNS resolver: not an address with or without a port: " + text);
    }
}

/// The name servers of resolv.conf.
std::vector<std::string> system_resolvers()
{
    std::vector<std::string> resolvers;
    std::ifstream file("/etc/resolv.conf");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string keyword;
        std::string address;
        if (words >> keyword >> address && keyword == "nameserver" && pki::normalise_ip(address)) {
            resolvers.push_back(address);
        }
    }
    return resolvers;
}

DnsAnswer<Records> read_result(int error, const ub_result* result)
{
    using Kind = DnsFailure::Kind;
    if (error != UB_NOERROR || result == nullptr) {
        return std::unexpected(
            DnsFailure{Kind::ServerFailure, std::string("the resolver failed: ") + ub_strerror(error)});
    }
    if (result->bogus != 0) {
        const std::string why = result->why_bogus == nullptr ? "" : result->why_bogus;
        return std::unexpected(
            DnsFailure{Kind::Bogus, "the answer fails DNSSEC validation" + (why.empty() ? why : " (" + why + ")")});
    }
    if (result->nxdomain != 0 || result->rcode == kRcodeNameError) {
        return std::unexpected(DnsFailure{Kind::NoSuchName, "the name does not exist (NXDOMAIN)"});
    }
    if (result->rcode != 0) {
        return std::unexpected(DnsFailure{Kind::ServerFailure, result->rcode == 2
                                                                   ? "the name servers fail (SERVFAIL)"
                                                                   : "the name servers refuse to answer"});
    }
    Records records;
    for (int i = 0; result->havedata != 0 && result->data[i] != nullptr; ++i) {
        records.emplace_back(result->data[i], static_cast<std::size_t>(result->len[i]));
    }
    return records;
}

/// One question under way, shared by the coroutine that waits and the resolver's thread that answers.
struct Question {
    Question(asio::any_io_executor where, std::chrono::milliseconds limit)
        : executor(std::move(where)), timer(executor, limit)
    {
    }

    asio::any_io_executor executor;
    asio::steady_timer timer; ///< runs out, or is cancelled by the answer
    std::optional<DnsAnswer<Records>> answer{};
};

/// The character-strings of one TXT record (RFC 1035 section 3.3.14), joined.
std::string join_strings(const std::string& rdata)
{
    std::string joined;
    for (std::size_t at = 0; at < rdata.size();) {
        const auto length = static_cast<unsigned char>(rdata[at]);
        joined += rdata.substr(at + 1, length);
        at += length + 1U;
    }
    return joined;
}

std::string address_text(const std::string& rdata)
{
    if (rdata.size() == 4) {
        asio::ip::address_v4::bytes_type bytes{};
        std::memcpy(bytes.data(), rdata.data(), bytes.size());
        return asio::ip::address_v4(bytes).to_string();
    }
    if (rdata.size() == 16) {
        asio::ip::address_v6::bytes_type bytes{};
        std::memcpy(bytes.data(), rdata.data(), bytes.size());
        return pki::normalise_ip(asio::ip::address_v6(bytes).to_string()).value_or("");
    }
    return {};
}

/// RFC 8659 section 4.1: flags, length of the tag, tag, value.
CaaRecord caa_record(const std::string& rdata)
{
    constexpr unsigned char kCritical = 0x80;
    CaaRecord unreadable{.critical = true};
    if (rdata.size() < 2) {
        return unreadable;
    }
    const auto length = static_cast<std::size_t>(static_cast<unsigned char>(rdata[1]));
    if (length == 0 || rdata.size() < 2 + length) {
        return unreadable;
    }
    return CaaRecord{.critical = (static_cast<unsigned char>(rdata[0]) & kCritical) != 0,
                     .tag = to_lower(rdata.substr(2, length)),
                     .value = rdata.substr(2 + length)};
}

bool is_localhost(const std::string& name)
{
    return is_within_domain(to_lower(name), "localhost");
}

} // namespace

/// One libunbound context. Its own thread resolves; ours waits for its answers and hands each to the executor of the
/// coroutine that asked.
struct UnboundResolver::Impl {
    explicit Impl(const AcmeSettings& settings) : timeout(settings.resolver_timeout), context(ub_ctx_create())
    {
        if (context == nullptr) {
            throw std::runtime_error("DNS resolver: no memory");
        }
        stop_event = ::eventfd(0, EFD_CLOEXEC);
        try {
            configure(settings);
        } catch (...) {
            release();
            throw;
        }
        thread = std::thread([this] { deliver(); });
    }

    ~Impl()
    {
        constexpr std::uint64_t kOne = 1;
        static_cast<void>(::write(stop_event, &kOne, sizeof kOne));
        thread.join();
        release();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void release()
    {
        ub_ctx_delete(context); // outstanding questions end without a callback
        ::close(stop_event);
    }

    void set(const char* option, const char* value) { require_set(ub_ctx_set_option(context, option, value), option); }

    void configure(const AcmeSettings& settings)
    {
        std::ranges::for_each(settings.resolvers, check_resolver);
        require_set(ub_ctx_async(context, 1), "threads");
        set("cache-max-ttl:", "0");
        set("cache-max-negative-ttl:", "0");
        set("do-not-query-localhost:", "no");
        set("edns-buffer-size:", "1232");
        set("use-syslog:", "no");
        set("verbosity:", "0");
        forward_to(settings.resolvers.empty() ? system_resolvers() : settings.resolvers);
        std::ranges::for_each(settings.trust_anchors, [this](const auto& anchor) { trust(anchor); });
        for (const auto& domain : settings.insecure_domains) {
            require_set(ub_ctx_set_option(context, "domain-insecure:", domain.c_str()), "unsigned domain " + domain);
        }
        if (!settings.hosts_file.empty()) {
            require_set(ub_ctx_hosts(context, settings.hosts_file.c_str()), settings.hosts_file);
        }
        // Names that libunbound answers by itself, but that a private network may well have. Last: a zone ends
        // libunbound's configuration.
        for (const char* zone : {"test.", "home.arpa."}) {
            require_set(ub_ctx_zone_add(context, zone, "transparent"), zone);
        }
    }

    void trust(const std::string& anchor)
    {
        if (anchor.starts_with('/')) {
            if (!std::ifstream(anchor)) {
                throw std::runtime_error("DNS resolver: cannot read the trust anchors " + anchor);
            }
            require_set(ub_ctx_add_ta_file(context, anchor.c_str()), anchor);
            return;
        }
        if (anchor != "root") {
            require_set(ub_ctx_add_ta(context, anchor.c_str()), "trust anchor " + anchor);
            return;
        }
        for (const auto* known : kRootAnchors) {
            require_set(ub_ctx_add_ta(context, known), "trust anchor of the root");
        }
    }

    /// Forwarders are set by a configuration text: only there they can be told apart from a cache, which would repeat a
    /// failure or a missing record for seconds after the client has put it right. Without any, libunbound asks the
    /// root.
    void forward_to(const std::vector<std::string>& resolvers)
    {
        if (resolvers.empty()) {
            return;
        }
        std::string text = "forward-zone:\n  name: \".\"\n  forward-no-cache: yes\n";
        for (const auto& resolver : resolvers) {
            text += "  forward-addr: " + unbound_address(resolver) + '\n';
        }
        const int file = ::memfd_create("resolver", MFD_CLOEXEC);
        const auto written = ::write(file, text.data(), text.size());
        const auto path = "/proc/self/fd/" + std::to_string(file);
        const int result =
            written == static_cast<ssize_t>(text.size()) ? ub_ctx_config(context, path.c_str()) : UB_READFILE;
        ::close(file);
        require_set(result, "resolvers");
    }

    void deliver()
    {
        std::array<pollfd, 2> waits{pollfd{ub_fd(context), POLLIN, 0}, pollfd{stop_event, POLLIN, 0}};
        for (;;) {
            const int ready = ::poll(waits.data(), waits.size(), -1);
            if (ready > 0 && waits[1].revents != 0) {
                return;
            }
            if (ready > 0) {
                ub_process(context);
            }
        }
    }

    /// Called by ub_process on our thread; `argument` is an entry of `asked`.
    static void on_answer(void* argument, int error, ub_result* result)
    {
        const auto& asked = *static_cast<const Asked*>(argument);
        auto answer = read_result(error, result);
        ub_resolve_free(result);
        asked.owner.settle(asked.number, std::move(answer));
    }

    void settle(std::uint64_t number, DnsAnswer<Records> answer)
    {
        std::shared_ptr<Question> question;
        {
            const std::lock_guard lock(mutex);
            const auto found = asked.find(number);
            question = std::move(found->second.question);
            asked.erase(found);
        }
        if (!question) {
            return; // it gave up
        }
        auto executor = question->executor;
        asio::post(executor, [question = std::move(question), answer = std::move(answer)]() mutable {
            question->answer = std::move(answer);
            question->timer.cancel();
        });
    }

    void give_up(std::uint64_t number)
    {
        const std::lock_guard lock(mutex);
        if (const auto found = asked.find(number); found != asked.end()) {
            found->second.question.reset();
        }
    }

    std::uint64_t begin(const std::string& name, int type, const std::shared_ptr<Question>& question)
    {
        std::unique_lock lock(mutex);
        const auto number = next++;
        auto& entry =
            asked.try_emplace(number, Asked{.owner = *this, .number = number, .question = question}).first->second;
        lock.unlock();
        const int failed = ub_resolve_async(context, name.c_str(), type, kClassIn, &entry, &Impl::on_answer, nullptr);
        if (failed != UB_NOERROR) {
            settle(number, read_result(failed, nullptr));
        }
        return number;
    }

    http::Awaitable<DnsAnswer<Records>> ask(std::string name, int type, Deadline deadline)
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            co_return std::unexpected(
                DnsFailure{DnsFailure::Kind::Timeout, "no time was left to ask the name servers"});
        }
        // Shared with the thread that answers, which may do so after this coroutine gave up.
        auto question = std::make_shared<Question>(co_await asio::this_coro::executor, std::min(timeout, left));
        const auto number = begin(name, type, question);
        co_await question->timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (question->answer) {
            co_return std::move(*question->answer);
        }
        give_up(number);
        co_return std::unexpected(DnsFailure{DnsFailure::Kind::Timeout, "the name servers did not answer in time"});
    }

    /// What libunbound holds until it answers, even when nobody waits any more.
    struct Asked {
        Impl& owner;
        std::uint64_t number;
        std::shared_ptr<Question> question; ///< null: it gave up
    };

    std::chrono::milliseconds timeout;
    ub_ctx* context;
    int stop_event = -1;
    std::mutex mutex; ///< guards the two below
    std::unordered_map<std::uint64_t, Asked> asked;
    std::uint64_t next = 0;
    std::thread thread; ///< last: it uses all of the above
};

UnboundResolver::UnboundResolver(const AcmeSettings& settings) : impl_(std::make_unique<Impl>(settings)) {}

UnboundResolver::~UnboundResolver() = default;

http::Awaitable<DnsAnswer<std::vector<std::string>>> UnboundResolver::addresses(std::string name, AddressFamily family,
                                                                                Deadline deadline)
{
    if (is_localhost(name)) {
        std::vector<std::string> loopback{family == AddressFamily::V4 ? "127.0.0.1" : "::1"};
        co_return loopback;
    }
    auto records = co_await impl_->ask(std::move(name), family == AddressFamily::V4 ? kTypeA : kTypeAaaa, deadline);
    if (records) {
        for (auto& record : *records) {
            record = address_text(record);
        }
    }
    co_return records;
}

http::Awaitable<DnsAnswer<std::vector<std::string>>> UnboundResolver::texts(std::string name, Deadline deadline)
{
    auto records = co_await impl_->ask(std::move(name), kTypeTxt, deadline);
    if (records) {
        for (auto& record : *records) {
            record = join_strings(record);
        }
    }
    co_return records;
}

http::Awaitable<DnsAnswer<std::vector<CaaRecord>>> UnboundResolver::caa(std::string name, Deadline deadline)
{
    if (is_localhost(name)) {
        co_return std::vector<CaaRecord>();
    }
    const auto records = co_await impl_->ask(std::move(name), kTypeCaa, deadline);
    if (!records) {
        co_return std::unexpected(records.error());
    }
    std::vector<CaaRecord> decoded;
    for (const auto& rdata : *records) {
        decoded.push_back(caa_record(rdata));
    }
    co_return decoded;
}

} // namespace chancery::acme
