#include "server/app/command_line.hpp"

#include "core/log.hpp"
#include "server/app/application.hpp"
#include "server/app/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace chancery::app {
namespace {

/// What every command starts from.
struct Options {
    std::string config_file;
    std::string data_directory;

    /// The file given, or chancery.yaml in the data directory when there is one.
    std::string effective_file() const
    {
        if (!config_file.empty()) {
            return config_file;
        }
        const auto inside =
            std::filesystem::path(data_directory.empty() ? Config{}.data_directory : data_directory) / "chancery.yaml";
        return std::filesystem::exists(inside) ? inside.string() : "";
    }

    Config load() const
    {
        auto config = load_config(effective_file());
        if (!data_directory.empty()) {
            config.data_directory = std::filesystem::absolute(data_directory).lexically_normal().string();
        }
        return config;
    }
};

/// The first start on an empty data directory leaves a documented file to edit. Its only difference from the defaults:
/// validation may reach this machine, so that a first certificate can be obtained right here.
Config load_or_write_config(const Options& options)
{
    auto config = options.load();
    const auto file = config.path("chancery.yaml");
    if (!options.effective_file().empty() || std::filesystem::exists(config.data_directory)) {
        return config;
    }
    if (config.acme.allowed_networks.empty()) {
        config.acme.allowed_networks = {"127.0.0.0/8", "::1/128"};
    }
    std::filesystem::create_directories(config.data_directory);
    std::filesystem::permissions(config.data_directory, std::filesystem::perms::owner_all);
    std::ofstream out(file);
    out << documented_config(config);
    out.close();
    if (!out) {
        throw std::runtime_error("cannot write " + file.string());
    }
    return config;
}

void serve(const Options& options)
{
    auto config = load_or_write_config(options);
    Application(std::move(config)).run([&options] { return options.load(); });
}

void run_with_core(const Options& options, const std::function<void(issuance::Core&)>& work)
{
    const auto config = options.load();
    log::configure(log::Level::Warning, "-");
    commands::with_core(config, work);
}

/// Values that the subcommands' options are read into; they live as long as the parser.
struct Values {
    commands::NewCa ca{.name = {}, .organization = "Chancery", .algorithm = "ec-256", .parent = {}};
    std::string name;
    std::string file;
    std::string key_file;
    std::string passphrase_file;
    std::string email;
    std::string role = "user";
    std::string password_file;
    std::string subject;
    std::string issuer;
    std::string scope = "read";
    int days = 0;
    int certificates = 5000;
};

void add_ca_commands(CLI::App& app, const Options& options, Values& v)
{
    auto* ca = app.add_subcommand("ca", "Certificate authorities")->require_subcommand(1);
    ca->add_subcommand("list", "List them")->callback([&] { run_with_core(options, commands::list_cas); });

    auto* create = ca->add_subcommand("create", "Create a root, or with --parent an intermediate");
    create->add_option("name", v.ca.name, "Name, and the common name of its subject")->required();
    create->add_option("--organization", v.ca.organization, "Organization of its subject")->capture_default_str();
    create->add_option("--algorithm", v.ca.algorithm, "Key algorithm")->capture_default_str();
    create->add_option("--parent", v.ca.parent, "Name or id of the CA that signs it");
    create->add_option("--days", v.ca.validity_days, "Validity; 20 years for a root, 10 for an intermediate");
    create->callback([&] { run_with_core(options, [&](auto& core) { commands::create_ca(core, v.ca); }); });

    auto* import = ca->add_subcommand("import", "Import a CA certificate, with its key when it is to sign here");
    import->add_option("name", v.name, "Name")->required();
    import->add_option("certificate", v.file, "PEM file")->required();
    import->add_option("--key", v.key_file, "PEM file, may be encrypted");
    import->add_option("--passphrase-file", v.passphrase_file, "File whose first line decrypts the key");
    import->callback([&] {
        run_with_core(options,
                      [&](auto& core) { commands::import_ca(core, v.name, v.file, v.key_file, v.passphrase_file); });
    });

    auto* show = ca->add_subcommand("show", "Print its certificate as PEM");
    show->add_option("ca", v.name, "Name or id")->required();
    show->callback([&] { run_with_core(options, [&](auto& core) { commands::show_ca(core, v.name); }); });
}

void add_user_commands(CLI::App& app, const Options& options, Values& v)
{
    auto* user = app.add_subcommand("user", "People")->require_subcommand(1);
    user->add_subcommand("list", "List them")->callback([&] { run_with_core(options, commands::list_users); });

    auto* add = user->add_subcommand("add", "Add one; prints a random password unless a file has one");
    add->add_option("email", v.email, "E-mail address, used to sign in")->required();
    add->add_option("--name", v.name, "Name");
    add->add_option("--role", v.role, "Role: " + all_names<Role>())->capture_default_str();
    add->add_option("--password-file", v.password_file, "File whose first line is the password");
    add->callback([&] {
        run_with_core(options, [&](auto& core) { commands::add_user(core, v.email, v.name, v.role, v.password_file); });
    });

    auto* password = user->add_subcommand("password", "Set a new password and end all sessions");
    password->add_option("email", v.email, "E-mail address")->required();
    password->add_option("--password-file", v.password_file, "File whose first line is the password");
    password->callback(
        [&] { run_with_core(options, [&](auto& core) { commands::reset_password(core, v.email, v.password_file); }); });

    auto* link = user->add_subcommand("link", "Let sign in with the OpenID provider");
    link->add_option("email", v.email, "E-mail address")->required();
    link->add_option("subject", v.subject, "What the provider calls the person (sub)")->required();
    link->add_option("--issuer", v.issuer, "Of the provider; by default oidc.issuer of the configuration");
    link->callback([&] {
        const auto issuer = v.issuer.empty() ? options.load().oidc.issuer : v.issuer;
        run_with_core(options, [&](auto& core) { commands::link_user(core, v.email, v.subject, issuer); });
    });

    for (const bool enabled : {true, false}) {
        auto* change =
            user->add_subcommand(enabled ? "enable" : "disable",
                                 enabled ? "Let sign in again" : "Keep from signing in; tokens stop working");
        change->add_option("email", v.email, "E-mail address")->required();
        change->callback([&, enabled] {
            run_with_core(options, [&](auto& core) { commands::set_user_enabled(core, v.email, enabled); });
        });
    }
}

void add_token_commands(CLI::App& app, const Options& options, Values& v)
{
    auto* token = app.add_subcommand("token", "API tokens")->require_subcommand(1);
    auto* create = token->add_subcommand("create", "Create one for a user; its text is printed once");
    create->add_option("email", v.email, "Whose")->required();
    create->add_option("--name", v.name, "What it is for")->required();
    create->add_option("--scope", v.scope, "Scope: " + all_names<Scope>())->capture_default_str();
    create->add_option("--days", v.days, "Expires after; 0 for never")->capture_default_str();
    create->callback([&] {
        run_with_core(options, [&](auto& core) { commands::create_token(core, v.email, v.name, v.scope, v.days); });
    });

    auto* list = token->add_subcommand("list", "List a user's");
    list->add_option("email", v.email, "Whose")->required();
    list->callback([&] { run_with_core(options, [&](auto& core) { commands::list_tokens(core, v.email); }); });

    auto* revoke = token->add_subcommand("revoke", "Revoke one");
    revoke->add_option("id", v.name, "Its id")->required();
    revoke->callback([&] { run_with_core(options, [&](auto& core) { commands::revoke_token(core, v.name); }); });
}

void add_server_commands(CLI::App& app, const Options& options)
{
    app.add_subcommand("serve", "Serve API, ACME and health; sets everything up on the first start")->callback([&] {
        serve(options);
    });
    app.add_subcommand("init", "Do the first start's set-up without serving")->callback([&] {
        const auto config = load_or_write_config(options);
        log::configure(log::Level::Warning, "-");
        commands::init(config);
    });
    app.add_subcommand("migrate", "Bring the database schema up to date")->callback([&] {
        commands::migrate(options.load());
    });
    app.add_subcommand("doctor", "Check configuration, clock, keys, database and ports")->callback([&] {
        log::configure(log::Level::Error, "-");
        commands::doctor(options.load());
    });
    auto* config = app.add_subcommand("config", "Print the configuration that is in force, every key documented");
    auto* table = config->add_flag("--reference");
    table->description("Print the reference table instead (Markdown)");
    config->callback([&options, table] {
        fmt::print("{}", table->count() > 0 ? config_reference() : documented_config(options.load()));
    });
    auto* audit = app.add_subcommand("audit", "The audit log")->require_subcommand(1);
    audit->add_subcommand("verify", "Prove that no record was changed, removed or inserted")->callback([&] {
        run_with_core(options, commands::verify_audit);
    });
    app.add_subcommand("version", "Print the version")->callback([] { fmt::print("chancery {}\n", CHANCERY_VERSION); });
}

void add_demo_command(CLI::App& app, const Options& options, Values& v)
{
    auto* demo = app.add_subcommand("demo-data", "Fill an empty installation with a year of demonstration data");
    demo->add_option("--certificates", v.certificates, "About how many certificates")->capture_default_str();
    demo->callback([&] {
        const auto config = load_or_write_config(options);
        log::configure(log::Level::Error, "-");
        commands::demo_data(config, v.certificates);
    });
}

} // namespace

int run_command_line(int argc, const char* const* argv)
{
    CLI::App app("Chancery: certificate authority and certificate-lifecycle server", "chancery");
    Options options;
    Values values;
    app.add_option("-c,--config", options.config_file,
                   "Configuration file (default: chancery.yaml in the data directory)");
    app.add_option("-d,--data", options.data_directory, "Data directory");
    app.require_subcommand(1);
    app.fallthrough();
    add_server_commands(app, options);
    add_ca_commands(app, options, values);
    add_user_commands(app, options, values);
    add_token_commands(app, options, values);
    add_demo_command(app, options, values);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const ConfigError& error) {
        fmt::print(stderr, "chancery: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "chancery: {}\n", error.what());
        return 1;
    }
    return 0;
}

} // namespace chancery::app
