// The two quantities that every Erlang formula here is made of, exact to about 1e-13 from one agent
// to millions, loads of any size, and patience of any length.
//
// Both are series of positive terms, and integrals of log-concave functions: short series are added
// up, long ones integrated (Gauss-Legendre on both sides of the peak), so nothing is ever
// subtracted from something as large and no call costs more than a few microseconds. The incomplete
// gammas of a library would do for most of it, but they underflow where their product with what is
// in front of them does not.
//
// Pure; thread-safe.
#pragma once

namespace wissel::staffing {

// value * exp(log_scale): what grows beyond a double is kept apart.
struct Scaled {
  double value = 0;
  double log_scale = 0;

  double Log() const;
};

// 1 / B(n, a) of the Erlang loss formula, continued to real n >= 0 (Jagerman 1974):
//   1 / B(n, a) = a * integral over t from 0 of exp(-a t) (1 + t)^n.
// a > 0 (the load in erlangs).
Scaled InverseLoss(double n, double a);

// How long somebody who never hangs up would wait in M/M/n+M, s mean patiences: the density is in
// proportion to exp(h(s)),
//   h(s) = z (1 - exp(-s)) - c s
// (Mandelbaum & Zeltyn 2007, section 5), with c > 0 service completions by all agents, and z >= 0
// arrivals, within a mean patience. `difference` is z - c, from the caller, who knows it without
// cancellation. Everything is over exp(peak()), the greatest value of exp(h).
class OfferedWait {
 public:
  OfferedWait(double c, double z, double difference);

  double peak() const { return peak_; }
  // h(s) - peak().
  double LogDensity(double s) const;

  // How many wait, in units of the state in which all agents are busy and nobody waits:
  // w_j = z^j / ((c + 1) (c + 2) ... (c + j)) is the probability of j. `sum` is that of w_j,
  // Kummer's M(1, c + 1, z), and c times the integral of exp(h); `weighted` is that of j w_j.
  struct Sums {
    double sum = 1;
    double weighted = 0;
  };
  Sums OfQueue() const;

  // The integrals of exp(h) from 0 to `until`, which may be infinite: of those whose patience ends
  // first (times 1 - exp(-s)), of those who are still there (times exp(-s)), and of how long these
  // have waited (times s exp(-s)).
  struct Parts {
    double left = 0;
    double stayed = 0;
    double waited = 0;
  };
  Parts Until(double until) const;

  // What lies behind `until`, from there on; exp(h) there is this times exp(`fall`).
  struct Rest;
  Rest After(double until) const;

 private:
  double c_, z_, difference_;
  double at_;  // of the peak
  double peak_;
};

struct OfferedWait::Rest {
  OfferedWait wait;
  double fall = 0;  // from this peak to that of the whole, <= 0
};

}  // namespace wissel::staffing
