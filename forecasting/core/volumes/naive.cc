#include "forecasting/core/volumes/naive.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::volumes {
namespace {

constexpr int kSpreadDays = 7;
// Most of what a mean of weeks misses is the level of the day.
constexpr double kCommonShare = 0.75;
constexpr int kRobustWeeks = 8;

// Rows of the last `weeks` days before row `end` with this weekday, newest first.
std::vector<int> LastSame(const Series& series, Weekday weekday, int end, int weeks,
                          bool skip_special) {
  std::vector<int> rows;
  for (int d = end - 1; d >= 0 && static_cast<int>(rows.size()) < weeks; --d) {
    const Date date = series.days[static_cast<size_t>(d)];
    if (date.weekday() != weekday) continue;
    if (skip_special && series.IsSpecial(date)) continue;
    rows.push_back(d);
  }
  return rows;
}

Eigen::RowVectorXd Mean(const Matrix& filled, const std::vector<int>& rows) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(filled.cols());
  for (const int r : rows) sum += filled.row(r);
  return sum / static_cast<double>(rows.size());
}

Eigen::RowVectorXd TrimmedMean(const Matrix& filled, const std::vector<int>& rows) {
  if (rows.size() < 4) return Mean(filled, rows);
  Eigen::RowVectorXd mean(filled.cols());
  std::vector<double> values(rows.size());
  for (int i = 0; i < filled.cols(); ++i) {
    for (size_t r = 0; r < rows.size(); ++r) values[r] = filled(rows[r], i);
    std::sort(values.begin(), values.end());
    double sum = 0;
    for (size_t r = 1; r + 1 < values.size(); ++r) sum += values[r];
    mean(i) = sum / static_cast<double>(values.size() - 2);
  }
  return mean;
}

class WeeksMean : public Method {
 public:
  WeeksMean(std::string name, int weeks, bool robust)
      : name_(std::move(name)), weeks_(weeks), robust_(robust) {}

  std::string_view name() const override { return name_; }

  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override {
    if (!history.known.any()) {
      return RefuseField("series", "nothing is known before the forecast", "some history");
    }
    const Matrix filled = Filled(history);
    Forecast forecast;
    forecast.days = days;
    forecast.shape = Shape::kNormal;
    forecast.mean.resize(static_cast<int>(days.size()), filled.cols());
    for (int d = 0; d < forecast.mean.rows(); ++d) {
      forecast.mean.row(d) =
          At(history, filled, days[static_cast<size_t>(d)].weekday(), history.day_count());
    }
    AddRecent(history, filled, forecast.recent);
    const double spread = Spread(history, filled);
    forecast.common.assign(days.size(), spread * kCommonShare);
    forecast.spread = Matrix::Constant(forecast.mean.rows(), filled.cols(), spread);
    if (history.day_count() < weeks_ * static_cast<int>(history.OpenWeekdays().size())) {
      forecast.cannot_know.push_back(
          fmt::format("The history has fewer than the {} weeks that the mean is made of.", weeks_));
    }
    return forecast;
  }

 private:
  Eigen::RowVectorXd At(const Series& history, const Matrix& filled, Weekday weekday,
                        int end) const {
    std::vector<int> rows = LastSame(history, weekday, end, weeks_, robust_);
    if (rows.empty()) rows = LastSame(history, weekday, end, weeks_, false);
    if (rows.empty()) {
      for (int d = 0; d < end; ++d) rows.push_back(d);
    }
    return robust_ ? TrimmedMean(filled, rows) : Mean(filled, rows);
  }

  // Beyond Poisson, from the last days as they were seen a week before.
  double Spread(const Series& history, const Matrix& filled) const {
    const int week = static_cast<int>(history.OpenWeekdays().size());
    double squares = 0;
    double means = 0;
    double squared_means = 0;
    for (int d = std::max(history.day_count() - kSpreadDays, week); d < history.day_count(); ++d) {
      if (!history.IsKnown(d)) continue;
      const Eigen::RowVectorXd mean =
          At(history, filled, history.days[static_cast<size_t>(d)].weekday(), d);
      squares += (history.counts.row(d) - mean).squaredNorm();
      means += mean.sum();
      squared_means += mean.squaredNorm();
    }
    return squared_means > 0 ? std::max(0.0, (squares - means) / squared_means) : 0;
  }

  void AddRecent(const Series& history, const Matrix& filled, Recent& recent) const {
    const int week = static_cast<int>(history.OpenWeekdays().size());
    constexpr int kDays = 60;
    for (int d = std::max(history.day_count() - kDays, week); d < history.day_count(); ++d) {
      if (history.IsKnown(d)) recent.days.push_back(d);
    }
    recent.mean.resize(static_cast<int>(recent.days.size()), filled.cols());
    for (int r = 0; r < recent.mean.rows(); ++r) {
      const int d = recent.days[static_cast<size_t>(r)];
      recent.mean.row(r) = At(history, filled, history.days[static_cast<size_t>(d)].weekday(), d);
    }
  }

  const std::string name_;
  const int weeks_;
  const bool robust_;
};

}  // namespace

Matrix Filled(const Series& series) {
  Matrix filled = series.counts;
  const double cells = std::max<double>(1, static_cast<double>(series.known.count()));
  const double mean = series.counts.sum() / cells;
  const auto same = [&](int d, int step) {
    const Weekday weekday = series.days[static_cast<size_t>(d)].weekday();
    for (int s = d + step; s >= 0 && s < series.day_count(); s += step) {
      if (series.IsKnown(s) && series.days[static_cast<size_t>(s)].weekday() == weekday) return s;
    }
    return -1;
  };
  for (int d = 0; d < series.day_count(); ++d) {
    if (series.IsKnown(d)) continue;
    int source = same(d, -1);
    if (source < 0) source = same(d, +1);
    if (source >= 0) {
      filled.row(d) = series.counts.row(source);
    } else {
      filled.row(d).setConstant(mean);
    }
  }
  return filled;
}

std::unique_ptr<Method> MakeSeasonalNaive() {
  return std::make_unique<WeeksMean>("snaive", 1, false);
}
std::unique_ptr<Method> MakeWeeksMean(int weeks) {
  return std::make_unique<WeeksMean>(fmt::format("avg{}w", weeks), weeks, false);
}
std::unique_ptr<Method> MakeRobustMean() {
  return std::make_unique<WeeksMean>("robust", kRobustWeeks, true);
}

}  // namespace wissel::volumes
