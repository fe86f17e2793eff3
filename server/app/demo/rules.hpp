#pragma once

#include "server/app/demo/cast.hpp"

/// The demonstration's policies, and what becomes of them in the course of the year.
namespace chancery::app::demo {

/// Those of the first day.
void make_policies(Stage& stage, const Cast& cast);

/// Later ones, stricter versions, a retired one, waivers: put down in the agenda of a year that begins at `begin`.
void plan_rules(Stage& stage, const Cast& cast, Time begin);

} // namespace chancery::app::demo
