#include "forecasting/core/volumes/special_outlook.h"

#include <algorithm>
#include <cmath>

namespace wissel::volumes {
namespace {

// Standard deviations of logarithms: of one special day around its offset, of the offset of a day
// that is like another weekday, and of one that is like its own.
constexpr double kDayDeviation = 0.35;
constexpr double kOffsetDeviation = 0.3;
constexpr double kOwnDeviation = 0.1;
// A mean share of calls in other intervals than expected that is e times less likely.
constexpr double kShapeScale = 0.1;
// How much a past special day says about another.
constexpr double kSameName = 1;
constexpr double kSameKind = 0.5;
constexpr double kOtherKind = 0.15;
// The day of rest stands out if its level is below the week's mean by this much of a logarithm.
constexpr double kRestStandsOut = 0.3;

double Alike(const SpecialDay& a, const SpecialDay& b) {
  if (a.name == b.name) return kSameName;
  return a.kind == b.kind ? kSameKind : kOtherKind;
}

double Squared(double x) { return x * x; }

}  // namespace

SpecialPast::SpecialPast(const Series& history, const DayModel& model)
    : history_(history), model_(model), open_(history.OpenWeekdays()) {
  const std::vector<DayFeatures> features = FeaturesOf(history, {});
  for (int d = 0; d < history.day_count(); ++d) {
    const auto special = history.special.find(history.days[static_cast<size_t>(d)]);
    if (special == history.special.end() || !history.IsKnown(d)) continue;
    PastDay past;
    past.special = special->second;
    const double total = history.counts.row(d).sum();
    past.log_total = std::log(total + 0.5);
    past.shape = history.counts.row(d) / std::max(total, 1.0);
    past.as = Candidates(features[static_cast<size_t>(d)]);
    past_.push_back(std::move(past));
  }
}

std::vector<DayLook> SpecialPast::Candidates(const DayFeatures& features) const {
  std::vector<DayLook> looks;
  looks.push_back(model_.At(features, false));
  for (const Weekday weekday : open_) {
    DayFeatures as = features;
    as.weekday = static_cast<int>(weekday);
    looks.push_back(model_.At(as, false));
  }
  return looks;
}

std::vector<double> SpecialPast::LogPrior(DayKind kind, const DayFeatures& features) const {
  constexpr double kAny = 0.02;
  constexpr double kOwn = 0.3;
  constexpr double kExpected = 0.5;
  std::vector<double> prior(open_.size() + 1, kAny);
  prior[0] = kind == DayKind::kOther || kind == DayKind::kBridge ? kExpected + kOwn : kOwn;
  const std::vector<DayLook> looks = Candidates(features);
  size_t rest = 1;
  double mean = 0;
  for (size_t c = 1; c < looks.size(); ++c) {
    mean += looks[c].log_total / static_cast<double>(open_.size());
    if (looks[c].log_total < looks[rest].log_total) rest = c;
  }
  if (looks[rest].log_total < mean - kRestStandsOut) {
    const auto rest_day = static_cast<int>(open_[rest - 1]);
    const auto before = static_cast<Weekday>((rest_day + kWeekdays - 1) % kWeekdays);
    for (size_t c = 1; c < looks.size(); ++c) {
      if (kind == DayKind::kHoliday && c == rest) prior[c] = kExpected;
      if (kind == DayKind::kEve && open_[c - 1] == before) prior[c] = kExpected;
    }
  }
  for (double& p : prior) p = std::log(p);
  return prior;
}

SpecialOutlook SpecialPast::At(Date day, const DayFeatures& features) const {
  const SpecialDay& special = history_.special.at(day);
  const std::vector<DayLook> looks = Candidates(features);
  std::vector<double> weight = LogPrior(special.kind, features);
  std::vector<double> offset(looks.size());
  std::vector<double> variance(looks.size());
  for (size_t c = 0; c < looks.size(); ++c) {
    // The posterior of the offset, and how likely the past is with it integrated out.
    const double prior = Squared(c == 0 ? kOwnDeviation : kOffsetDeviation);
    double pull = 0;
    double precision = 1 / prior;
    for (const PastDay& past : past_) {
      const double alike = Alike(special, past.special);
      const double error = past.log_total - past.as[c].log_total;
      pull += alike * error / Squared(kDayDeviation);
      precision += alike / Squared(kDayDeviation);
      const double elsewhere = (past.shape - past.as[c].shape).cwiseAbs().sum() / 2;
      weight[c] -= alike * (Squared(error / kDayDeviation) / 2 + elsewhere / kShapeScale);
    }
    offset[c] = pull / precision;
    variance[c] = 1 / precision;
    weight[c] += (pull * offset[c] - std::log(precision * prior)) / 2;
  }
  const auto best = std::max_element(weight.begin(), weight.end());
  const double most = *best;
  const auto like = static_cast<size_t>(best - weight.begin());
  double sum = 0;
  for (double& w : weight) sum += w = std::exp(w - most);
  SpecialOutlook outlook;
  outlook.most_like = like == 0 ? static_cast<Weekday>(features.weekday) : open_[like - 1];
  outlook.mean = Eigen::RowVectorXd::Zero(history_.interval_count());
  double second = 0;
  for (size_t c = 0; c < looks.size(); ++c) {
    const double total = std::exp(looks[c].log_total + offset[c]);
    outlook.mean += weight[c] / sum * total * looks[c].shape;
    second += weight[c] / sum * Squared(total) * (1 + variance[c] + Squared(kDayDeviation));
  }
  const double mean = outlook.mean.sum();
  outlook.spread = mean > 0 ? std::max(0.0, second / Squared(mean) - 1) : 0;
  return outlook;
}

}  // namespace wissel::volumes
