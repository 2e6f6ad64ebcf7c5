#include "forecasting/service/judgement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "forecasting/core/volumes/forecast.h"
#include "forecasting/core/volumes/noise_floor.h"
#include "forecasting/service/event_service.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/past.h"
#include "forecasting/service/plan_changes.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using v1::ForecastPoint;
using v1::ForecastSeries;

constexpr size_t kMostForecasts = 400;
constexpr int kUsualDays = 90;
constexpr int kMostDays = 400;
// Of kQuantileLevels: the ends of the central 80 %.
constexpr int kLowEnd = 1, kHighEnd = 5;

// Leads are told apart so far.
constexpr std::pair<int, int> kLeads[] = {{0, 0}, {1, 1}, {2, 7}, {8, 14}, {15, 28}, {29, 10'000}};
const std::pair<int, int>& LeadOf(int64_t days) {
  for (const auto& lead : kLeads) {
    if (days <= lead.second) return lead;
  }
  return kLeads[std::size(kLeads) - 1];
}

struct Sums {
  int64_t intervals = 0;
  int64_t within = 0;
  double actual = 0;
  double off = 0;   // sum of |actual - expected|
  double over = 0;  // sum of expected - actual
  double noise = 0;
  bool changed = false;  // by a planner
  double model_off = 0;

  void Add(const ForecastPoint& point, double came) {
    ++intervals;
    actual += came;
    off += std::abs(came - point.expected());
    over += point.expected() - came;
    noise += volumes::PoissonMeanDeviation(point.expected());
    within += point.quantiles_size() == kQuantiles && came >= point.quantiles(kLowEnd) &&
              came <= point.quantiles(kHighEnd);
    changed |= point.changed_by_size() > 0;
    model_off += std::abs(came - (point.has_model() ? point.model() : point.expected()));
  }
};

// By queue, lead and method.
using Table = std::map<std::tuple<std::string, int, std::string>, Sums>;

absl::CivilDay LocalDay(int64_t seconds, absl::TimeZone zone) {
  return absl::ToCivilDay(absl::FromUnixSeconds(seconds), zone);
}

// What came in the intervals of one forecast's days, by start.
using Came = std::map<int64_t, double>;
absl::StatusOr<Came> CameTo(metrics::HistoryTables& history, const std::string& queue,
                            const Days& days, int interval, const std::string& zone,
                            int64_t now_s) {
  WISSEL_ASSIGN_OR_RETURN(const auto rows,
                          CameIn(history, queue.substr(queue.find('/') + 1), days, interval, zone));
  Came came;
  for (const SeriesRow& row : rows) {
    if (row.known && row.end_s <= now_s) came[row.start_s] = row.sums.arrivals;
  }
  return came;
}

v1::ForecastAccuracy::Row RowOf(const std::tuple<std::string, int, std::string>& key,
                                const Sums& sums) {
  v1::ForecastAccuracy::Row row;
  row.set_queue(std::get<0>(key));
  const auto& lead = LeadOf(std::get<1>(key));
  row.set_from_lead_days(lead.first);
  row.set_to_lead_days(lead.second);
  row.set_method(std::get<2>(key));
  row.set_intervals(sums.intervals);
  row.set_wape(sums.off / sums.actual);
  row.set_bias(sums.over / sums.actual);
  row.set_coverage80(static_cast<double>(sums.within) / static_cast<double>(sums.intervals));
  row.set_noise_floor(sums.noise / sums.actual);
  if (sums.changed) row.set_model_wape(sums.model_off / sums.actual);
  return row;
}

}  // namespace

ForecastSeries ByDay(const ForecastSeries& series, absl::TimeZone zone) {
  struct Day {
    double expected = 0, model = 0, rate_sd = 0, own_variance = 0, handle_s = 0;
    double actual = 0;
    bool has_expected = false, has_model = false, all_known = true, any_known = false;
    std::vector<std::string> changed_by;
  };
  std::map<absl::CivilDay, Day> days;
  for (const ForecastPoint& point : series.points()) {
    Day& day = days[LocalDay(point.start_time().seconds(), zone)];
    day.any_known |= point.has_actual();
    day.actual += static_cast<double>(point.actual());
    if (!point.has_expected()) continue;
    day.has_expected = true;
    day.all_known &= point.has_actual();
    day.expected += point.expected();
    day.model += point.has_model() ? point.model() : point.expected();
    day.has_model |= point.has_model();
    day.handle_s += point.expected() * static_cast<double>(point.handle_time().seconds());
    const double common = std::min(point.day_dispersion(), point.dispersion());
    day.rate_sd += std::sqrt(common) * point.expected();
    day.own_variance +=
        point.expected() + (point.dispersion() - common) * point.expected() * point.expected();
    for (const std::string& by : point.changed_by()) {
      if (std::find(day.changed_by.begin(), day.changed_by.end(), by) == day.changed_by.end()) {
        day.changed_by.push_back(by);
      }
    }
  }
  ForecastSeries out;
  out.set_queue(series.queue());
  out.set_normal(series.normal());
  for (const auto& [date, day] : days) {
    ForecastPoint& point = *out.add_points();
    point.mutable_start_time()->set_seconds(
        absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(date), zone)));
    if (day.any_known && day.all_known) point.set_actual(std::llround(day.actual));
    if (!day.has_expected) continue;
    point.set_expected(day.expected);
    if (day.has_model) point.set_model(day.model);
    for (const std::string& by : day.changed_by) point.add_changed_by(by);
    if (day.expected <= 0) continue;
    const double variance = day.own_variance + day.rate_sd * day.rate_sd;
    const double spread = std::max(0.0, variance - day.expected) / (day.expected * day.expected);
    point.set_dispersion(spread);
    const std::vector<double> levels(std::begin(kQuantileLevels), std::end(kQuantileLevels));
    for (double quantile :
         volumes::QuantilesOf(day.expected, spread, volumes::Shape::kNegativeBinomial, levels)) {
      point.add_quantiles(quantile);
    }
    WriteDuration(Duration::Millis(std::llround(day.handle_s / day.expected * 1000)),
                  point.mutable_handle_time());
  }
  return out;
}

