#include "forecasting/core/volumes/calendar_method.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "forecasting/core/volumes/day_model.h"
#include "forecasting/core/volumes/special_outlook.h"
#include "forecasting/core/volumes/spread.h"

namespace wissel::volumes {
namespace {

constexpr int kRecentDays = 45;
constexpr int kLeastDaysBehind = 20;  // before a past forecast counts
constexpr int kMostLeads = 20;        // days of the grid for which spread is measured
constexpr double kPriorDays = 5;
constexpr double kShapeSpread = 0.05 * 0.05;  // where nothing could be measured

// The mean of the total: what is not known of its logarithm raises it.
double TotalOf(const DayLook& look) {
  constexpr double kMostVariance = 1;
  return std::exp(look.log_total + std::min(look.variance, kMostVariance) / 2);
}

// How days of the grid lie: history first, then the coming days, which may begin later.
int LeadOf(const Series& history, Date day) {
  const std::vector<Weekday> open = history.OpenWeekdays();
  int lead = 0;
  for (Date d = history.days.back() + 1; d <= day; d = d + 1) {
    if (std::find(open.begin(), open.end(), d.weekday()) != open.end()) ++lead;
  }
  return std::max(1, lead);
}

class CalendarForecast {
 public:
  CalendarForecast(const Series& history, const std::vector<Date>& days, DayModel model)
      : history_(history), days_(days), model_(std::move(model)) {
    Measure();
  }

  Forecast Make() const {
    Forecast forecast;
    forecast.days = days_;
    const auto count = static_cast<int>(days_.size());
    forecast.mean.resize(count, history_.interval_count());
    forecast.spread.resize(count, history_.interval_count());
    const std::vector<DayFeatures> features = FeaturesOf(history_, days_);
    std::optional<SpecialPast> special;
    for (int d = 0; d < count; ++d) {
      const Date day = days_[static_cast<size_t>(d)];
      const DayFeatures& of = features[static_cast<size_t>(history_.day_count() + d)];
      const DayLook look = model_.At(of, true);
      forecast.mean.row(d) = TotalOf(look) * look.shape;
      const double factor = FactorAt(LeadOf(history_, day));
      forecast.spread.row(d) = factor * (shape_spread_.array() + look.variance);
      forecast.common.push_back(factor * look.variance);
      if (!history_.IsSpecial(day)) continue;
      if (!special) special.emplace(history_, model_);
      const SpecialOutlook outlook = special->At(day, of);
      forecast.mean.row(d) = outlook.mean;
      forecast.spread.row(d).array() += outlook.spread;
      forecast.common.back() += outlook.spread;
    }
    const auto kept = std::min<Eigen::Index>(kRecentDays, yesterday_.mean.rows());
    forecast.recent.mean = yesterday_.mean.bottomRows(kept);
    forecast.recent.days.assign(yesterday_.days.end() - kept, yesterday_.days.end());
    AddDoubts(forecast);
    return forecast;
  }

 private:
  // What would have been said `lead` days before each of the last days.
  Backcast Past(int lead) const {
    const std::vector<int>& rows = model_.rows();
    const auto n = static_cast<int>(rows.size());
    std::vector<int> targets;
    for (int k = std::max(0, n - kRecentDays); k < n; ++k) {
      const int origin = rows[static_cast<size_t>(k)] - lead + 1;
      if (origin >= rows.front() + kLeastDaysBehind) targets.push_back(k);
    }
    const auto count = static_cast<int>(targets.size());
    const int intervals = history_.interval_count();
    Backcast past{{},
                  Matrix(count, intervals),
                  Matrix(count, intervals),
                  Matrix(count, intervals),
                  Mask(count, intervals)};
    for (int t = 0; t < count; ++t) {
      const int row = rows[static_cast<size_t>(targets[static_cast<size_t>(t)])];
      const DayLook look = model_.Rolling(targets[static_cast<size_t>(t)], row - lead + 1);
      past.days.push_back(row);
      past.mean.row(t) = TotalOf(look) * look.shape;
      past.spread.row(t).setConstant(look.variance);
      past.actual.row(t) = history_.counts.row(row);
      past.known.row(t) = history_.known.row(row);
    }
    return past;
  }

  // The spread of shapes, and by lead what all spreads must be multiplied with. What a factor makes
  // of the usual day never shrinks with the lead.
  void Measure() {
    yesterday_ = Past(1);
    shape_spread_ = ShapeSpread(yesterday_, kShapeSpread);
    const int most = std::clamp(LeadOf(history_, days_.back()), 1, kMostLeads);
    double usual_before = 0;
    for (int lead = 1; lead <= most; ++lead) {
      Backcast past = lead == 1 ? yesterday_ : Past(lead);
      for (int d = 0; d < past.spread.rows(); ++d) past.spread.row(d) += shape_spread_;
      const double otherwise = factors_.empty() ? 1 : factors_.back();
      double factor = CalibratedFactor(past, otherwise, kPriorDays);
      const double usual = past.spread.size() > 0 ? past.spread.mean() : usual_before;
      if (lead > 1 && usual > 0) factor = std::max(factor, otherwise * usual_before / usual);
      usual_before = usual;
      factors_.push_back(factor);
    }
  }

  double FactorAt(int lead) const {
    return factors_[static_cast<size_t>(std::min<int>(lead, static_cast<int>(factors_.size()))) -
                    1];
  }

  void AddDoubts(Forecast& forecast) const {
    const auto n = static_cast<int>(model_.rows().size());
    const int week = static_cast<int>(history_.OpenWeekdays().size());
    if (n < 2 * week) {
      forecast.cannot_know.push_back(
          fmt::format("{} ordinary {} of history: how the weekdays differ is assumed, not known.",
                      n, n == 1 ? "day" : "days"));
    }
    if (yesterday_.days.empty()) {
      forecast.cannot_know.push_back(
          "The history is too short to measure the error of past forecasts: the quantiles rest on "
          "assumptions.");
    }
    const int span = history_.days.back() - history_.days.front() + 1;
    if (span < kWeekdays) {
      forecast.cannot_know.push_back(
          "Less than a week: on which other weekdays the queue is open is not known.");
    }
    constexpr int kTwoMonths = 60;
    if (span < kTwoMonths) {
      forecast.cannot_know.push_back("Less than two months: the time of the month is not known.");
    }
    constexpr int kYear = 400;
    if (span < kYear && LeadOf(history_, days_.back()) > 6 * week) {
      forecast.cannot_know.push_back("Less than a year: the seasons are not known.");
    }
  }

  const Series& history_;
  const std::vector<Date>& days_;
  const DayModel model_;
  Backcast yesterday_;  // forecasts made a day ahead
  Eigen::RowVectorXd shape_spread_;
  std::vector<double> factors_;  // by lead, the first a day ahead
};

class CalendarMethod : public Method {
 public:
  std::string_view name() const override { return "calendar"; }
  bool uses_all_history() const override { return true; }

  absl::StatusOr<Forecast> Predict(const Series& history,
                                   const std::vector<Date>& days) const override {
    absl::StatusOr<DayModel> model = DayModel::Fit(history);
    if (!model.ok()) return model.status();
    return CalendarForecast(history, days, *std::move(model)).Make();
  }
};

}  // namespace

std::unique_ptr<Method> MakeCalendarMethod() { return std::make_unique<CalendarMethod>(); }

}  // namespace wissel::volumes
