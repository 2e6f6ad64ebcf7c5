#include "forecasting/core/staffing/sums.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace wissel::staffing {
namespace {

constexpr double kEpsilon = 1e-17;
// Beyond so many terms a series costs more than the integral.
constexpr double kMostTerms = 600;
// exp of more would leave little room in a double.
constexpr double kMostExponent = 500;
// What lies so far below the peak, in exponents, is nothing beside it.
constexpr double kDepth = 42;
constexpr double kBent = 40;
constexpr int kNodes = 48;
constexpr double kForEver = std::numeric_limits<double>::infinity();
// So few are always counted one by one.
constexpr double kFewAgents = 300;

struct GaussLegendre {
  std::array<double, kNodes> node;    // in (0, 1)
  std::array<double, kNodes> weight;  // sum 1

  // By Newton's method on the Legendre polynomial's recurrence (Abramowitz & Stegun 25.4.29).
  GaussLegendre() {
    for (int i = 0; i < kNodes; ++i) {
      double x = std::cos(std::numbers::pi * (i + 0.75) / (kNodes + 0.5));
      double slope = 0;
      for (int step = 0; step < 20; ++step) {
        double p = 1, before = 0;
        for (int k = 0; k < kNodes; ++k) {
          const double next = ((2 * k + 1) * x * p - k * before) / (k + 1);
          before = p;
          p = next;
        }
        slope = kNodes * (x * p - before) / (x * x - 1);
        const double by = p / slope;
        x -= by;
        if (std::abs(by) < 1e-16) break;
      }
      node[static_cast<size_t>(i)] = (1 - x) / 2;
      weight[static_cast<size_t>(i)] = 1 / ((1 - x * x) * slope * slope);
    }
  }
};

const GaussLegendre& Rule() {
  static const GaussLegendre kRule;
  return kRule;
}

// s + exp(-s) - 1 = s^2/2 - s^3/6 + ..., without cancellation for s near 0.
double ExpBend(double s) {
  if (std::abs(s) > 0.3) return s + std::expm1(-s);
  double term = s * s / 2, sum = term;
  for (int k = 3; std::abs(term) > kEpsilon * sum; ++k) sum += term *= -s / k;
  return sum;
}

// t - log(1 + t) = t^2/2 - t^3/3 + ..., likewise.
double LogBend(double t) {
  if (t > 0.2) return t - std::log1p(t);
  // By log(1 + t) = 2 atanh(r), r = t / (2 + t): t - 2 r = t r.
  const double r = t / (2 + t);
  double power = 2 * r, sum = 0;
  for (int k = 3; k < 41 && std::abs(power) > kEpsilon * r; k += 2) sum += (power *= r * r) / k;
  return t * r - sum;
}

// Where `log_f`, concave and falling from `from`, has fallen by kDepth below `peak`; at most
// `limit`. Within a hundredth: it only bounds what is integrated.
template <class LogF>
double WhereGone(const LogF& log_f, double peak, double from, double step, double limit) {
  if (limit < kForEver && log_f(limit) >= peak - kDepth) {
    return limit;
  }
  double low = from, high = from + step;
  while (log_f(high) > peak - kDepth) {
    low = high;
    step *= 2;
    high = from + step;
  }
  high = std::min(high, limit);
  while (high - low > 0.01 * (high - from)) {
    const double middle = (low + high) / 2;
    (log_f(middle) > peak - kDepth ? low : high) = middle;
  }
  return high;
}

// Calls visit(s, weight * exp(log_f(s) - peak)) so that the sum over them is the integral of f over
// [0, to]; f is log-concave with its greatest value `peak` at `at`.
template <class LogF, class Visit>
void Integrate(const LogF& log_f, double peak, double at, double to, double step,
               const Visit& visit) {
  const auto part = [&](double a, double b) {
    const GaussLegendre& rule = Rule();
    for (size_t i = 0; i < kNodes; ++i) {
      const double s = a + (b - a) * rule.node[i];
      visit(s, (b - a) * rule.weight[i] * std::exp(log_f(s) - peak));
    }
  };
  if (at > 0) {
    const auto backwards = [&](double d) { return log_f(at - d); };
    part(at - WhereGone(backwards, peak, 0, std::min(step, at), at), at);
  }
  if (to <= at) return;
  const double gone = WhereGone(log_f, peak, at, step, to);
  // What bends by exp(-s) has done so by then; the rest is a plain exponential.
  const double bent = std::min(gone, at + kBent);
  part(at, bent);
  if (gone > bent) part(bent, gone);
}

// Half width of the peak of a function with this slope and curvature where it is greatest.
double StepOf(double slope, double curvature) {
  return 1 / (std::abs(slope) + std::sqrt(std::abs(curvature)));
}

// 1 / B(n, a) for whole n, from the last term of the sum on:
//   1 + n / a (1 + (n - 1) / a (1 + ...)).
double SumInverseLoss(double n, double a) {
  const double inverse = 1 / a;
  double sum = 1, term = 1;
  for (double left = n; left > 0; --left) {
    sum += term *= left * inverse;
    if (left < a && term < kEpsilon * sum) break;
  }
  return sum;
}

// The same between 0 and 1 agents, exp(a) a^-f Gamma(1 + f, a).
double InverseLossOfFraction(double f, double a) {
  if (a < 1.5) {
    // By the series of the lower gamma; what is subtracted is less than what stays.
    double sum = 1, term = 1;
    for (double k = 1; term > kEpsilon * sum; ++k) sum += term *= a / (1 + f + k);
    return std::exp(a) * std::pow(a, -f) * std::tgamma(1 + f) - a / (1 + f) * sum;
  }
  double sum = 0;
  Integrate([&](double u) { return f * std::log1p(u / a) - u; }, 0, 0, kForEver, 1,
            [&](double, double part) { sum += part; });
  return sum;
}

// The same for any n, up from its fraction: 1 / B(n, a) = 1 + n / a / B(n - 1, a).
double ClimbInverseLoss(double n, double a) {
  double k = n - std::floor(n);
  double inverse_loss = InverseLossOfFraction(k, a);
  while (k + 0.5 < n) inverse_loss = 1 + ++k / a * inverse_loss;
  return inverse_loss;
}

}  // namespace

