#include "router/core/wait_methods.h"

#include <cmath>

namespace wissel {

Remaining UntilTaken(double ahead, double taken, double gives_up, double furthest) {
  Remaining sum;
  double left = ahead;
  for (; left > 0 && sum.mean <= furthest; left -= 1) {
    const double step = 1 / (taken + left * gives_up);
    // The last, broken one: part of an item is ahead where people share their time.
    const double part = left < 1 ? left : 1;
    sum = sum + Remaining{part * step, part * step * step};
  }
  return sum + OneStep(1 / taken);
}

double QuantileOf(const Remaining& remaining, double z) {
  if (remaining.mean <= 0) return 0;
  const double ninth = remaining.variance / (remaining.mean * remaining.mean) / 9;
  const double root = 1 - ninth + z * std::sqrt(ninth);
  return root <= 0 ? 0 : remaining.mean * root * root * root;
}

}  // namespace wissel
