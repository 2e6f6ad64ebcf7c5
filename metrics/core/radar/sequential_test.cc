#include "metrics/core/radar/sequential_test.h"

#include <algorithm>
#include <cmath>

namespace wissel::metrics {
namespace {

// Multiples of the edge, each with the weight 1 / 5: from slow changes to sudden ones.
constexpr std::array<double, 5> kMoreOften = {1.2, 1.5, 2.2, 5.0, 15.0};
constexpr std::array<double, 5> kLessOften = {0.8, 0.6, 0.35, 0.1, 0.02};

// Far beyond any threshold; keeps sums finite.
constexpr double kMostEvidence = 1e200;

// From here on the normal approximation is exact enough for a range that people read.
constexpr double kLargeMean = 2'000;

// Inverse of the standard normal distribution by bisection of erfc: slow and plain.
double NormalQuantile(double p) {
  double low = -9;
  double high = 9;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double LogRatio(int64_t x, double m, double e, double r) {
  const double count = static_cast<double>(x);
  return count * (std::log(m / e) - std::log((m + r) / (e + r))) - r * std::log((m + r) / (e + r));
}

int64_t Quantile(double p, double m, double r) {
  if (m <= 0) return 0;
  if (m > kLargeMean) {
    const double x = m + NormalQuantile(p) * std::sqrt(m + m * m / r);
    return static_cast<int64_t>(std::max(0.0, std::ceil(x)));
  }
  double mass = std::exp(-r * std::log1p(m / r));
  double sum = mass;
  int64_t x = 0;
  const double step = m / (m + r);
  while (sum < p && x < 100'000) {
    mass *= (static_cast<double>(x) + r) / (static_cast<double>(x) + 1) * step;
    sum += mass;
    ++x;
    // A mean so large that the first mass is none at all: go on from the middle.
    if (mass == 0) return static_cast<int64_t>(std::ceil(m));
  }
  return x;
}

void SequentialTest::Add(int64_t count, double edge, double size) {
  const auto& multiples = direction_ == Direction::kUp ? kMoreOften : kLessOften;
  for (size_t k = 0; k < kAlternatives; ++k) {
    Alternative& a = alternatives_[k];
    const double log_ratio = LogRatio(count, edge * multiples[k], edge, size);
    a.evidence = std::min(kMostEvidence, (1 + a.evidence) * std::exp(std::min(log_ratio, 400.0)));
    a.cusum = std::max(0.0, a.cusum + log_ratio);
    a.bins = a.cusum > 0 ? a.bins + 1 : 0;
  }
}

void SequentialTest::Reset() { alternatives_ = {}; }

void SequentialTest::Cap(double most) {
  const double now = evidence();
  if (now <= most) return;
  for (Alternative& a : alternatives_) {
    a.evidence *= most / now;
    a.cusum = std::min(a.cusum, std::log(most));
  }
}

double SequentialTest::evidence() const {
  double sum = 0;
  for (const Alternative& a : alternatives_) sum += a.evidence;
  return sum / kAlternatives;
}

int64_t SequentialTest::BinsSinceOnset() const {
  const Alternative* likeliest = &alternatives_[0];
  for (const Alternative& a : alternatives_) {
    if (a.cusum > likeliest->cusum) likeliest = &a;
  }
  return likeliest->bins;
}

}  // namespace wissel::metrics
