#include "forecasting/core/volumes/handle_times.h"

#include <algorithm>
#include <cmath>

#include "base/status.h"

namespace wissel::volumes {
namespace {

constexpr double kHalfLifeDays = 28;

double Squared(double x) { return x * x; }

// Weighted contacts and how their time compares with what was expected of them.
struct Cells {
  Eigen::VectorXd contacts;         // weighted
  Eigen::VectorXd squared_weights;  // contacts with the weights squared
  Eigen::VectorXd seconds;
  Eigen::VectorXd expected;

  explicit Cells(int n)
      : contacts(Eigen::VectorXd::Zero(n)),
        squared_weights(Eigen::VectorXd::Zero(n)),
        seconds(Eigen::VectorXd::Zero(n)),
        expected(Eigen::VectorXd::Zero(n)) {}

  void Add(int cell, double weight, double count, double time, double expected_time) {
    contacts(cell) += weight * count;
    squared_weights(cell) += weight * weight * count;
    seconds(cell) += weight * time;
    expected(cell) += weight * expected_time;
  }
};

struct Ratios {
  Eigen::VectorXd ratio;     // shrunk towards 1
  Eigen::VectorXd variance;  // of what is left unknown
};

Ratios Shrunk(const Cells& cells, double variation) {
  const auto n = cells.contacts.size();
  Eigen::VectorXd raw = Eigen::VectorXd::Ones(n);
  Eigen::VectorXd noise = Eigen::VectorXd::Zero(n);
  double usual_noise = 0;
  double cells_with = 0;
  for (int c = 0; c < n; ++c) {
    if (cells.expected(c) <= 0) continue;
    raw(c) = cells.seconds(c) / cells.expected(c);
    noise(c) = Squared(variation) * cells.squared_weights(c) / Squared(cells.contacts(c));
    usual_noise += noise(c);
    ++cells_with;
  }
  double excess = 0;
  double weight = 0;
  for (int c = 0; c < n; ++c) {
    if (cells.expected(c) <= 0) continue;
    // A ratio that is hardly known says hardly anything about how ratios differ.
    const double w = 1 / (noise(c) + usual_noise / cells_with);
    excess += w * (Squared(raw(c) - 1) - noise(c));
    weight += w;
  }
  const double between = weight > 0 ? std::max(0.0, excess / weight) : 0;
  Ratios ratios{Eigen::VectorXd::Ones(n), Eigen::VectorXd::Constant(n, between)};
  for (int c = 0; c < n; ++c) {
    if (cells.expected(c) <= 0 || between <= 0) continue;
    const double believed = between / (between + noise(c));
    ratios.ratio(c) = 1 + believed * (raw(c) - 1);
    ratios.variance(c) = between * (1 - believed);
  }
  return ratios;
}

}  // namespace

absl::StatusOr<HandleTimes> ForecastHandleTimes(const Series& handled, const Matrix& seconds,
                                                const std::vector<Date>& days, double variation) {
  if (seconds.rows() != handled.counts.rows() || seconds.cols() != handled.counts.cols()) {
    return RefuseField("seconds", "the handle times do not lie on the grid of the counts",
                       "one sum for each count");
  }
  if (!seconds.allFinite() || (seconds.size() > 0 && seconds.minCoeff() < 0)) {
    return RefuseField("seconds", "a sum of handle times is no time", "0 or more seconds");
  }
  const int intervals = handled.interval_count();
  const auto each = [&](const auto& visit) {
    for (int d = 0; d < handled.day_count(); ++d) {
      const Date day = handled.days[static_cast<size_t>(d)];
      const double weight = std::exp2((day - handled.days.back()) / kHalfLifeDays);
      for (int i = 0; i < intervals; ++i) {
        if (!handled.known(d, i) || handled.counts(d, i) <= 0) continue;
        visit(static_cast<int>(day.weekday()), i, weight, handled.counts(d, i), seconds(d, i));
      }
    }
  };
  double time = 0;
  double count = 0;
  each([&](int, int, double weight, double n, double s) {
    time += weight * s;
    count += weight * n;
  });
  if (count <= 0) return RefuseField("series", "no contacts were handled", "some history");
  const double overall = time / count;
  Cells by_weekday(kWeekdays);
  each([&](int w, int, double weight, double n, double s) {
    by_weekday.Add(w, weight, n, s, n * overall);
  });
  const Ratios weekday = Shrunk(by_weekday, variation);
  Cells by_interval(intervals);
  each([&](int w, int i, double weight, double n, double s) {
    by_interval.Add(i, weight, n, s, n * overall * weekday.ratio(w));
  });
  const Ratios interval = Shrunk(by_interval, variation);
  HandleTimes times;
  times.days = days;
  times.mean_s.resize(static_cast<int>(days.size()), intervals);
  times.deviation_s.resize(static_cast<int>(days.size()), intervals);
  for (int d = 0; d < times.mean_s.rows(); ++d) {
    const auto w = static_cast<int>(days[static_cast<size_t>(d)].weekday());
    for (int i = 0; i < intervals; ++i) {
      times.mean_s(d, i) = overall * weekday.ratio(w) * interval.ratio(i);
      const double relative =
          Squared(variation) / count + weekday.variance(w) + interval.variance(i);
      times.deviation_s(d, i) = times.mean_s(d, i) * std::sqrt(relative);
    }
  }
  return times;
}

}  // namespace wissel::volumes
