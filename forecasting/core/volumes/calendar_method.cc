#include "forecasting/core/volumes/calendar_method.h"

#include <algorithm>
#include <cmath>

#include "fmt/format.h"
#include "forecasting/core/volumes/day_model.h"
#include "forecasting/core/volumes/special_outlook.h"
#include "forecasting/core/volumes/spread.h"

namespace wissel::volumes {
namespace {

constexpr int kRecentDays = 60;
constexpr int kCalibrationDays = 120;
constexpr int kLeastDaysBehind = 20;  // before a past forecast counts
constexpr int kMostLeads = 20;        // days of the grid for which spread is measured
constexpr double kPriorDays = 10;
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
      : history_(history), days_(days), model_(std::move(model)) {}

  Forecast Make() {
    Forecast forecast;
    forecast.days = days_;
    const auto count = static_cast<int>(days_.size());
    forecast.mean.resize(count, history_.interval_count());
    forecast.spread.resize(count, history_.interval_count());
    MeasureSpread();
    const std::vector<DayFeatures> features = FeaturesOf(history_, days_);
    std::optional<SpecialPast> special;
    for (int d = 0; d < count; ++d) {
      const Date day = days_[static_cast<size_t>(d)];
      const DayFeatures& of = features[static_cast<size_t>(history_.day_count() + d)];
      const DayLook look = model_.At(of, true);
      const Spread spread = SpreadAt(LeadOf(history_, day), look.variance);
      forecast.mean.row(d) = TotalOf(look) * look.shape;
      double level = spread.level;
      if (history_.IsSpecial(day)) {
        if (!special) special.emplace(history_, model_);
        const SpecialOutlook outlook = special->At(day, of);
        forecast.mean.row(d) = outlook.mean;
        level += outlook.spread;
      }
      forecast.spread.row(d) = (relative_ * spread.shape).array() + level;
    }
    forecast.recent.days = recent_rows_;
    forecast.recent.mean = recent_mean_;
    AddDoubts(forecast);
    return forecast;
  }

 private:
  // The part of the spread that all intervals of a day share, and the part that each has.
  struct Spread {
    double level = 0;
    double shape = 0;
  };

  Backcast Past(int lead, int days) const {
    const auto n = static_cast<int>(model_.rows().size());
    Backcast past;
    std::vector<int> targets;
    for (int k = std::max(0, n - days); k < n; ++k) {
      const int row = model_.rows()[static_cast<size_t>(k)];
      if (row - lead + 1 >= model_.rows().front() + kLeastDaysBehind) targets.push_back(k);
    }
    const auto count = static_cast<int>(targets.size());
    past.mean.resize(count, history_.interval_count());
    past.actual.resize(count, history_.interval_count());
    past.known.resize(count, history_.interval_count());
    for (int t = 0; t < count; ++t) {
      const int k = targets[static_cast<size_t>(t)];
      const int row = model_.rows()[static_cast<size_t>(k)];
      const DayLook look = model_.Rolling(k, row - lead + 1);
      past.mean.row(t) = TotalOf(look) * look.shape;
      past.actual.row(t) = history_.counts.row(row);
      past.known.row(t) = history_.known.row(row);
      if (lead == 1) variance_ += look.variance / count;
    }
    if (lead == 1) rows_of_first_ = targets;
    return past;
  }

  void MeasureSpread() {
    const int most = std::clamp(LeadOf(history_, days_.back()), 1, kMostLeads);
    double otherwise = 0;
    for (int lead = 1; lead <= most; ++lead) {
      const Backcast past = Past(lead, kCalibrationDays);
      if (lead == 1) {
        measured_ = past.mean.rows() > 0;
        otherwise = (measured_ ? variance_ : model_variance()) + kShapeSpread;
      }
      double spread = CalibratedSpread(past, otherwise, kPriorDays);
      // It never shrinks with the lead.
      if (lead > 1) spread = std::max(spread, by_lead_.back());
      by_lead_.push_back(spread);
      otherwise = spread;
      if (lead == 1) {
        relative_ = RelativeSpread(past, spread);
        KeepRecent(past);
      }
    }
  }

  double model_variance() const {
    const std::vector<DayFeatures> features = FeaturesOf(history_, days_);
    return model_.At(features[static_cast<size_t>(history_.day_count())], true).variance;
  }

  void KeepRecent(const Backcast& past) {
    const auto kept = std::min<Eigen::Index>(kRecentDays, past.mean.rows());
    recent_mean_ = past.mean.bottomRows(kept);
    for (auto t = past.mean.rows() - kept; t < past.mean.rows(); ++t) {
      const int k = rows_of_first_[static_cast<size_t>(t)];
      recent_rows_.push_back(model_.rows()[static_cast<size_t>(k)]);
    }
  }

  // What was measured at this lead; a day of which the model knows less than usual (after a special
  // day, say, or beyond the leads that were measured) has so much more.
  Spread SpreadAt(int lead, double variance) const {
    const double measured =
        by_lead_[static_cast<size_t>(std::min<int>(lead, static_cast<int>(by_lead_.size())) - 1)];
    const double usual = measured_ ? std::max(variance_, 0.0) : variance;
    const double grown = measured - by_lead_.front();
    const double more = std::max(0.0, variance - usual - grown);
    const double shape = std::max(0.0, by_lead_.front() - std::min(usual, by_lead_.front()));
    return {measured - shape + more, shape};
  }

  void AddDoubts(Forecast& forecast) const {
    const auto n = static_cast<int>(model_.rows().size());
    const int week = static_cast<int>(history_.OpenWeekdays().size());
    if (n < 2 * week) {
      forecast.cannot_know.push_back(
          fmt::format("{} ordinary {} of history: how the weekdays differ is assumed, not known.",
                      n, n == 1 ? "day" : "days"));
    }
    if (!measured_) {
      forecast.cannot_know.push_back(
          "The history is too short to measure the error of past forecasts: the quantiles rest on "
          "assumptions.");
    }
    constexpr int kTwoMonths = 60;
    const int span = history_.days.back() - history_.days.front() + 1;
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
  std::vector<double> by_lead_;
  Eigen::RowVectorXd relative_;
  bool measured_ = false;
  mutable double variance_ = 0;  // the usual one, a day ahead
  mutable std::vector<int> rows_of_first_;
  std::vector<int> recent_rows_;
  Matrix recent_mean_;
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
