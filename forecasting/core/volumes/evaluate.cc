#include "forecasting/core/volumes/evaluate.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/intraday.h"
#include "forecasting/core/volumes/naive.h"
#include "forecasting/core/volumes/noise_floor.h"

namespace wissel::volumes {
namespace {

// 0.05, 0.10 ... 0.95, with the ends of the central 95 %.
constexpr int kLevels = 19;
const std::vector<double>& Probabilities() {
  static const std::vector<double> probabilities = [] {
    std::vector<double> p = {0.025};
    for (int l = 1; l <= kLevels; ++l) p.push_back(l / 20.0);
    p.push_back(0.975);
    return p;
  }();
  return probabilities;
}

absl::StatusOr<int> RowOf(const Series& series, Date day, std::string_view field) {
  const auto at = std::lower_bound(series.days.begin(), series.days.end(), day);
  if (at == series.days.end() || *at != day) {
    return RefuseField(field, fmt::format("{} is no day of the series", day.ToString()),
                       fmt::format("an open day from {} to {}", series.days.front().ToString(),
                                   series.days.back().ToString()));
  }
  return static_cast<int>(at - series.days.begin());
}

}  // namespace

absl::StatusOr<std::vector<int>> OriginsOf(const Series& series, const Protocol& protocol) {
  if (protocol.train_days < 1)
    return RefuseField("train_days", "no days to learn from", "1 or more");
  if (protocol.horizon_days < 1)
    return RefuseField("horizon_days", "no days to forecast", "1 or more");
  if (protocol.step_days < 1) return RefuseField("step_days", "origins do not move", "1 or more");
  std::vector<int> origins;
  for (const Date day : protocol.origins) {
    WISSEL_ASSIGN_OR_RETURN(const int row, RowOf(series, day, "origins"));
    if (row == 0) return RefuseField("origins", "the first day has no history", "a later day");
    origins.push_back(row);
  }
  if (protocol.origins.empty()) {
    int first = protocol.train_days;
    if (protocol.first_origin) {
      WISSEL_ASSIGN_OR_RETURN(first, RowOf(series, *protocol.first_origin, "first_origin"));
    }
    for (int row = std::max(first, 1); row + protocol.horizon_days <= series.day_count();
         row += protocol.step_days) {
      origins.push_back(row);
    }
  }
  if (origins.empty()) {
    return RefuseField("train_days",
                       fmt::format("{} days are too few for {} to learn from and {} to forecast",
                                   series.day_count(), protocol.train_days, protocol.horizon_days),
                       "fewer of either");
  }
  std::sort(origins.begin(), origins.end());
  return origins;
}

double MaseScale(const Series& series, int first_origin, int train_days) {
  const Matrix filled = Filled(series);
  const auto week = static_cast<int>(series.OpenWeekdays().size());
  const int from = std::max(0, first_origin - train_days);
  double sum = 0;
  double count = 0;
  for (int d = from + week; d < first_origin; ++d) {
    sum += (filled.row(d) - filled.row(d - week)).cwiseAbs().sum();
    count += static_cast<double>(filled.cols());
  }
  return count > 0 ? sum / count : 0;
}

void Tally::Add(const Series& series, int day, const Forecast& forecast, int row,
                int from_interval) {
  const std::vector<double>& probabilities = Probabilities();
  double day_actual = 0;
  double day_forecast = 0;
  for (int i = from_interval; i < series.interval_count(); ++i) {
    if (!series.known(day, i)) continue;
    const double y = series.counts(day, i);
    const double f = forecast.mean(row, i);
    absolute_ += std::abs(y - f);
    squared_ += (y - f) * (y - f);
    signed_ += f - y;
    actual_ += y;
    ++count_;
    day_actual += y;
    day_forecast += f;
    const std::vector<double> quantiles = Quantiles(forecast, row, i, probabilities);
    for (size_t q = 1; q <= kLevels; ++q) {
      const double error = y - quantiles[q];
      pinball_ += std::max(probabilities[q] * error, (probabilities[q] - 1) * error);
    }
    within80_ += quantiles[2] <= y && y <= quantiles[kLevels - 1] ? 1 : 0;
    within95_ += quantiles.front() <= y && y <= quantiles.back() ? 1 : 0;
  }
  const Eigen::RowVectorXd scored =
      series.counts.row(day).tail(series.interval_count() - from_interval);
  noise_ += NoiseOfDay(scored);
  if (series.IsKnown(day)) {
    day_absolute_ += std::abs(day_actual - day_forecast);
    day_actual_ += day_actual;
  }
}

Score Tally::ScoreOf(std::string horizon, int origins, double mase_scale) const {
  Score score;
  score.horizon = std::move(horizon);
  score.origins = origins;
  if (count_ == 0) return score;
  const double all = actual_ > 0 ? actual_ : 1;
  score.wape = 100 * absolute_ / all;
  score.noise_floor = 100 * noise_ / all;
  score.bias = 100 * signed_ / all;
  score.rmse = std::sqrt(squared_ / count_);
  score.mase = mase_scale > 0 ? absolute_ / count_ / mase_scale : 0;
  if (day_actual_ > 0) score.day_wape = 100 * day_absolute_ / day_actual_;
  score.pinball = pinball_ / count_ / kLevels;
  score.cov80 = 100 * within80_ / count_;
  score.cov95 = 100 * within95_ / count_;
  return score;
}

Evaluation::Evaluation(const Series& series, Protocol protocol, std::vector<int> origins,
                       std::optional<int> intraday)
    : series_(series),
      protocol_(std::move(protocol)),
      origins_(std::move(origins)),
      intraday_(intraday) {}

absl::Status Evaluation::Run(const Method& method, int origin) {
  Series history = Before(series_, origin);
  if (!method.uses_all_history()) history = Newest(std::move(history), protocol_.train_days);
  const int last = std::min(origin + protocol_.horizon_days, series_.day_count());
  const std::vector<Date> days(series_.days.begin() + origin, series_.days.begin() + last);
  WISSEL_ASSIGN_OR_RETURN(const Forecast forecast, method.Predict(history, days));
  for (int d = origin; d < last; ++d) {
    if (!series_.known.row(d).any()) continue;
    const int row = d - origin;
    if (row == 0) first_.Add(series_, d, forecast, row);
    all_.Add(series_, d, forecast, row);
    const bool special = series_.IsSpecial(series_.days[static_cast<size_t>(d)]);
    (special ? special_ : normal_).Add(series_, d, forecast, row);
  }
  if (intraday_ && *intraday_ < series_.interval_count() && series_.IsKnown(origin)) {
    const auto first = series_.counts.row(origin).head(*intraday_);
    const std::vector<double> so_far(first.begin(), first.end());
    rest_.Add(series_, origin, forecast, 0, *intraday_);
    rest_updated_.Add(series_, origin, Updated(history, forecast, 0, so_far), 0, *intraday_);
  }
  return absl::OkStatus();
}

std::vector<Score> Evaluation::Scores() const {
  const auto origins = static_cast<int>(origins_.size());
  const double scale = MaseScale(series_, origins_.front(), protocol_.train_days);
  const std::string days = fmt::format("{}days", protocol_.horizon_days);
  std::vector<Score> scores;
  scores.push_back(first_.ScoreOf("1day", origins, scale));
  if (protocol_.horizon_days > 1) scores.push_back(all_.ScoreOf(days, origins, scale));
  if (!special_.empty()) {
    scores.push_back(normal_.ScoreOf(days + "_normal", origins, scale));
    scores.push_back(special_.ScoreOf(days + "_special", origins, scale));
  }
  if (intraday_) {
    const std::string rest = fmt::format("rest_after_{}", *intraday_);
    for (const auto& [tally, name] :
         {std::pair{&rest_, rest}, {&rest_updated_, rest + "_updated"}}) {
      Score score = tally->ScoreOf(name, origins, scale);
      score.day_wape.reset();
      scores.push_back(std::move(score));
    }
  }
  return scores;
}

}  // namespace wissel::volumes
