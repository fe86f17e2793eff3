#include "server/app/config.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace chancery::app;

namespace {

/// A configuration file that is gone at the end.
class File {
public:
    explicit File(const std::string& content) { std::ofstream(path_) << content; }

    ~File() { std::filesystem::remove(path_); }

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("chancery-config-" + std::to_string(::getpid()) + ".yaml");
};

std::string refusal_of(const std::string& yaml)
{
    const File file(yaml);
    try {
        load_config(file.path());
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a configuration that cannot be used is refused with file and key", "[unit][server]")
{
    const std::pair<const char*, const char*> cases[] = {
        {"server:\n  port: 1\n", "server.port: is not a known key"},
        {"surprise: 1\n", "surprise: is not a known key"},
        {"server: 7\n", "server: must be a section"},
        {"server:\n  threads: many\n", "server.threads: must be a whole number"},
        {"server:\n  threads: -1\n", "server.threads: must be from 0 to 256"},
        {"server:\n  listen: one\n", "server.listen: must be a list"},
        {"server:\n  listen: []\n", "server.listen: needs at least one address"},
        {"log:\n  level: [a]\n", "log.level: must be one value"},
        {"log:\n  level: loud\n", "log.level: must be debug"},
        {"keys:\n  encryption_key: abc\n", "set CHANCERY_KEYS_ENCRYPTION_KEY instead"},
        {"database:\n  url: mysql://x\n", "database.url: must start with sqlite: or postgresql:"},
        {"server:\n  tls_key_file: /x\n", "go together"},
        {"server:\n  public_url: http://x\n", "must start with https://"},
        {"server: [\n", "line "},
        {"issuance:\n  max_validity_days: 30\n", "must not exceed"},
    };
    for (const auto& [yaml, message] : cases) {
        DYNAMIC_SECTION(message)
        {
            CHECK_THAT(refusal_of(yaml), Catch::Contains(message));
        }
    }
    CHECK_THROWS_AS(load_config("/nonexistent/chancery.yaml"), ConfigError);
}

TEST_CASE("the documented configuration reads back as the same configuration", "[unit][server]")
{
    Config config;
    config.server.listen = {"0.0.0.0:9443", "[::1]:9443"};
    config.setup.organization = "A \"quoted\" name";
    config.acme.allowed_networks = {"10.0.0.0/8"};
    const File file(documented_config(config));
    CHECK(documented_config(load_config(file.path())) == documented_config(config));
}

TEST_CASE("the environment wins over the file", "[unit][server]")
{
    const File file("server:\n  threads: 3\n");
    ::setenv("CHANCERY_SERVER_THREADS", "5", 1);
    ::setenv("CHANCERY_ACME_ALLOWED_NETWORKS", "10.0.0.0/8,::1/128", 1);
    const auto config = load_config(file.path());
    ::setenv("CHANCERY_SERVER_THREADS", "x", 1);
    CHECK_THROWS_WITH(load_config(file.path()), Catch::Contains("environment CHANCERY_SERVER_THREADS"));
    ::unsetenv("CHANCERY_SERVER_THREADS");
    ::unsetenv("CHANCERY_ACME_ALLOWED_NETWORKS");
    CHECK(config.server.threads == 5);
    CHECK(config.acme.allowed_networks == std::vector<std::string>{"10.0.0.0/8", "::1/128"});
}

TEST_CASE("URLs follow the listening ports unless they are set", "[unit][server]")
{
    Config config;
    CHECK(config.public_url() == "https://localhost:8443");
    CHECK(config.http_url() == "http://localhost:8480");
    config.server.listen = {"[::]:9443"};
    CHECK(config.public_url() == "https://localhost:9443");
    config.server.http_listen = {};
    CHECK(config.http_url().empty());
    config.server.public_url = "https://CA.example.com/";
    CHECK(config.public_url() == "https://CA.example.com");
    const auto names = config.listener_names();
    CHECK(std::find(names.begin(), names.end(), "ca.example.com") != names.end());
}
