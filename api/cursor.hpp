#pragma once

#include "core/secret.hpp"
#include "db/page.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace chancery::api {

/// An opaque text for "go on after this row": the position with a MAC over it and over `scope` (the route and the
/// sort), so that nobody makes one up and none is used with another list or order.
std::string seal_cursor(const Secret& key, std::string_view scope, const db::Position& position);

/// Nothing when it was not made by `seal_cursor` with this key and scope.
std::optional<db::Position> open_cursor(const Secret& key, std::string_view scope, std::string_view cursor);

} // namespace chancery::api
