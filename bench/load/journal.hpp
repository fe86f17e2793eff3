#pragma once

#include "bench/load/acme_session.hpp"

#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace chancery::bench {

/// What the server acknowledged, a line each, written as soon as the answer was read: the witness of a crash test.
///
///     account <kid> <base64 PKCS#8>
///     order <kid> <order URL>
///     finalized <kid> <order URL>
///     certificate <kid> <order URL> <certificate URL> <serial> <base64 DER>
class Journal {
public:
    /// Appends to `file`; with "" nothing is written.
    explicit Journal(const std::string& file);

    void account(const Account& account);
    void order(const Account& account, const std::string& url);
    void finalized(const Account& account, const std::string& url);
    void certificate(const Account& account, const std::string& order_url, const std::string& certificate_url,
                     const std::string& serial, std::string_view der);

private:
    void write(const std::string& line);

    std::mutex mutex_;
    std::ofstream out_;
};

/// One order as the journal tells it.
struct JournaledOrder {
    std::string kid{};
    bool finalized = false;
    std::string certificate_url{};
    std::string serial{};
    std::string der{};
};

struct JournalContents {
    std::map<std::string, Account> accounts{};      ///< by kid
    std::map<std::string, JournaledOrder> orders{}; ///< by URL
};

/// A last line without its end is left out.
JournalContents read_journal(const std::string& file);

/// Asks the server for every order of the journal: each must exist; each that was finalised must come to valid, or
/// invalid with an error, within `patience`; each certificate must come back byte for byte; no serial may be on two
/// orders. Prints what is wrong to standard error; returns how much is.
std::size_t verify_journal(AcmeSession& session, const JournalContents& journal, std::chrono::seconds patience);

} // namespace chancery::bench
