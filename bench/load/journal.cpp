#include "bench/load/journal.hpp"

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "pki/jws.hpp"
#include "pki/pem.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <set>
#include <sstream>
#include <thread>

namespace chancery::bench {
namespace {

/// Checks one order; what is wrong with it, or empty.
std::string wrong_with(AcmeSession& session, const Account& account, const std::string& url,
                       const JournaledOrder& known, std::chrono::steady_clock::time_point deadline)
{
    for (;;) {
        const auto response = session.post(account, session.path_of(url), "", Kind::OrderPoll);
        json::Reader order(response.body);
        const auto status = order.string("status");
        const bool settled = status == "valid" || status == "invalid";
        if (known.finalized && !settled && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            continue;
        }
        if (known.finalized && !settled) {
            return "was finalised and is still " + status;
        }
        if (!known.der.empty() && (status != "valid" || order.string("certificate") != known.certificate_url)) {
            return "had a certificate and is now " + status;
        }
        return "";
    }
}

std::string leaf_of(AcmeSession& session, const Account& account, const std::string& url)
{
    const auto response = session.post(account, session.path_of(url), "", Kind::Download);
    const auto blocks = pki::from_pem(response.body, "CERTIFICATE");
    return blocks && !blocks->empty() ? blocks->front() : "";
}

} // namespace

Journal::Journal(const std::string& file)
{
    if (file.empty()) {
        return;
    }
    out_.open(file, std::ios::app);
    if (!out_) {
        throw std::runtime_error("cannot write " + file);
    }
}

void Journal::write(const std::string& line)
{
    if (!out_.is_open()) {
        return;
    }
    const std::lock_guard lock(mutex_);
    out_ << line << '\n' << std::flush;
}

void Journal::account(const Account& account)
{
    if (out_.is_open()) {
        write("account " + account.kid + ' ' + to_base64(account.key.to_pkcs8().reveal()));
    }
}

void Journal::order(const Account& account, const std::string& url)
{
    write("order " + account.kid + ' ' + url);
}

void Journal::finalized(const Account& account, const std::string& url)
{
    write("finalized " + account.kid + ' ' + url);
}

void Journal::certificate(const Account& account, const std::string& order_url, const std::string& certificate_url,
                          const std::string& serial, std::string_view der)
{
    if (out_.is_open()) {
        write("certificate " + account.kid + ' ' + order_url + ' ' + certificate_url + ' ' + serial + ' ' +
              to_base64(der));
    }
}

JournalContents read_journal(const std::string& file)
{
    std::ifstream in(file);
    JournalContents contents;
    for (std::string line; std::getline(in, line) && !in.eof();) {
        std::istringstream words(line);
        std::string kind;
        std::string kid;
        std::string url;
        words >> kind >> kid >> url;
        if (kind == "account") {
            Account account{.key = pki::PrivateKey::from_pkcs8(Secret(from_base64(url).value_or(""))), .kid = kid};
            contents.accounts.emplace(kid, std::move(account));
            continue;
        }
        auto& order = contents.orders[url];
        order.kid = kid;
        order.finalized = order.finalized || kind != "order";
        if (kind == "certificate") {
            std::string der;
            words >> order.certificate_url >> order.serial >> der;
            order.der = from_base64(der).value_or("");
        }
    }
    return contents;
}

std::size_t verify_journal(AcmeSession& session, const JournalContents& journal, std::chrono::seconds patience)
{
    std::size_t wrong = 0;
    const auto complain = [&wrong](const std::string& url, const std::string& what) {
        fmt::print(stderr, "{}: {}\n", url, what);
        ++wrong;
    };
    std::set<std::string> serials;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const auto& [url, known] : journal.orders) {
        const auto& account = journal.accounts.at(known.kid);
        try {
            if (const auto what = wrong_with(session, account, url, known, deadline); !what.empty()) {
                complain(url, what);
            }
            if (known.der.empty()) {
                continue;
            }
            if (leaf_of(session, account, known.certificate_url) != known.der) {
                complain(url, "its certificate is not the one that was handed out");
            }
            if (!serials.insert(known.serial).second) {
                complain(url, "its serial is on another order too");
            }
        } catch (const Refused& refusal) {
            complain(url, refusal.what());
        }
    }
    return wrong;
}

} // namespace chancery::bench
