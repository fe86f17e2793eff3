#include "issuance/providers/acme_ca/solver.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "core/text.hpp"
#include "issuance/providers/acme_ca/dns_update.hpp"
#include "issuance/providers/answers.hpp"
#include "issuance/providers/url.hpp"
#include "pki/digest.hpp"

#include <array>
#include <utility>

namespace chancery::issuance::providers::acme_ca {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

std::string record_name(const UpstreamChallenge& challenge)
{
    return "_acme-challenge." + challenge.identifier; // RFC 8555 section 8.4
}

/// The row itself is the answer: see server/app/publication.
class Http01 final : public Solver {
public:
    std::string_view type() const override { return "http-01"; }

    seconds wait() const override { return seconds(0); }

    asio::awaitable<std::optional<Failed>> present(UpstreamChallenge /*challenge*/) override { co_return std::nullopt; }

    asio::awaitable<void> clean_up(UpstreamChallenge /*challenge*/) override { co_return; }
};

class DynamicUpdate final : public Solver {
public:
    DynamicUpdate(Core& core, const Provider& provider, const Secrets& secrets) : core_(core)
    {
        json::Reader in(provider.configuration);
        const auto server = parse_host_and_port(in.string("dns_server"), 53);
        server_ = server.value_or(HostAndPort{});
        zone_ = to_lower(in.optional_string("dns_zone").value_or(""));
        wait_ = seconds(in.optional_integer("dns_wait_seconds").value_or(10));
        key_.name = in.optional_string("tsig_key_name").value_or("");
        const auto algorithm = in.optional_string("tsig_algorithm").value_or("hmac-sha256");
        key_.digest = algorithm == "hmac-sha512"   ? Digest::Sha512
                      : algorithm == "hmac-sha384" ? Digest::Sha384
                                                   : Digest::Sha256;
        if (const auto secret = secrets.find("tsig_secret"); secret != secrets.end()) {
            key_.secret = Secret(from_base64(secret->second.reveal()).value_or(""));
        }
    }

    std::string_view type() const override { return "dns-01"; }

    seconds wait() const override { return wait_; }

    asio::awaitable<std::optional<Failed>> present(UpstreamChallenge challenge) override
    {
        return change(std::move(challenge), false);
    }

    asio::awaitable<void> clean_up(UpstreamChallenge challenge) override
    {
        const auto name = record_name(challenge);
        if (const auto failed = co_await change(std::move(challenge), true)) {
            log::warning("dns_update.not_removed", {{"name", name}, {"reason", failed->words}});
        }
    }

private:
    /// The zones that may hold the name: the one that is configured, or each domain above it, the closest first.
    std::vector<std::string> zones_for(const std::string& identifier) const
    {
        if (!zone_.empty()) {
            return {zone_};
        }
        std::vector<std::string> zones;
        for (std::string_view rest = identifier; rest.find('.') != std::string_view::npos;
             rest = rest.substr(rest.find('.') + 1)) {
            zones.emplace_back(rest);
        }
        return zones;
    }

    /// The server's RCODE.
    asio::awaitable<Answer<int>> send(DnsUpdate update)
    {
        std::array<unsigned char, 2> id{};
        random_bytes(id);
        update.id = static_cast<std::uint16_t>((id[0] << 8U) | id[1]);
        const auto sent = encode_update(update, key_, core_.clock.now());
        if (!sent) {
            co_return std::unexpected(Failed{.words = "The name does not fit into a DNS message."});
        }
        const auto answer = co_await core_.outbound->ask_name_server(server_.host, server_.port, sent->message);
        if (!answer) {
            co_return std::unexpected(failure_of(answer.error()));
        }
        const auto rcode = read_answer(*answer, update, *sent, key_, core_.clock.now());
        if (!rcode) {
            co_return std::unexpected(
                Failed{.words = "The name server's answer is none, or not signed by the key.", .transient = true});
        }
        co_return *rcode;
    }

