#include "forecasting/service/forecaster.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/champion.h"
#include "forecasting/core/volumes/evaluate.h"
#include "forecasting/core/volumes/handle_times.h"
#include "forecasting/core/volumes/naive.h"
#include "forecasting/core/volumes/remembering.h"
#include "forecasting/service/forecast_book.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using v1::ForecastPoint;

// Of queues of which nothing is known but how often they were asked for.
constexpr double kAssumedHandleS = 300;
// Origins at which the method is held against what came, a week apart.
constexpr int kJudgedWeeks = 6;
constexpr int kLeastTrainDays = 20;

std::vector<volumes::Date> OpenDays(const volumes::Series& series, const Days& days) {
  const auto open = series.OpenWeekdays();
  const std::set<volumes::Weekday> weekdays(open.begin(), open.end());
  std::vector<volumes::Date> dates;
  for (absl::CivilDay day = days.first; day <= days.last; ++day) {
    const volumes::Date date = DateOf(day);
    if (weekdays.contains(date.weekday()) && date > series.days.back()) dates.push_back(date);
  }
  return dates;
}

void Judge(const volumes::Series& series, const volumes::Method& method,
           v1::ForecastQueue& summary) {
  const int week = std::max(1, static_cast<int>(series.OpenWeekdays().size()));
  volumes::Protocol protocol;
  protocol.train_days = series.day_count() - week * kJudgedWeeks;
  protocol.horizon_days = 1;
  protocol.step_days = week;
  if (protocol.train_days < kLeastTrainDays) return;
  const auto score = [&](const volumes::Method& scored) -> std::optional<volumes::Score> {
    const auto origins = volumes::OriginsOf(series, protocol);
    if (!origins.ok()) return std::nullopt;
    volumes::Evaluation evaluation(series, protocol, *origins, std::nullopt);
    for (int origin : evaluation.origins()) {
      if (!evaluation.Run(scored, origin).ok()) return std::nullopt;
    }
    for (const volumes::Score& one : evaluation.Scores()) {
      if (one.horizon == "1day") return one;
    }
    return std::nullopt;
  };
  const auto own = score(method);
  const auto naive = score(*volumes::MakeSeasonalNaive());
  if (!own || !naive || !std::isfinite(own->wape) || !std::isfinite(naive->wape)) return;
  summary.set_wape(own->wape / 100);
  summary.set_naive_wape(naive->wape / 100);
  summary.set_noise_floor(own->noise_floor / 100);
  if (own->cov80) summary.set_coverage80(*own->cov80 / 100);
}

const std::vector<double>& Levels() {
  static const std::vector<double> kLevels(std::begin(kQuantileLevels), std::end(kQuantileLevels));
  return kLevels;
}

}  // namespace

volumes::Matrix HandleTimesOf(const Past& past, const volumes::Forecast& forecast,
                              const std::vector<int>& starts, std::vector<std::string>& caveats) {
  volumes::Matrix means =
      volumes::Matrix::Constant(forecast.mean.rows(), forecast.mean.cols(), kAssumedHandleS);
  if (!past.handled) {
    caveats.push_back(fmt::format("No handle times are known: {} s are assumed.", kAssumedHandleS));
    return means;
  }
  const auto times = volumes::ForecastHandleTimes(*past.handled, past.handle_s, forecast.days);
  if (!times.ok()) {
    caveats.push_back(
        fmt::format("The handle times cannot be read: {} s are assumed.", kAssumedHandleS));
    return means;
  }
  // Handling is known on its own grid, which may have other hours.
  std::map<int, int> column;
  const auto& own = past.handled->interval_starts;
  for (size_t i = 0; i < own.size(); ++i) column[own[i]] = static_cast<int>(i);
  for (int d = 0; d < means.rows(); ++d) {
    for (int i = 0; i < means.cols(); ++i) {
      auto at = column.lower_bound(starts[static_cast<size_t>(i)]);
      if (at == column.end()) --at;
      means(d, i) = times->mean_s(d, at->second);
    }
  }
  return means;
}

int64_t SecondsAt(absl::CivilDay day, int minute, absl::TimeZone zone) {
  const absl::CivilMinute local = absl::CivilMinute(day) + minute;
  return absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(local), zone));
}

