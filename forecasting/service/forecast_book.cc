#include "forecasting/service/forecast_book.h"

#include <utility>

#include "base/status.h"
#include "forecasting/service/event_service.h"
#include "forecasting/service/plan_changes.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

constexpr std::string_view kNewest = "forecasts/newest";

absl::StatusOr<StoredForecast> FindNewest(PlanStore& store, std::string_view field) {
  WISSEL_ASSIGN_OR_RETURN(auto newest, ReadAll<v1::Forecast>(store, kForecasts, 1));
  if (newest.empty()) {
    return Refuse(absl::StatusCode::kNotFound, field, "no forecast has been made yet");
  }
  return std::move(newest.front());
}

}  // namespace

absl::StatusOr<StoredForecast> FindForecast(PlanStore& store, const std::string& name,
                                            std::string_view field) {
  if (name == kNewest) return FindNewest(store, field);
  StoredForecast forecast;
  WISSEL_ASSIGN_OR_RETURN(forecast.number, NumberOf(kForecasts, name, field));
  WISSEL_ASSIGN_OR_RETURN(const bool found,
                          store.Get({kForecasts, forecast.number}, &forecast.head));
  if (!found) return NoSuchName(field, name);
  return forecast;
}

Days DaysOf(const v1::Forecast& forecast) {
  Days days;
  absl::ParseCivilTime(forecast.start_date(), &days.first);
  days.last = days.first + (forecast.days() - 1);
  return days;
}

absl::StatusOr<v1::ForecastSeries> SeriesOf(PlanStore& store, const StoredForecast& forecast,
                                            const std::string& queue) {
  v1::ForecastSeries series;
  WISSEL_ASSIGN_OR_RETURN(const bool found,
                          store.Get({kForecasts, forecast.number, queue}, &series));
  if (!found) return NoSuchName("queue", queue);
  return series;
}

absl::StatusOr<v1::ForecastSeries> PlannedSeries(PlanStore& store, const StoredForecast& forecast,
                                                 const std::string& queue,
                                                 const std::string& scenario, absl::TimeZone zone) {
  WISSEL_ASSIGN_OR_RETURN(const Scenario which, ReadScenario(scenario));
  WISSEL_ASSIGN_OR_RETURN(v1::ForecastSeries series, SeriesOf(store, forecast, queue));
  WISSEL_ASSIGN_OR_RETURN(const auto events, EventsIn(store, DaysOf(forecast.head)));
  WISSEL_ASSIGN_OR_RETURN(const auto overrides, OverridesOf(store, queue));
  WISSEL_RETURN_IF_ERROR(ApplyChanges(events, overrides, which, zone, series));
  return series;
}

}  // namespace wissel::forecasting
