// A CA outside behind HTTPS, for the end-to-end tests: `stand_in_ca est|digicert|globalsign DIRECTORY`.
//
// DIRECTORY has tls.pem and tls.key, with which it serves localhost. It adds root.pem, which its certificates chain to,
// client.pem and client.key, which identify a client of its own, and requests.ndjson: what was asked and answered, a
// line each. Says the port and serves until its standard input ends.
#include "core/json.hpp"
#include "core/metrics.hpp"
#include "core/text.hpp"
#include "pki/certificate.hpp"
#include "pki/key.hpp"
#include "pki/pem.hpp"
#include "server/net/listener.hpp"
#include "server/net/runtime.hpp"
#include "server/net/tls.hpp"
#include "tests/support/digicert_server.hpp"
#include "tests/support/est_server.hpp"
#include "tests/support/globalsign_server.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace {

using namespace chancery;
using issuance::providers::OutboundRequest;
using issuance::providers::OutboundResponse;

std::string read(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return text.str();
}

void write(const std::filesystem::path& path, std::string_view text)
{
    std::ofstream out(path, std::ios::binary);
    out << text;
}

/// One of the stand-ins with what the program has to know of it.
struct Ca {
    std::unique_ptr<test::StandIn> server;
    const test::TestCa* ca = nullptr;
    std::string origin; ///< "https://www.digicert.com": what a request's target is put behind
    /// Fields that this kind of CA is sent, beside those of every request.
    std::vector<std::string_view> fields;
};

template <class Server> Ca make(const Clock& clock, std::vector<std::string_view> fields)
{
    auto server = std::make_unique<Server>(clock);
    const std::string url(Server::kUrl);
    const auto* ca = &server->ca;
    return {.server = std::move(server),
            .ca = ca,
            .origin = url.substr(0, url.find('/', url.find("//") + 2)),
            .fields = std::move(fields)};
}

Ca make(std::string_view kind, const Clock& clock)
{
    if (kind == "est") {
        return make<test::EstServer>(clock, {"authorization", "content-transfer-encoding"});
    }
    if (kind == "digicert") {
        return make<test::DigicertServer>(clock, {"x-dc-devkey"});
    }
    if (kind == "globalsign") {
        return make<test::GlobalsignServer>(clock, {"authorization"});
    }
    throw std::runtime_error("usage: stand_in_ca est|digicert|globalsign DIRECTORY");
}

class Front {
public:
    Front(Ca ca, const std::filesystem::path& directory) : ca_(std::move(ca)), log_(directory / "requests.ndjson")
    {
        const auto key = pki::PrivateKey::generate(KeyAlgorithm::Ec256);
        const auto csr = pki::build_csr(key, {.common_name = "chancery, a client"}, {});
        const auto own = ca_.ca->issue(
            csr, [](pki::CertificatePlan& plan) { plan.extended_key_usage = {ExtendedKeyUsage::ClientAuth}; });
        write(directory / "client.pem", pki::to_pem(own, "CERTIFICATE"));
        write(directory / "client.key", key.to_pem().reveal());
        write(directory / "root.pem", ca_.ca->anchors_pem());
    }

    void expect_host(std::string host) { host_ = std::move(host); }

    http::Response serve(const http::Request& request)
    {
        auto response = objection(request).empty() ? ask(request) : http::text_response(400, objection(request));
        record(request, response);
        return response;
    }

private:
    /// What RFC 9112 and a strict reader have against a request before its meaning is looked at.
    std::string objection(const http::Request& request) const
    {
        constexpr std::array<std::string_view, 6> kUsual{"host",       "user-agent",     "accept",
                                                         "connection", "content-length", "content-type"};
        if (request.header("Host") != host_) {
            return "another host";
        }
        std::vector<std::string> seen;
        for (const auto& [name, value] : request.fields) {
            const auto lower = to_lower(name);
            if (std::ranges::find(seen, lower) != seen.end()) {
                return "twice: " + lower;
            }
            if (std::ranges::find(kUsual, lower) == kUsual.end() &&
                std::ranges::find(ca_.fields, lower) == ca_.fields.end()) {
                return "unexpected: " + lower;
            }
            seen.push_back(lower);
        }
        const bool has_body = std::ranges::find(seen, "content-length") != seen.end() && !request.body.empty();
        return (request.method == "GET") == has_body ? "a body for a " + request.method : std::string();
    }

    http::Response ask(const http::Request& request)
    {
        OutboundRequest asked{.method = request.method, .url = ca_.origin + request.target, .body = request.body};
        for (const auto& [name, value] : request.fields) {
            asked.fields.emplace_back(name, value);
        }
        const auto answer = ca_.server->answer(asked, request.peer_certificate);
        if (!answer) {
            return http::text_response(403, answer.error().detail);
        }
        auto response = http::empty_response(answer->status);
        response.body = answer->body;
        for (const auto& [name, value] : answer->fields) {
            response.with(name, value);
        }
        return response;
    }

    void record(const http::Request& request, const http::Response& response)
    {
        json::Writer out;
        out.begin_object().member("method", request.method).member("target", request.target);
        out.begin_object("fields");
        for (const auto& [name, value] : request.fields) {
            out.member(to_lower(name), value);
        }
        const auto client = pki::parse_certificate(request.peer_certificate);
        out.end_object()
            .member("body", request.body)
            .member("client_certificate", client ? client->fingerprint_sha256 : std::string())
            .member("status", response.status);
        log_ << out.end_object().take() << std::endl;
    }

    Ca ca_;
    std::string host_{};
    std::ofstream log_;
};

void serve(std::string_view kind, const std::filesystem::path& directory)
{
    const SystemClock clock;
    metrics::Registry registry;
    Front front(make(kind, clock), directory);
    net::Runtime runtime{1}; // the stand-ins know no threads
    const net::TlsServer tls(read(directory / "tls.pem"), Secret(read(directory / "tls.key")),
                             net::ClientCertificates::Requested);
    const http::Entry entry = [&](http::Request& request) -> http::Awaitable<http::Response> {
        co_return front.serve(request);
    };
    {
        net::Listener listener(runtime, {.https = {"127.0.0.1:0"}}, &tls, entry, clock, registry);
        const auto port = std::to_string(listener.addresses().front().port);
        front.expect_host("localhost:" + port);
        listener.start();
        std::cout << port << std::endl;
        std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    }
    runtime.stop();
    runtime.join();
}

} // namespace

int main(int argc, char** argv)
{
    try {
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        serve(arguments.empty() ? "" : arguments[0], arguments.size() < 2 ? "" : arguments[1]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
