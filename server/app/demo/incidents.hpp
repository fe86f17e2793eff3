#pragma once

#include "server/app/demo/estate.hpp"
#include "server/app/demo/outside_ca.hpp"

#include <memory>

/// What happens once in the year, or every week, beside the orders.
namespace chancery::app::demo {

/// Custom fields and views of the inventory; on the first day.
void make_inventory_settings(Stage& stage, const Cast& cast);

/// A second intermediate after two months, that takes everything over from the first, which is retired.
void plan_authorities(Stage& stage, const Cast& cast, Time begin);

/// Two providers outside: a purchasing department that answers after a day, with an order that waits at the end, and an
/// EST service that does not answer at all, whose orders fail and are placed again elsewhere.
void plan_providers(Stage& stage, const Cast& cast, Time begin, Time end);

/// A domain that was disabled at the wrong moment, one that is given up, a batch of revocations, keys that are blocked.
void plan_mishaps(Stage& stage, const Cast& cast, Estate& estate, Time begin);

/// Who looks after alerts does so once a week: old ones are resolved, younger ones acknowledged.
void plan_alert_duty(Stage& stage, const Cast& cast, Time begin, Time end);

} // namespace chancery::app::demo
