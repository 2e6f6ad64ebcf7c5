// One replication of a model: the production engine on a virtual clock, with drawn customers and
// agents who accept what they are offered and handle it for as long as is drawn.
//
// Every draw belongs to the n-th contact of its queue in this seed and replication: when it comes,
// how long it takes, how long it waits. Two models that differ in staff or rules see the same
// customers (common random numbers), and differ in nothing else.
//
// Pure. One thread to a Simulation; several run side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/simulation/model.h"
#include "forecasting/core/simulation/tally.h"

namespace wissel::simulation {

struct RunSize {
  int64_t contacts = 0;  // warm-up included
  int64_t events = 0;    // of the engine
};

class Simulation {
 public:
  // The model outlives it. INVALID_ARGUMENT, in the words of the engine, when it refuses the rules.
  static absl::StatusOr<Simulation> Start(const Model& model, uint64_t seed, uint64_t replication);
  ~Simulation();
  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;

  // To the end: the contacts of the last interval are followed until they have ended.
  void Run();

  // Of each interval of a day; of each batch when the model has several.
  const std::vector<Tally>& tallies() const;
  Tally Total() const;
  RunSize size() const;

 private:
  class Impl;
  explicit Simulation(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wissel::simulation
