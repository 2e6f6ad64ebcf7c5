#include "forecasting/core/volumes/methods.h"

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/calendar_method.h"
#include "forecasting/core/volumes/champion.h"
#include "forecasting/core/volumes/naive.h"
#include "forecasting/core/volumes/svd_method.h"

namespace wissel::volumes {

const std::vector<std::string_view>& MethodNames() {
  static const std::vector<std::string_view> names = {"snaive", "avg4w",    "avg8w", "robust",
                                                      "svd",    "calendar", "auto"};
  return names;
}

absl::StatusOr<std::unique_ptr<Method>> MakeMethod(std::string_view name) {
  if (name == "snaive") return MakeSeasonalNaive();
  if (name == "avg4w") return MakeWeeksMean(4);
  if (name == "avg8w") return MakeWeeksMean(8);
  if (name == "robust") return MakeRobustMean();
  if (name == "svd") return MakeSvdMethod();
  if (name == "calendar") return MakeCalendarMethod();
  if (name == "auto") return MakeChampionMethod();
  return RefuseField("methods", fmt::format("\"{}\" is no method", name),
                     fmt::format("one of {}", fmt::join(MethodNames(), ", ")));
}

}  // namespace wissel::volumes
