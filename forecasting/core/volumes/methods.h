// Every forecasting method by its name.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

// In the order in which they are listed to people: the simplest first.
const std::vector<std::string_view>& MethodNames();

// INVALID_ARGUMENT with the field "methods" for a name that is none.
absl::StatusOr<std::unique_ptr<Method>> MakeMethod(std::string_view name);

}  // namespace wissel::volumes
