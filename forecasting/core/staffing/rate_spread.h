// What is known of an arrival rate that is not known exactly: a distribution, as a few weighted
// points, so that what follows from it can be averaged over it rather than taken at its mean. A
// service level bends downwards in the rate: at the mean it promises more than will be had (Whitt
// 1999, "Dynamic staffing in a telephone call center aiming to immediately answer all calls").
//
// Pure; plain values; thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"

namespace wissel::staffing {

// Weights sum to 1. In the unit of the mean that it was made from: calls, erlangs.
struct RatePoint {
  double rate = 0;
  double weight = 1;
};
using RateSpread = std::vector<RatePoint>;

// A gamma distribution with this mean and coefficient of variation of the rate itself, the Poisson
// noise of the calls not counted: what a negative binomial forecast of size k says, with cv =
// 1 / sqrt(k). By the Gauss rule of the distribution (Golub & Welsch 1969). INVALID_ARGUMENT unless
// mean >= 0 and 0 <= cv <= 3.
absl::StatusOr<RateSpread> GammaSpread(double mean, double cv);

// From quantiles: straight between the given ones in the normal score, and on beyond the outermost,
// not below 0. INVALID_ARGUMENT unless there are two or more, levels rise within (0, 1) and values
// do not fall.
struct Quantile {
  double level = 0.5;
  double value = 0;
};
absl::StatusOr<RateSpread> QuantileSpread(const std::vector<Quantile>& quantiles);

double MeanOf(const RateSpread& spread);

}  // namespace wissel::staffing
