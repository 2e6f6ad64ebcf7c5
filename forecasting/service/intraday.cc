#include "forecasting/service/intraday.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "forecasting/core/volumes/intraday.h"
#include "forecasting/core/volumes/methods.h"
#include "forecasting/service/forecaster.h"
#include "forecasting/service/past.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using v1::ForecastPoint;

constexpr size_t kMostForecasts = 400;
constexpr int kUsualInterval = 30;
constexpr const char* kMethod = "calendar";
constexpr Duration kMadeAnew = Duration::Minutes(15);

const StoredForecast* NewestFor(const std::vector<StoredForecast>& planned,
                                const std::string& queue, std::optional<int> interval) {
  for (const StoredForecast& forecast : planned) {
    if (interval && forecast.head.interval_minutes() != *interval) continue;
    for (const v1::ForecastQueue& one : forecast.head.queues()) {
      if (one.queue() == queue && !one.method().empty()) return &forecast;
    }
  }
  return nullptr;
}

// What the planner's forecast says of today, in place of the one made now.
void TakePlanned(const v1::ForecastSeries& series, absl::CivilDay today, absl::TimeZone zone,
                 const std::vector<int>& starts, volumes::Forecast& forecast,
                 std::vector<double>& handle_s) {
  std::map<int64_t, const ForecastPoint*> expected;
  for (const ForecastPoint& point : series.points()) {
    if (point.has_expected()) expected[point.start_time().seconds()] = &point;
  }
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto found = expected.find(SecondsAt(today, starts[i], zone));
    if (found == expected.end()) continue;
    forecast.mean(0, static_cast<Eigen::Index>(i)) = found->second->expected();
    if (found->second->has_handle_time()) {
      handle_s[i] = static_cast<double>(found->second->handle_time().seconds()) +
                    found->second->handle_time().nanos() * 1e-9;
    }
  }
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

// Only the weeks that an update looks at: the whole history of many queues is large.
void KeepRecent(volumes::Series arrivals, volumes::Forecast& forecast, volumes::Series& recent) {
  int first = arrivals.day_count();
  for (int day : forecast.recent.days) first = std::min(first, day);
  for (int& day : forecast.recent.days) day -= first;
  const int kept = std::max(1, arrivals.day_count() - first);
  recent = volumes::Newest(std::move(arrivals), kept);
}

// On a weekday on which the queue is closed nobody is expected.
void CloseIfClosed(const volumes::Series& arrivals, absl::CivilDay today,
                   volumes::Forecast& forecast) {
  const auto open = arrivals.OpenWeekdays();
  if (std::find(open.begin(), open.end(), DateOf(today).weekday()) != open.end()) return;
  forecast.mean.setZero();
}

// How much more or less came than was expected, and the forecast with that taken into account.
volumes::Forecast Update(const volumes::Series& recent, const volumes::Forecast& forecast,
                         const std::vector<double>& so_far, v1::IntradayForecast& response) {
  response.set_factor(1);
  double expected_so_far = 0, came_so_far = 0;
  for (size_t i = 0; i < so_far.size(); ++i) {
    expected_so_far += forecast.mean(0, static_cast<Eigen::Index>(i));
    came_so_far += so_far[i];
  }
  if (so_far.empty() || expected_so_far <= 0) return forecast;
  const auto update = volumes::UpdateOf(recent, forecast, 0, so_far);
  response.set_factor(update.factor);
  response.set_surprise((came_so_far / expected_so_far - 1) /
                        std::sqrt(update.common_variance + update.own_variance));
  return volumes::Updated(recent, forecast, 0, so_far);
}

}  // namespace

absl::StatusOr<std::vector<StoredForecast>> ForecastsOf(PlanStore& store, absl::CivilDay day) {
  WISSEL_ASSIGN_OR_RETURN(auto forecasts, ReadAll<v1::Forecast>(store, kForecasts, kMostForecasts));
  std::erase_if(forecasts, [&](const StoredForecast& one) {
    return !DaysOf(one.head).Meet({day, day});
  });
  return forecasts;
}

