#pragma once

#include "api/call.hpp"
#include "db/unit_of_work.hpp"
#include "server/http/router.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace chancery::api {

struct Route;

/// Handlers come in three kinds. The first two run inside one transaction with the caller identified and its right
/// checked; the third has more to do than one transaction and goes through api/context itself.
struct Read {
    Result<Answer> (*run)(const Call&, db::Session&) = nullptr;
};

struct Write {
    Result<Answer> (*run)(const Call&, db::UnitOfWork&) = nullptr;
};

struct Custom {
    http::Awaitable<http::Response> (*run)(Services&, const Route&, const http::Request&) = nullptr;
};

/// What a request may carry.
enum class Body { None, Json, MergePatch, Form };

/// Whether an Idempotency-Key is honoured.
enum class Repeat { Plain, Idempotent };

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kApiPrefix = "/api/";

struct Route {
    std::string_view method;
    std::string_view pattern;
    std::optional<issuance::Right> right; ///< nothing: open to everybody
    std::variant<Read, Write, Custom> action;
    Body body = Body::None;
    Repeat repeat = Repeat::Plain;
    std::string_view produces = kJson; ///< empty: the handler offers several and chooses
};

/// Every operation of the door with the right it needs: the one place where that is decided.
std::span<const Route> routes();

/// "ReadCertificates": how a right is called in the OpenAPI document and in /me.
std::string_view name_of_right(issuance::Right right);
/// All rights, in their order.
std::span<const issuance::Right> all_rights();

} // namespace chancery::api