double Scaled::Log() const { return std::log(value) + log_scale; }

Scaled InverseLoss(double n, double a) {
  const double terms = std::max(n - a, 0.0) + 9 * std::sqrt(std::min(n, a)) + 9;
  if (n < kFewAgents || (n == std::floor(n) && terms < kMostTerms)) {
    const double sum = n == std::floor(n) ? SumInverseLoss(n, a) : ClimbInverseLoss(n, a);
    if (std::isfinite(sum)) return {sum, 0};
  }
  const double difference = n - a;
  const auto log_f = [&](double t) { return difference * t - n * LogBend(t); };
  const double at = std::max(0.0, difference / a);
  const double peak = log_f(at);
  const double step = StepOf(std::min(difference, 0.0), n / ((1 + at) * (1 + at)));
  double sum = 0;
  Integrate(log_f, peak, at, kForEver, step, [&](double, double part) { sum += part; });
  return {a * sum, peak};
}

OfferedWait::OfferedWait(double c, double z, double difference)
    : c_(c),
      z_(z),
      difference_(difference),
      at_(difference > 0 ? std::log1p(difference / c) : 0),
      peak_(difference > 0 ? difference * at_ - z * ExpBend(at_) : 0) {}

double OfferedWait::LogDensity(double s) const {
  // About a peak at log(z / c) the density has its form whatever z is.
  if (at_ > 0) return -c_ * ExpBend(s - at_);
  if (s > 0.3) return -z_ * std::expm1(-s) - c_ * s;
  return difference_ * s - z_ * ExpBend(s);
}

OfferedWait::Sums OfferedWait::OfQueue() const {
  if (z_ == 0) return {};
  const double terms = std::max(difference_, 0.0) + 9 * std::sqrt(std::min(c_, z_)) + 9;
  if (terms < kMostTerms && peak_ < kMostExponent) {
    Sums sums;
    double term = 1;
    for (double j = 1;; ++j) {
      term *= z_ / (c_ + j);
      sums.sum += term;
      sums.weighted += j * term;
      if (c_ + j > z_ && j * term < kEpsilon * sums.weighted) break;
    }
    const double scale = std::exp(-peak_);
    return {sums.sum * scale, sums.weighted * scale};
  }
  Sums sums{0, 0};
  const double step = StepOf(std::min(difference_, 0.0), z_ * std::exp(-at_));
  Integrate([this](double s) { return LogDensity(s); }, 0, at_, kForEver, step,
            [&](double s, double part) {
              sums.sum += c_ * part;
              sums.weighted -= c_ * z_ * std::expm1(-s) * part;
            });
  return sums;
}

OfferedWait::Parts OfferedWait::Until(double until) const {
  Parts parts;
  if (until == 0) return parts;
  const double at = std::min(at_, until);
  const double slope = difference_ + z_ * std::expm1(-at);
  const double step = std::min(StepOf(slope, z_ * std::exp(-at)), until);
  const double peak = LogDensity(at);
  Integrate([this](double s) { return LogDensity(s); }, peak, at, until, step,
            [&](double s, double part) {
              parts.left -= std::expm1(-s) * part;
              parts.stayed += std::exp(-s) * part;
              parts.waited += s * std::exp(-s) * part;
            });
  const double scale = std::exp(peak);
  return {parts.left * scale, parts.stayed * scale, parts.waited * scale};
}

OfferedWait::Rest OfferedWait::After(double until) const {
  // Shortly after the beginning the difference is still close to what is known of it.
  const double z = z_ * std::exp(-until);
  const OfferedWait rest(c_, z, until < 0.5 ? difference_ + z_ * std::expm1(-until) : z - c_);
  // A peak that is still to come is the same peak.
  return {rest, rest.at_ > 0 ? 0 : LogDensity(until)};
}

}  // namespace wissel::staffing
