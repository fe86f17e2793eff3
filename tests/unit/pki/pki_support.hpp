#pragma once

#include "core/clock.hpp"
#include "pki/certificate_builder.hpp"

#include <filesystem>
#include <string>
#include <string_view>

/// What the tests of this folder share: the `openssl` command as an independent reader, and a good plan to spoil.
namespace chancery::test {

/// A folder that goes away with the test.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path(std::string_view name) const { return (folder_ / name).string(); }

    /// Writes a file and gives its path.
    std::string write(std::string_view name, std::string_view content) const;
    std::string read(std::string_view name) const;

private:
    std::filesystem::path folder_;
};

struct Ran {
    int status = -1;
    std::string output{}; ///< both streams
};

/// Runs a shell command.
Ran run_command(const std::string& command);

/// 2026-06-01T12:00:00Z
Time noon();

pki::Issuer root_issuer(const pki::PrivateKey& key, const Subject& subject);
/// A leaf for two names, as the gate would plan it.
pki::CertificatePlan leaf_plan(const pki::PublicKey& key);
/// A self-signed certificate for the key and subject, DER.
std::string make_root(const pki::PrivateKey& key, const Subject& subject);

} // namespace chancery::test