    asio::awaitable<std::optional<Failed>> change(UpstreamChallenge challenge, bool remove)
    {
        constexpr int kServfail = 2;
        constexpr int kNotAuth = 9;
        constexpr int kNotZone = 10;
        int rcode = kNotZone;
        for (const auto& zone : zones_for(challenge.identifier)) {
            const auto answer = co_await send(
                {.zone = zone, .name = record_name(challenge), .value = challenge.content, .remove = remove});
            if (!answer) {
                co_return answer.error();
            }
            rcode = *answer;
            if (rcode != kNotAuth && rcode != kNotZone) {
                break; // this is the zone, whatever it says
            }
        }
        if (rcode == 0) {
            co_return std::nullopt;
        }
        co_return Failed{.words = "The name server answers the update of " + record_name(challenge) + " with " +
                                  std::string(rcode_name(rcode)) + ".",
                         .transient = rcode == kServfail};
    }

    Core& core_;
    HostAndPort server_{};
    std::string zone_;
    seconds wait_{};
    TsigKey key_{};
};

/// POSTs {"action", "name", "value", …}; with a secret, the body is signed.
class Webhook final : public Solver {
public:
    Webhook(Core& core, const Provider& provider, const Secrets& secrets) : core_(core)
    {
        json::Reader in(provider.configuration);
        url_ = in.string("webhook_url");
        wait_ = seconds(in.optional_integer("dns_wait_seconds").value_or(10));
        if (const auto secret = secrets.find("webhook_secret"); secret != secrets.end()) {
            secret_ = secret->second;
        }
    }

    std::string_view type() const override { return "dns-01"; }

    seconds wait() const override { return wait_; }

    asio::awaitable<std::optional<Failed>> present(UpstreamChallenge challenge) override
    {
        return call(std::move(challenge), "present");
    }

    asio::awaitable<void> clean_up(UpstreamChallenge challenge) override
    {
        const auto name = record_name(challenge);
        if (const auto failed = co_await call(std::move(challenge), "cleanup")) {
            log::warning("dns_webhook.not_removed", {{"name", name}, {"reason", failed->words}});
        }
    }

private:
    asio::awaitable<std::optional<Failed>> call(UpstreamChallenge challenge, std::string action)
    {
        OutboundRequest request{.method = "POST", .url = url_, .fields = {{"Content-Type", "application/json"}}};
        request.body = json::Writer()
                           .begin_object()
                           .member("action", action)
                           .member("type", challenge.type)
                           .member("identifier", challenge.identifier)
                           .member("name", record_name(challenge))
                           .member("value", challenge.content)
                           .member("time", to_rfc3339(core_.clock.now()))
                           .end_object()
                           .take();
        if (!secret_.empty()) {
            request.fields.emplace_back("X-Chancery-Signature",
                                        "sha256=" + to_hex(pki::hmac_sha256(secret_.reveal(), request.body)));
        }
        const auto response = co_await core_.outbound->send(std::move(request));
        if (!response) {
            co_return failure_of(response.error());
        }
        if (response->status < 200 || response->status > 299) {
            auto failed = failure_of(*response, response->body, core_.clock.now());
            failed.words = "The DNS webhook answers " + failed.words;
            co_return failed;
        }
        co_return std::nullopt;
    }

    Core& core_;
    std::string url_;
    seconds wait_{};
    Secret secret_{};
};

} // namespace

std::unique_ptr<Solver> make_solver(Core& core, const Provider& provider, const Secrets& secrets)
{
    const auto solver = json::Reader(provider.configuration).optional_string("solver").value_or("http-01");
    if (solver == "dns-01-rfc2136") {
        return std::make_unique<DynamicUpdate>(core, provider, secrets);
    }
    if (solver == "dns-01-webhook") {
        return std::make_unique<Webhook>(core, provider, secrets);
    }
    return std::make_unique<Http01>();
}

} // namespace chancery::issuance::providers::acme_ca