absl::CivilDay Intraday::today() const {
  return absl::ToCivilDay(absl::FromUnixMillis(office_.shard().now().millis()), office_.zone());
}

absl::StatusOr<const Intraday::Base*> Intraday::BaseOf(metrics::HistoryTables& history,
                                                       const std::string& queue, int interval) {
  const Instant now = office_.shard().now();
  const absl::CivilDay day = today();
  const auto key = std::pair(queue, interval);
  if (const auto found = bases_.find(key); found != bases_.end()) {
    if (found->second.day == day && now - found->second.made < kMadeAnew) return &found->second;
    bases_.erase(found);
  }
  WISSEL_ASSIGN_OR_RETURN(Past past, PastOf(history, queue.substr(queue.find('/') + 1), day,
                                            interval, office_.directory()->center.time_zone));
  WISSEL_ASSIGN_OR_RETURN(const auto method, volumes::MakeMethod(kMethod));
  Base base{.made = now, .day = day};
  WISSEL_ASSIGN_OR_RETURN(base.forecast, method->Predict(past.arrivals, {DateOf(day)}));
  CloseIfClosed(past.arrivals, day, base.forecast);
  std::vector<std::string> caveats;
  const volumes::Matrix handle_s =
      HandleTimesOf(past, base.forecast, past.arrivals.interval_starts, caveats);
  base.handle_s.assign(handle_s.data(), handle_s.data() + handle_s.cols());
  KeepRecent(std::move(past.arrivals), base.forecast, base.recent);
  return &bases_.emplace(key, std::move(base)).first->second;
}

absl::StatusOr<v1::IntradayForecast> Intraday::Forecast(metrics::HistoryTables& history,
                                                        const std::vector<StoredForecast>& planned,
                                                        const std::string& queue,
                                                        std::optional<int> interval) {
  const absl::TimeZone zone = office_.zone();
  const Instant now = office_.shard().now();
  const absl::CivilDay day = today();
  const StoredForecast* const from = NewestFor(planned, queue, interval);
  const int minutes =
      interval.value_or(from == nullptr ? kUsualInterval : from->head.interval_minutes());
  WISSEL_ASSIGN_OR_RETURN(const Base* base, BaseOf(history, queue, minutes));
  const std::vector<int>& starts = base->recent.interval_starts;
  volumes::Forecast forecast = base->forecast;
  std::vector<double> handle_s = base->handle_s;
  v1::IntradayForecast response;
  response.set_queue(queue);
  WriteTimestamp(now, response.mutable_update_time());
  if (from != nullptr) {
    response.set_forecast(from->head.name());
    WISSEL_ASSIGN_OR_RETURN(const v1::ForecastSeries series, office_.OnStore([&](PlanStore& store) {
      return PlannedSeries(store, *from, queue, "", zone);
    }));
    TakePlanned(series, day, zone, starts, forecast, handle_s);
  }
  WISSEL_ASSIGN_OR_RETURN(const auto rows,
                          CameIn(history, queue.substr(queue.find('/') + 1), {day, day}, minutes,
                                 office_.directory()->center.time_zone));
  std::map<int64_t, double> came;
  for (const SeriesRow& row : rows) {
    if (row.known && row.end_s * 1000 <= now.millis()) came[row.start_s] = row.sums.arrivals;
  }
  const volumes::Forecast updated =
      Update(base->recent, forecast, SoFar(came, day, starts, zone), response);
  const std::vector<double> levels(std::begin(kQuantileLevels), std::end(kQuantileLevels));
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    ForecastPoint& point = *response.add_points();
    const int64_t start = SecondsAt(day, starts[i], zone);
    point.mutable_start_time()->set_seconds(start);
    point.set_model(forecast.mean(0, column));
    point.set_expected(updated.mean(0, column));
    WriteDuration(Duration::Millis(std::llround(handle_s[i] * 1000)), point.mutable_handle_time());
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
