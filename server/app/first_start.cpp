#include "server/app/first_start.hpp"

#include "core/random.hpp"
#include "core/secret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace chancery::app {
namespace {

void write_file(const std::filesystem::path& path, std::string_view content)
{
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << content;
    out.close();
    if (!out) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

std::string absolute(const Config& config, const std::string& name)
{
    return std::filesystem::absolute(config.path(name)).lexically_normal().string();
}

void show_credentials(const issuance::SetupResult& made)
{
    if (made.admin_token.empty()) {
        fmt::print("\nChancery is set up. An administrator exists already; `chancery user list` names the users and\n"
                   "`chancery user password EMAIL` sets a new password.\n\n");
    } else {
        fmt::print("\nChancery is set up. These two are shown once and stored nowhere:\n\n"
                   "  administrator  {}\n  password       {}\n  API token      {}\n\n",
                   made.admin_email, made.admin_password.reveal(), made.admin_token.reveal());
    }
    std::fflush(stdout);
}

/// Sixteen of 32 characters that are not mistaken for each other, in groups of four: 80 bits.
Secret new_setup_code()
{
    constexpr std::string_view kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    static_assert(kAlphabet.size() == 32);
    constexpr std::size_t kCharacters = 16;
    constexpr std::size_t kGroup = 4;
    std::array<unsigned char, kCharacters> bytes{};
    random_bytes(bytes);
    std::string code;
    for (std::size_t i = 0; i < kCharacters; ++i) {
        if (i > 0 && i % kGroup == 0) {
            code += '-';
        }
        code += kAlphabet[bytes[i] % kAlphabet.size()];
    }
    return Secret(std::move(code));
}

/// The file is a convenience for clients: one that was lost, or never written, is made again.
void restore_root_file(issuance::Core& core, const Config& config)
{
    const auto path = config.path("root.pem");
    if (std::filesystem::exists(path)) {
        return;
    }
    if (const auto root = core.store.read_now([](db::Session& session) { return issuance::set_up_root(session); })) {
        write_file(path, *root);
    }
}

issuance::SetupRequest setup_request(const Config& config)
{
    issuance::SetupRequest wanted;
    wanted.organization = config.setup.organization;
    wanted.listener_names = config.listener_names();
    wanted.domains = config.setup.domains;
    wanted.admin_email = config.setup.admin_email;
    return wanted;
}

} // namespace

issuance::SetupResult set_up_installation(issuance::Core& core, const Config& config)
{
    auto made = issuance::set_up(core, setup_request(config));
    write_file(config.path("root.pem"), made.root_pem);
    return made;
}

bool first_start(issuance::Core& core, const Config& config)
{
    if (!core.store.read_now([](db::Session& session) { return issuance::needs_setup(session); })) {
        restore_root_file(core, config);
        return false;
    }
    auto wanted = setup_request(config);
    wanted.make_administrator = config.setup.administrator != "browser";
    const auto made = issuance::set_up(core, wanted);
    if (wanted.make_administrator) {
        show_credentials(made); // before anything else that could fail
    }
    write_file(config.path("root.pem"), made.root_pem);
    return true;
}

Secret offer_first_administrator(issuance::Core& core, const Config& config)
{
    if (config.setup.administrator != "browser" ||
        !core.store.read_now([](db::Session& session) { return issuance::needs_administrator(session); })) {
        return {};
    }
    auto code = new_setup_code();
    fmt::print("\nThere is no administrator yet. Open {}/ and make the first administrator with this code,\n"
               "which is good once and until this server ends:\n\n"
               "  set-up code    {}\n\n",
               config.public_url(), code.reveal());
    std::fflush(stdout);
    return code;
}

std::string welcome(const Config& config)
{
    const auto url = config.public_url();
    const auto root = absolute(config, "root.pem");
    const auto port =
        config.acme.http01_port == 80 ? std::string() : " --http-01-port " + std::to_string(config.acme.http01_port);
    const auto domain = config.setup.domains.empty() ? "example.com" : config.setup.domains.front();
    return fmt::format(
        "  console        {0}/\n"
        "  API            {0}/api/v1      (document: {0}/openapi.json, page: {0}/docs)\n"
        "  ACME           {0}/acme/default/directory\n"
        "  root           {1}\n\n"
        "A certificate with certbot (needs root; answers on port {5}):\n\n"
        "  REQUESTS_CA_BUNDLE={1} certbot certonly --standalone{2} --non-interactive --agree-tos \\\n"
        "    --register-unsafely-without-email --server {0}/acme/default/directory \\\n"
        "    --config-dir {3} --work-dir {3} --logs-dir {3} -d demo.{4}\n\n"
        "A certificate by REST (with the token in TOKEN):\n\n"
        "  curl --cacert {1} -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\\n"
        "    -d '{{\"common_name\":\"app.{4}\",\"key_algorithm\":\"ec-256\"}}' {0}/api/v1/orders\n\n",
        url, root, port, absolute(config, "certbot"), domain, config.acme.http01_port);
}

} // namespace chancery::app
