#include "forecasting/core/volumes/remembering.h"

#include <algorithm>
#include <utility>

namespace wissel::volumes {
namespace {

bool BeginsWith(const std::vector<Date>& days, const std::vector<Date>& first) {
  return first.size() <= days.size() && std::equal(first.begin(), first.end(), days.begin());
}

Forecast FirstDaysOf(const Forecast& forecast, size_t count) {
  Forecast first = forecast;
  const auto rows = static_cast<Eigen::Index>(count);
  first.days.resize(count);
  first.mean = forecast.mean.topRows(rows);
  first.spread = forecast.spread.topRows(rows);
  first.common.resize(std::min(count, forecast.common.size()));
  return first;
}

}  // namespace

absl::StatusOr<Forecast> RememberingMethod::Predict(const Series& history,
                                                    const std::vector<Date>& days) const {
  const auto said = said_.find(history.days.back());
  if (said != said_.end() && BeginsWith(said->second.days, days)) {
    return FirstDaysOf(said->second, days.size());
  }
  absl::StatusOr<Forecast> forecast = method_->Predict(history, days);
  if (forecast.ok()) said_.insert_or_assign(history.days.back(), *forecast);
  return forecast;
}

}  // namespace wissel::volumes