absl::StatusOr<v1::ForecastAccuracy> JudgeForecasts(Office& office, metrics::HistoryTables& history,
                                                    const v1::GetForecastAccuracyRequest& request) {
  const absl::TimeZone zone = office.zone();
  const std::string zone_name = office.directory()->center.time_zone;
  const int64_t now_s = office.shard().now().millis() / 1000;
  Days days{LocalDay(now_s, zone) - kUsualDays, LocalDay(now_s, zone)};
  if (!request.start_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(days, ReadDays(request.start_date(), request.end_date(), kMostDays));
  }
  WISSEL_ASSIGN_OR_RETURN(const auto forecasts, office.OnStore([](PlanStore& store) {
    return ReadAll<v1::Forecast>(store, kForecasts, kMostForecasts);
  }));
  Table table;
  for (const StoredForecast& forecast : forecasts) {
    Days common = DaysOf(forecast.head);
    if (!common.Meet(days)) continue;
    common.first = std::max(common.first, days.first);
    common.last = std::min(common.last, days.last);
    const absl::CivilDay made = LocalDay(forecast.head.create_time().seconds(), zone);
    for (const v1::ForecastQueue& queue : forecast.head.queues()) {
      if (queue.method().empty()) continue;
      if (!request.queue().empty() && request.queue() != queue.queue()) continue;
      const auto series = office.OnStore([&](PlanStore& store) {
        return PlannedSeries(store, forecast, queue.queue(), "", zone);
      });
      if (absl::IsNotFound(series.status())) continue;  // deleted meanwhile
      if (!series.ok()) return series.status();
      WISSEL_ASSIGN_OR_RETURN(
          const Came came, CameTo(history, queue.queue(), common, forecast.head.interval_minutes(),
                                  zone_name, now_s));
      for (const ForecastPoint& point : series->points()) {
        const auto found = came.find(point.start_time().seconds());
        if (found == came.end()) continue;
        const int64_t lead = LocalDay(found->first, zone) - made;
        table[{queue.queue(), LeadOf(lead).first, queue.method()}].Add(point, found->second);
      }
    }
  }
  v1::ForecastAccuracy accuracy;
  for (const auto& [key, sums] : table) {
    if (sums.actual > 0) *accuracy.add_rows() = RowOf(key, sums);
  }
  return accuracy;
}

}  // namespace wissel::forecasting
