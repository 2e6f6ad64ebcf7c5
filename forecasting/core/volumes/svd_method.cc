#include "forecasting/core/volumes/svd_method.h"

#include <algorithm>
#include <cmath>

#include "Eigen/SVD"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/naive.h"
#include "forecasting/core/volumes/spread.h"

namespace wissel::volumes {
namespace {

constexpr int kFactors = 3;
constexpr int kRecentDays = 60;
constexpr double kPriorSpread = 0.1 * 0.1;
constexpr double kPriorDays = 5;
// Most of what it misses is the level of the day.
constexpr double kCommonShare = 0.75;

// One factor's scores: the mean of each weekday, and how much of today's distance from it is left
// tomorrow.
struct Score {
  Eigen::VectorXd values;  // one a day
  Eigen::VectorXd means;   // by weekday
  double decay = 0;

  double Distance(int day, int weekday) const { return values(day) - means(weekday); }
};

class SvdForecast {
 public:
  explicit SvdForecast(const Series& history) : history_(history) {
    const Matrix roots = (Filled(history).array() + 0.25).sqrt();
    const Eigen::BDCSVD<Eigen::MatrixXd> svd(roots, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const auto kept = std::min<Eigen::Index>(kFactors, svd.singularValues().size());
    axes_ = svd.matrixV().leftCols(kept).transpose();
    for (int k = 0; k < kept; ++k) {
      scores_.push_back(ScoreOf(svd.matrixU().col(k) * svd.singularValues()(k)));
    }
  }

  // Of a day of this weekday, `lead` days after row `last`.
  Eigen::RowVectorXd Mean(int last, int lead, int weekday) const {
    Eigen::RowVectorXd roots = Eigen::RowVectorXd::Zero(axes_.cols());
    for (size_t k = 0; k < scores_.size(); ++k) {
      const Score& s = scores_[k];
      const double left = s.Distance(last, WeekdayOf(last)) * std::pow(s.decay, lead);
      roots += (s.means(weekday) + left) * axes_.row(static_cast<int>(k));
    }
    return roots.cwiseMax(0).array().square();
  }

  Backcast Past(int lead) const {
    std::vector<int> rows;
    for (int d = std::max(lead, history_.day_count() - kRecentDays); d < history_.day_count();
         ++d) {
      if (history_.known.row(d).any() && !Special(d)) rows.push_back(d);
    }
    const auto n = static_cast<int>(rows.size());
    Backcast past{rows, Matrix(n, axes_.cols()), Matrix::Ones(n, axes_.cols()),
                  Matrix(n, axes_.cols()), Mask(n, axes_.cols())};
    for (int r = 0; r < n; ++r) {
      const int d = rows[static_cast<size_t>(r)];
      past.mean.row(r) = Mean(d - lead, lead, WeekdayOf(d));
      past.actual.row(r) = history_.counts.row(d);
      past.known.row(r) = history_.known.row(d);
    }
    return past;
  }

 private:
  int WeekdayOf(int day) const {
    return static_cast<int>(history_.days[static_cast<size_t>(day)].weekday());
  }
  bool Special(int day) const {
    return history_.IsSpecial(history_.days[static_cast<size_t>(day)]);
  }

  Score ScoreOf(Eigen::VectorXd values) const {
    Score s{std::move(values), Eigen::VectorXd::Zero(kWeekdays), 0};
    Eigen::VectorXd days = Eigen::VectorXd::Zero(kWeekdays);
    for (int d = 0; d < s.values.size(); ++d) {
      if (Special(d)) continue;
      s.means(WeekdayOf(d)) += s.values(d);
      ++days(WeekdayOf(d));
    }
    for (int w = 0; w < kWeekdays; ++w) {
      s.means(w) = days(w) > 0 ? s.means(w) / days(w) : s.values.mean();
    }
    double product = 0;
    double square = 1e-12;
    for (int d = 1; d < s.values.size(); ++d) {
      if (Special(d) || Special(d - 1)) continue;
      const double before = s.Distance(d - 1, WeekdayOf(d - 1));
      product += before * s.Distance(d, WeekdayOf(d));
      square += before * before;
    }
    s.decay = std::clamp(product / square, 0.0, 0.98);
    return s;
  }

  const Series& history_;
  Eigen::MatrixXd axes_;
  std::vector<Score> scores_;
};

class SvdMethod : public Method {
 public:
  std::string_view name() const override { return "svd"; }

  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override {
    if (!history.known.any()) {
      return RefuseField("series", "nothing is known before the forecast", "some history");
    }
    const SvdForecast fit(history);
    Forecast forecast;
    forecast.days = days;
    const auto count = static_cast<int>(days.size());
    forecast.mean.resize(count, history.interval_count());
    forecast.spread.resize(count, history.interval_count());
    // A special last day says nothing about the days after it.
    int last = history.day_count() - 1;
    while (last > 0 && history.IsSpecial(history.days[static_cast<size_t>(last)])) --last;
    double spread = kPriorSpread;
    for (int d = 0; d < count; ++d) {
      const int lead = d + history.day_count() - last;
      forecast.mean.row(d) =
          fit.Mean(last, lead, static_cast<int>(days[static_cast<size_t>(d)].weekday()));
      if (lead <= kMostLeads) spread = CalibratedFactor(fit.Past(lead), spread, kPriorDays);
      forecast.spread.row(d).setConstant(spread);
      forecast.common.push_back(spread * kCommonShare);
    }
    const Backcast recent = fit.Past(1);
    forecast.recent = {recent.days, recent.mean};
    return forecast;
  }

 private:
  static constexpr int kMostLeads = 20;
};

}  // namespace

std::unique_ptr<Method> MakeSvdMethod() { return std::make_unique<SvdMethod>(); }

}  // namespace wissel::volumes
