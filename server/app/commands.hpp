#pragma once

#include "core/model/identity.hpp"
#include "core/model/x509.hpp"
#include "issuance/core.hpp"
#include "server/app/config.hpp"

#include <functional>
#include <string>

/// The commands that work on the database without serving. Each prints to standard output and throws
/// std::runtime_error with one sentence when it fails.
namespace chancery::app::commands {

/// Opens database and keys, makes a core whose jobs are left to a server, and hands it to `work`.
void with_core(const Config& config, const std::function<void(issuance::Core&)>& work);

void init(const Config& config);
void migrate(const Config& config);

struct NewCa {
    std::string name;
    std::string organization;
    std::string algorithm;
    std::string parent; ///< name or id; intermediates only
    int validity_days = 0;
};

void list_cas(issuance::Core& core);
void create_ca(issuance::Core& core, const NewCa& wanted);
void import_ca(issuance::Core& core, const std::string& name, const std::string& certificate_file,
               const std::string& key_file, const std::string& passphrase_file);
void show_ca(issuance::Core& core, const std::string& name_or_id);

void list_users(issuance::Core& core);
/// Prints a random password unless one is read from `password_file`.
void add_user(issuance::Core& core, const std::string& email, const std::string& name, const std::string& role,
              const std::string& password_file);
void reset_password(issuance::Core& core, const std::string& email, const std::string& password_file);
/// `issuer` is the provider's; empty: the one of the configuration.
void link_user(issuance::Core& core, const std::string& email, const std::string& subject, const std::string& issuer);
void set_user_enabled(issuance::Core& core, const std::string& email, bool enabled);

void create_token(issuance::Core& core, const std::string& email, const std::string& name, const std::string& scope,
                  int days);
void list_tokens(issuance::Core& core, const std::string& email);
void revoke_token(issuance::Core& core, const std::string& token_id);

void verify_audit(issuance::Core& core);

inline constexpr int kMostDemoCertificates = 200'000;

/// Sets up an empty installation as of a year ago with about so many certificates of a year's orders, and prints what
/// it has. Refused where there is anything already.
void demo_data(const Config& config, int certificates);

/// One line for each check; throws when one failed.
void doctor(const Config& config);

} // namespace chancery::app::commands
