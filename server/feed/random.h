// Seeded draws for the simulated customers and agents: the same on every machine, because the
// distributions are written out here rather than taken from the standard library.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace wissel::feed {

// splitmix64 (Steele, Lea, Flood 2014). A value; not thread-safe.
class Random {
 public:
  // Streams with different parts are independent: Random({seed, source, contact}).
  explicit Random(std::initializer_list<uint64_t> parts) {
    for (uint64_t part : parts) {
      state_ ^= part + 0x9e3779b97f4a7c15u + (state_ << 6) + (state_ >> 2);
      state_ = Next();
    }
  }

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  double Uniform(double from, double to) { return from + (to - from) * Uniform(); }
  double Exponential(double mean) { return -mean * std::log1p(-Uniform()); }
  // Log-normal with this mean; `log_sd` is the standard deviation of the logarithm.
  double LogNormal(double mean, double log_sd) {
    const double radius = std::sqrt(-2 * std::log1p(-Uniform()));  // Box and Muller 1958
    const double normal = radius * std::cos(2 * M_PI * Uniform());
    return mean * std::exp(log_sd * normal - log_sd * log_sd / 2);
  }

 private:
  uint64_t state_ = 0;
};

}  // namespace wissel::feed
