// A rolling-origin evaluation: from each origin a method forecasts the days after it from those
// before it, and is scored on what came (docs/FORECAST.md has the protocol).
//
// Pure; the caller runs origins one by one, times them and shows progress.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

struct Protocol {
  int train_days = 60;               // days of the grid before the origin
  int horizon_days = 10;             // days of the grid
  int step_days = 4;                 // between origins, where `origins` is empty
  std::optional<Date> first_origin;  // the first after the training days where it is left out
  std::vector<Date> origins;         // the first day that is forecast, each a day of the grid
};

// Rows of the grid, rising. INVALID_ARGUMENT with the field: "origins", "first_origin",
// "train_days", "horizon_days", "step_days".
absl::StatusOr<std::vector<int>> OriginsOf(const Series& series, const Protocol& protocol);

struct Score {
  std::string horizon;  // "1day", "10days", "10days_normal", "10days_special", "rest_after_12"
  int origins = 0;
  double wape = 0;  // %
  double mase = 0;
  double rmse = 0;
  double bias = 0;                 // %
  std::optional<double> day_wape;  // %; not for parts of days
  std::optional<double> pinball;
  std::optional<double> cov80;  // %
  std::optional<double> cov95;  // %
  double noise_floor = 0;       // WAPE in % that counting alone would leave (noise_floor.h)
};

// Mean |y_t - y_(t - 1 week)| in the window before the first origin, missing days filled.
double MaseScale(const Series& series, int first_origin, int train_days);

// Sums over scored intervals.
class Tally {
 public:
  // Known intervals from `from_interval` on of `day`, a row of the series.
  void Add(const Series& series, int day, const Forecast& forecast, int row, int from_interval = 0);
  bool empty() const { return count_ == 0; }
  Score ScoreOf(std::string horizon, int origins, double mase_scale) const;

 private:
  double absolute_ = 0;
  double squared_ = 0;
  double signed_ = 0;
  double actual_ = 0;
  double count_ = 0;
  double day_absolute_ = 0;
  double day_actual_ = 0;
  double pinball_ = 0;
  double within80_ = 0;
  double within95_ = 0;
  double noise_ = 0;
};

class Evaluation {
 public:
  // `intraday`: also the rest of the first day after so many intervals of it are known, forecast
  // as before and updated. The series must outlive it.
  Evaluation(const Series& series, Protocol protocol, std::vector<int> origins,
             std::optional<int> intraday);

  const std::vector<int>& origins() const { return origins_; }
  // Forecasts from this origin (a row) and scores it.
  absl::Status Run(const Method& method, int origin);
  std::vector<Score> Scores() const;

 private:
  const Series& series_;
  const Protocol protocol_;
  const std::vector<int> origins_;
  const std::optional<int> intraday_;
  Tally first_;
  Tally all_;
  Tally normal_;
  Tally special_;
  Tally rest_;
  Tally rest_updated_;
};

}  // namespace wissel::volumes
