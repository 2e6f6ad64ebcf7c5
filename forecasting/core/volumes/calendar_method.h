// "calendar": the product's own method. A day's total and shape by calendar effects that decay
// (day_model.h), special days by their likeness to past ones (special_outlook.h), quantiles by what
// the method would have said about the past at each lead (spread.h). Uses all history.
#pragma once

#include <memory>

#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

std::unique_ptr<Method> MakeCalendarMethod();

}  // namespace wissel::volumes
