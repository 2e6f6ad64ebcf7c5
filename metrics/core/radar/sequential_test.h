// A one-sided sequential test for counts: has the rate left what it is expected to be, and since
// when? Small numbers and over-dispersed ones included.
//
// Method: the mixture Shiryaev-Roberts e-detector of Shin, Ramdas & Rinaldo (2022), "E-detectors: a
// nonparametric framework for sequential change detection", arXiv:2203.03532. For each alternative
// k the likelihood ratio of a bin's count x is
//
//   L_k(x) = NB(x; g_k e, r) / NB(x; e, r)
//
// with NB(x; m, r) the negative binomial of mean m and variance m + m^2 / r, e the edge of what is
// expected, g_k the alternative's multiple of it (above 1 on the way up, below 1 on the way down).
// Then
//
//   M_k <- (1 + M_k) L_k(x),   M = sum of w_k M_k,   alarm when M >= A.
//
// Under "every mean is on the expected side of its edge, and counts vary no more than the negative
// binomial" L_k has an expectation of at most 1 given the past, because it is monotone and convex
// in x; so M - t is a supermartingale, and the mean time to a false alarm is at least A bins, at
// any sample size and without asymptotics. Edge, size and A may change from bin to bin, as long as
// they are known before the count.
//
// Pure; a plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wissel::metrics {

enum class Direction : uint8_t { kUp = 1, kDown = 2 };

class SequentialTest {
 public:
  explicit SequentialTest(Direction direction) : direction_(direction) {}

  // A bin with `count`, of which at most (on the way down: at least) `edge` were expected.
  void Add(int64_t count, double edge, double size);
  void Reset();
  // Keeps the evidence from growing beyond `most`, so that it falls again when the cause is over.
  void Cap(double most);

  // M: at least A once in A bins on average, as long as nothing has changed.
  double evidence() const;
  // How many bins ago, the last one included, the change began: where the most likely alternative
  // has its maximum-likelihood change point (the restart of its CUSUM; Page 1954). 0: none.
  int64_t BinsSinceOnset() const;

 private:
  static constexpr size_t kAlternatives = 5;
  struct Alternative {
    double evidence = 0;
    double cusum = 0;  // of log L_k, never below 0
    int64_t bins = 0;  // since it was 0
  };
  Direction direction_;
  std::array<Alternative, kAlternatives> alternatives_;
};

// log NB(x; m, r) - log NB(x; e, r): of the two means, same size r.
double LogRatio(int64_t x, double m, double e, double r);

// The least x with P(X <= x) >= p, of a negative binomial of mean m and size r; from a mean of
// 2,000 on by the normal approximation.
int64_t Quantile(double p, double m, double r);

}  // namespace wissel::metrics