volumes::Forecast ForecastOf(const v1::ForecastSeries& series, absl::TimeZone zone,
                             std::vector<int>& interval_starts) {
  struct Place {
    absl::CivilDay day;
    int minute;
  };
  const auto place = [&](const ForecastPoint& point) {
    const absl::CivilMinute local =
        absl::ToCivilMinute(absl::FromUnixSeconds(point.start_time().seconds()), zone);
    const absl::CivilDay day(local);
    return Place{day, static_cast<int>(local - absl::CivilMinute(day))};
  };
  std::map<absl::CivilDay, int> rows;
  std::map<int, int> columns;
  for (const ForecastPoint& point : series.points()) {
    if (!point.has_expected()) continue;
    const Place at = place(point);
    rows.emplace(at.day, 0);
    columns.emplace(at.minute, 0);
  }
  volumes::Forecast forecast;
  interval_starts.clear();
  for (auto& [day, row] : rows) {
    row = static_cast<int>(forecast.days.size());
    forecast.days.push_back(DateOf(day));
  }
  for (auto& [minute, column] : columns) {
    column = static_cast<int>(interval_starts.size());
    interval_starts.push_back(minute);
  }
  const auto height = static_cast<Eigen::Index>(rows.size());
  const auto width = static_cast<Eigen::Index>(columns.size());
  forecast.mean = volumes::Matrix::Zero(height, width);
  forecast.spread = volumes::Matrix::Zero(height, width);
  forecast.common.assign(rows.size(), 0);
  for (const ForecastPoint& point : series.points()) {
    if (!point.has_expected()) continue;
    const Place at = place(point);
    const int row = rows[at.day], column = columns[at.minute];
    forecast.mean(row, column) = point.expected();
    forecast.spread(row, column) = point.dispersion();
    forecast.common[static_cast<size_t>(row)] = point.day_dispersion();
  }
  if (series.normal()) forecast.shape = volumes::Shape::kNormal;
  return forecast;
}

void WriteBack(const volumes::Forecast& forecast, const std::vector<int>& interval_starts,
               absl::TimeZone zone, v1::ForecastSeries& series) {
  std::map<int64_t, std::pair<int, int>> cells;
  for (size_t d = 0; d < forecast.days.size(); ++d) {
    for (size_t i = 0; i < interval_starts.size(); ++i) {
      cells[SecondsAt(DayOf(forecast.days[d]), interval_starts[i], zone)] = {static_cast<int>(d),
                                                                             static_cast<int>(i)};
    }
  }
  for (ForecastPoint& point : *series.mutable_points()) {
    const auto found = cells.find(point.start_time().seconds());
    if (!point.has_expected() || found == cells.end()) continue;
    const auto [d, i] = found->second;
    point.set_expected(forecast.mean(d, i));
    point.set_dispersion(forecast.spread(d, i));
    if (!forecast.common.empty()) {
      point.set_day_dispersion(forecast.common[static_cast<size_t>(d)]);
    }
    point.clear_quantiles();
    for (double quantile : volumes::Quantiles(forecast, d, i, Levels())) {
      point.add_quantiles(quantile);
    }
  }
}

absl::StatusOr<MadeForecast> MakeForecastOf(const std::string& queue, const Past& past,
                                            const Days& days, absl::TimeZone zone) {
  MadeForecast made;
  made.summary.set_queue(queue);
  made.series.set_queue(queue);
  made.summary.set_history_days(past.arrivals.day_count());
  const std::vector<volumes::Date> dates = OpenDays(past.arrivals, days);
  if (dates.empty()) {
    made.summary.add_caveats("The queue is closed on all of these days.");
    return made;
  }
  // Choosing and judging look at the same weeks.
  std::vector<std::unique_ptr<volumes::Method>> candidates = volumes::MakeCandidates();
  for (auto& method : candidates) {
    method = std::make_unique<volumes::RememberingMethod>(std::move(method));
  }
  const volumes::Method& method = volumes::ChampionAmong(candidates, past.arrivals);
  WISSEL_ASSIGN_OR_RETURN(const volumes::Forecast forecast, method.Predict(past.arrivals, dates));
  std::vector<std::string> caveats = forecast.cannot_know;
  const std::vector<int>& starts = past.arrivals.interval_starts;
  const volumes::Matrix handle_s = HandleTimesOf(past, forecast, starts, caveats);
  made.series.set_normal(forecast.shape == volumes::Shape::kNormal);
  double contacts = 0, work_s = 0;
  for (size_t d = 0; d < dates.size(); ++d) {
    for (size_t i = 0; i < starts.size(); ++i) {
      const auto row = static_cast<int>(d), column = static_cast<int>(i);
      ForecastPoint& point = *made.series.add_points();
      point.mutable_start_time()->set_seconds(SecondsAt(DayOf(dates[d]), starts[i], zone));
      point.set_expected(forecast.mean(row, column));
      WriteDuration(Duration::Millis(std::llround(handle_s(row, column) * 1000)),
                    point.mutable_handle_time());
      contacts += forecast.mean(row, column);
      work_s += forecast.mean(row, column) * handle_s(row, column);
    }
  }
  WriteBack(forecast, starts, zone, made.series);
  made.summary.set_method(std::string(method.name()));
  made.summary.set_contacts(contacts);
  const double mean_s = contacts > 0 ? work_s / contacts : kAssumedHandleS;
  WriteDuration(Duration::Millis(std::llround(mean_s * 1000)), made.summary.mutable_handle_time());
  for (std::string& caveat : caveats) made.summary.add_caveats(std::move(caveat));
  Judge(past.arrivals, method, made.summary);
  return made;
}

}  // namespace wissel::forecasting
