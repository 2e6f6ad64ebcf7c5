// What several observations (replications, batches) say together, and how sure that is.
//
// A share is the ratio of sums, not the mean of ratios: its variance by the usual linearisation
// (Law 2015, section 9; Cochran 1977, section 6), its interval by Student's t with one degree of
// freedom fewer than observations. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "forecasting/core/simulation/tally.h"

namespace wissel::simulation {

struct Estimate {
  double value = 0;
  // Of the interval at 95 %; none with fewer than two observations.
  std::optional<double> half_width;
};

// Sum of numerators over sum of denominators; 0 when these are nothing.
class RatioEstimator {
 public:
  void Add(double numerator, double denominator);
  Estimate Result() const;
  size_t observations() const { return count_; }

 private:
  size_t count_ = 0;
  double x_ = 0, y_ = 0, xx_ = 0, xy_ = 0, yy_ = 0;
};

// Student's t: the value that is exceeded with 2.5 %.
double StudentT(size_t degrees);

// The figures of a queue, or of all together.
struct QueueEstimates {
  Estimate offered;  // a replication or batch
  Estimate service_level;
  Estimate blocked;           // of the offered
  Estimate refused;           // of the offered
  Estimate abandoned;         // of the offered that were not blocked
  Estimate answered_in_time;  // of the offered that were not blocked
  Estimate delayed;           // of the answered
  Estimate beyond;            // of the answered: waited longer than the threshold
  Estimate answer_s;          // mean wait of the answered
  Estimate wait_s;            // mean wait of all that were not blocked
  Estimate handle_s;          // with an agent, wrap-up included
};
// Of the queues for which `of` says so, each observation one Tally.
QueueEstimates EstimateQueues(const std::vector<Tally>& observations, const std::vector<size_t>& of,
                              staffing::ServiceLevel variant);
Estimate EstimateOccupancy(const std::vector<Tally>& observations, size_t group);

}  // namespace wissel::simulation
