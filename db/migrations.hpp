#pragma once

#include "core/embedded_file.hpp"
#include "db/session.hpp"

#include <span>
#include <string>
#include <vector>

namespace chancery::db {

using Sha256Hex = std::string (*)(std::string_view);

/// The files of db/migrations, made by the build.
std::span<const EmbeddedFile> migration_files();

/// One step of the schema for one dialect: NNNN_name.sql, then NNNN_name.<dialect>.sql where there is one.
struct Migration {
    int number = 0;
    std::string name{};
    std::string sql{};
};

/// Ascending; throws when a file's name is not of the form, or a number is there twice. Numbers may be left out: they
/// are given out before the migrations are written.
std::vector<Migration> migrations_for(Dialect dialect, std::span<const EmbeddedFile> files = migration_files());

/// Applies what is missing, each in one transaction under a lock that all processes share; the names of those applied.
/// Throws when one that was applied has changed since.
std::vector<std::string> apply_migrations(Session& session, Sha256Hex sha256_hex);

/// Numbers that the database has; none when it is empty.
std::vector<int> applied_migrations(Session& session);

} // namespace chancery::db
