#include "forecasting/replications/replications.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "base/status.h"
#include "forecasting/core/simulation/estimate.h"

namespace wissel::simulation {
namespace {

// Fewer say little of their own spread.
constexpr int kLeastForPrecision = 5;
// Replications between two looks at how precise they are: the same on any number of threads.
constexpr int kLeastRound = 8;

struct One {
  std::vector<Tally> tallies;
  RunSize size;
  double seconds = 0;
};

One RunOne(const Model& model, const RunPlan& plan, int replication) {
  const auto start = std::chrono::steady_clock::now();
  auto simulation = Simulation::Start(model, plan.seed, static_cast<uint64_t>(replication));
  simulation->Run();  // the caller has seen that it starts
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const std::vector<Tally>& tallies = simulation->tallies();
  return {plan.kept ? plan.kept(tallies) : tallies, simulation->size(), time.count()};
}

bool IsPrecise(const Model& model, const RunResult& result, double precision) {
  const std::vector<Tally> observations = result.Observations(model);
  for (size_t q = 0; q < model.queues.size(); ++q) {
    const auto level = EstimateQueues(observations, {q}, model.queues[q].variant).service_level;
    if (!level.half_width || *level.half_width > precision) return false;
  }
  return true;
}

// Replications [from, to).
void RunRound(const Model& model, const RunPlan& plan, int from, int to, RunResult& result) {
  std::vector<One> done(static_cast<size_t>(to - from));
  std::atomic<int> next = from;
  const auto work = [&] {
    for (int i = next++; i < to; i = next++) {
      done[static_cast<size_t>(i - from)] = RunOne(model, plan, i);
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < std::min(plan.threads, to - from); ++t) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  for (One& one : done) {
    result.replications.push_back(std::move(one.tallies));
    result.size.contacts += one.size.contacts;
    result.size.events += one.size.events;
    result.seconds += one.seconds;
  }
}

}  // namespace

std::vector<Tally> RunResult::Observations(const Model& model) const {
  std::vector<Tally> observations;
  for (const std::vector<Tally>& replication : replications) {
    if (model.batches > 1) {
      observations.insert(observations.end(), replication.begin(), replication.end());
    } else {
      Tally total;
      for (const Tally& interval : replication) total += interval;
      observations.push_back(std::move(total));
    }
  }
  return observations;
}

absl::StatusOr<RunResult> RunReplications(const Model& model, const RunPlan& plan) {
  WISSEL_RETURN_IF_ERROR(Simulation::Start(model, plan.seed, 0).status());
  RunResult result;
  const int least =
      std::max(plan.replications, plan.precision && model.batches == 1 ? kLeastForPrecision : 1);
  int done = 0;
  while (done < least ||
         (plan.precision && done < plan.most && !IsPrecise(model, result, *plan.precision))) {
    if (!plan.wanted()) return absl::CancelledError("ended before it was done");
    const int round = done < least ? std::min(least - done, 4 * plan.threads)
                                   : std::min(plan.most - done, std::max(kLeastRound, done / 4));
    RunRound(model, plan, done, done + round, result);
    done += round;
    plan.progress(done);
  }
  return result;
}

std::vector<std::vector<Tally>> RunRange(const Model& model, const RunPlan& plan, int from,
                                         int to) {
  RunResult result;
  RunRound(model, plan, from, to, result);
  return std::move(result.replications);
}

}  // namespace wissel::simulation
