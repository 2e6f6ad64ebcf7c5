// The arithmetic of estimated waits: from what stands ahead to a mean and a variance, and from
// these to the two figures that are told.
//
// Sources: Whitt, "Predicting queueing delays", Management Science 45 (1999), 870-888; Ibrahim and
// Whitt, "Real-time delay estimation in overloaded multiserver queues with abandonments",
// Management Science 55 (2009), 1729-1742; Wilson and Hilferty, "The distribution of chi-square",
// PNAS 17 (1931), 684-688. Times are in milliseconds, rates per millisecond.
#pragma once

#include "base/time.h"
#include "router/core/promise.h"

namespace wissel {

// Of the time that is left to wait.
struct Remaining {
  double mean = 0;
  double variance = 0;

  // One after the other, independent.
  Remaining operator+(const Remaining& other) const {
    return {mean + other.mean, variance + other.variance};
  }
};

// The time until `ahead` items and then one more have been taken, all agents being busy: they take
// `taken` a millisecond together, and each of those ahead gives up at the rate `gives_up`. A sum of
// independent exponential times, one for each step of the line (QL_m, Ibrahim and Whitt 2009).
// Given up beyond `furthest`, where the mean says no more than that.
Remaining UntilTaken(double ahead, double taken, double gives_up, double furthest);

// The time of one exponential step with this mean.
constexpr Remaining OneStep(double mean) { return {mean, mean * mean}; }

// The value that a gamma-distributed time of this mean and variance exceeds only in a share of
// 1 - share, by Wilson and Hilferty's approximation; `z` is the normal quantile of the share.
inline constexpr double kMedianZ = 0;
inline constexpr double kEightyPercentZ = 0.841621;
double QuantileOf(const Remaining& remaining, double z);

}  // namespace wissel
