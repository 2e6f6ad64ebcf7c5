#include "forecasting/service/intraday.h"

#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "forecasting/core/volumes/intraday.h"
#include "forecasting/core/volumes/methods.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/forecaster.h"
#include "forecasting/service/past.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using v1::ForecastPoint;

constexpr size_t kMostForecasts = 400;
constexpr int kUsualInterval = 30;
constexpr const char* kMethod = "calendar";

// The newest one that covers the day and says something of the queue.
absl::StatusOr<std::optional<StoredForecast>> NewestFor(PlanStore& store, absl::CivilDay day,
                                                        const std::string& queue) {
  WISSEL_ASSIGN_OR_RETURN(const auto forecasts,
                          ReadAll<v1::Forecast>(store, kForecasts, kMostForecasts));
  for (const StoredForecast& forecast : forecasts) {
    if (!DaysOf(forecast.head).Meet({day, day})) continue;
    for (const v1::ForecastQueue& one : forecast.head.queues()) {
      if (one.queue() == queue && !one.method().empty()) return forecast;
    }
  }
  return std::nullopt;
}

// What the planner's forecast says of today, in place of the one made now.
absl::Status TakePlanned(PlanStore& store, const StoredForecast& planned, const std::string& queue,
                         absl::CivilDay today, absl::TimeZone zone, const std::vector<int>& starts,
                         volumes::Forecast& forecast) {
  WISSEL_ASSIGN_OR_RETURN(const v1::ForecastSeries series,
                          PlannedSeries(store, planned, queue, "", zone));
  std::map<int64_t, double> expected;
  for (const ForecastPoint& point : series.points()) {
    if (point.has_expected()) expected[point.start_time().seconds()] = point.expected();
  }
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto found = expected.find(SecondsAt(today, starts[i], zone));
    if (found != expected.end()) {
      forecast.mean(0, static_cast<Eigen::Index>(i)) = found->second;
    }
  }
  return absl::OkStatus();
}

// How many came in each interval that is over, from the first on.
std::vector<double> SoFar(const std::map<int64_t, double>& came, absl::CivilDay today,
                          const std::vector<int>& starts, absl::TimeZone zone) {
  std::vector<double> counts;
  for (int start : starts) {
    const auto found = came.find(SecondsAt(today, start, zone));
    if (found == came.end()) break;
    counts.push_back(found->second);
  }
  return counts;
}

}  // namespace

absl::StatusOr<v1::IntradayForecast> ForecastToday(Office& office, PlanStore& store,
                                                   const std::string& queue) {
  WISSEL_ASSIGN_OR_RETURN(metrics::HistoryTables * history, office.HistoryOfStore());
  const absl::TimeZone zone = office.zone();
  const std::string zone_name = office.directory()->center.time_zone;
  const Instant now = office.shard().now();
  const absl::CivilDay today = absl::ToCivilDay(absl::FromUnixMillis(now.millis()), zone);
  const std::string name = queue.substr(queue.find('/') + 1);

  WISSEL_ASSIGN_OR_RETURN(const auto planned, NewestFor(store, today, queue));
  const int interval = planned ? planned->head.interval_minutes() : kUsualInterval;
  WISSEL_ASSIGN_OR_RETURN(const Past past, PastOf(*history, name, today, interval, zone_name));
  const std::vector<int>& starts = past.arrivals.interval_starts;
  WISSEL_ASSIGN_OR_RETURN(const auto method, volumes::MakeMethod(kMethod));
  WISSEL_ASSIGN_OR_RETURN(volumes::Forecast forecast,
                          method->Predict(past.arrivals, {DateOf(today)}));
  v1::IntradayForecast response;
  response.set_queue(queue);
  WriteTimestamp(now, response.mutable_update_time());
  if (planned) {
    response.set_forecast(planned->head.name());
    WISSEL_RETURN_IF_ERROR(TakePlanned(store, *planned, queue, today, zone, starts, forecast));
  }
  WISSEL_ASSIGN_OR_RETURN(const auto rows,
                          CameIn(*history, name, {today, today}, interval, zone_name));
  std::map<int64_t, double> came;
  for (const SeriesRow& row : rows) {
    if (row.known && row.end_s * 1000 <= now.millis()) came[row.start_s] = row.sums.arrivals;
  }
  const std::vector<double> so_far = SoFar(came, today, starts, zone);
  volumes::Forecast updated = forecast;
  response.set_factor(1);
  double expected_so_far = 0, came_so_far = 0;
  for (size_t i = 0; i < so_far.size(); ++i) {
    expected_so_far += forecast.mean(0, static_cast<Eigen::Index>(i));
    came_so_far += so_far[i];
  }
  if (!so_far.empty() && expected_so_far > 0) {
    const auto update = volumes::UpdateOf(past.arrivals, forecast, 0, so_far);
    updated = volumes::Updated(past.arrivals, forecast, 0, so_far);
    response.set_factor(update.factor);
    response.set_surprise((came_so_far / expected_so_far - 1) /
                          std::sqrt(update.common_variance + update.own_variance));
  }
  const std::vector<double> levels(std::begin(kQuantileLevels), std::end(kQuantileLevels));
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    ForecastPoint& point = *response.add_points();
    const int64_t start = SecondsAt(today, starts[i], zone);
    point.mutable_start_time()->set_seconds(start);
    point.set_model(forecast.mean(0, column));
    point.set_expected(updated.mean(0, column));
    for (double quantile : volumes::Quantiles(updated, 0, static_cast<int>(i), levels)) {
      point.add_quantiles(quantile);
    }
    if (const auto found = came.find(start); found != came.end()) {
      point.set_actual(std::llround(found->second));
    }
  }
  return response;
}

}  // namespace wissel::forecasting
