// "svd": the calendar-free challenger. Square roots of counts, three factors of their singular
// value decomposition, each factor's score an AR(1) around the mean of its weekday (Shen & Huang,
// "Interday Forecasting and Intraday Updating of Call Center Arrivals", M&SOM 10 (2008), model of
// section 4). Special days are left out of what it learns.
#pragma once

#include <memory>

#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

std::unique_ptr<Method> MakeSvdMethod();

}  // namespace wissel::volumes
