#include "tests/unit/pki/pki_support.hpp"

#include "core/random.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <sys/wait.h>

namespace chancery::test {

Folder::Folder() : folder_(std::filesystem::temp_directory_path() / ("chancery-pki-" + random_token(9)))
{
    std::filesystem::create_directory(folder_);
}

Folder::~Folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Folder::write(std::string_view name, std::string_view content) const
{
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return path(name);
}

std::string Folder::read(std::string_view name) const
{
    std::ostringstream content;
    content << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return content.str();
}

Ran run_command(const std::string& command)
{
    Ran ran;
    auto* pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
    if (pipe == nullptr) {
        return ran;
    }
    std::array<char, 4096> buffer{};
    for (std::size_t size = 0; (size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        ran.output.append(buffer.data(), size);
    }
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

Time noon()
{
    return *from_rfc3339("2026-06-01T12:00:00Z");
}

pki::Issuer root_issuer(const pki::PrivateKey& key, const Subject& subject)
{
    return {make_root(key, subject), key};
}

pki::CertificatePlan leaf_plan(const pki::PublicKey& key)
{
    const bool rsa = key.type().family == KeyFamily::Rsa;
    pki::CertificatePlan plan;
    plan.subject = {.common_name = "www.example.com", .organization = "Example", .country = "DE"};
    plan.names = {{NameType::Dns, "www.example.com"}, {NameType::Ip, "192.0.2.7"}};
    plan.key = key;
    plan.serial_number = pki::new_serial_number();
    plan.valid_from = noon();
    plan.valid_to = noon() + std::chrono::days(90);
    plan.digest = Digest::Sha256;
    plan.key_usage = {KeyUsage::DigitalSignature};
    if (rsa) {
        plan.key_usage.push_back(KeyUsage::KeyEncipherment);
    }
    plan.extended_key_usage = {ExtendedKeyUsage::ServerAuth};
    plan.crl_urls = {"http://ca.example.com/a.crl"};
    plan.aia_urls = {"http://ca.example.com/a.crt"};
    return plan;
}

std::string make_root(const pki::PrivateKey& key, const Subject& subject)
{
    pki::CertificatePlan plan;
    plan.subject = subject;
    plan.key = key.public_key();
    plan.serial_number = pki::new_serial_number();
    plan.valid_from = noon() - std::chrono::days(1);
    plan.valid_to = noon() + std::chrono::days(3650);
    plan.digest = pki::default_digest(key.type());
    plan.key_usage = {KeyUsage::KeyCertSign, KeyUsage::CrlSign};
    plan.is_ca = true;
    return pki::sign_tbs(pki::build_tbs(plan, pki::Issuer::self_signed(subject, key)), key, plan.digest);
}

} // namespace chancery::test
