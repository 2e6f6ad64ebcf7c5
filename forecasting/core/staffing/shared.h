// Several queues that the same people serve: how many it takes to keep the promise of each, and
// what people give who are there, whether as many as that or not.
//
// What is answered at once, by whoever is free, is one station: its load is pooled, and because all
// wait in the order in which they came, each queue's target must hold for the wait of all (the same
// modified offered load and Erlang formulas as plan.h, which this is for a single queue). Chats of
// which somebody has several at once, and work that may wait, take people of their own beside it;
// those who are there are shared out in proportion to what each needs.
//
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/staffing/plan.h"

namespace wissel::staffing {

enum class Manner : uint8_t { kAtOnce = 1, kSeveralAtOnce = 2, kMayWait = 3 };

struct SharedQueue {
  Manner manner = Manner::kAtOnce;
  // `calls`, `aht_s` and `cv` are read. All queues have the same intervals.
  std::vector<ForecastInterval> day;
  double service_level = 0.8;  // within (0, 1)
  double within_s = 20;        // of kMayWait: the deadline
  double patience_s = 180;
  int at_once = 1;  // of kSeveralAtOnce
};

struct SharedOptions {
  Model model = Model::kErlangA;
  LoadMethod method = LoadMethod::kMolMean;
  double interval_s = 1800;
};

struct SharedInterval {
  // Fractional, at work, of each manner; `required` is their sum, rounded up once.
  double at_once_need = 0;
  double several_need = 0;
  double wait_need = 0;
  int required = 0;
  double load = 0;  // erlangs, of what is answered at once
};

class SharedStaff {
 public:
  // INVALID_ARGUMENT with the field, unless there are queues of one length.
  static absl::StatusOr<SharedStaff> Of(std::vector<SharedQueue> queues,
                                        const SharedOptions& options);

  const std::vector<SharedInterval>& intervals() const { return intervals_; }
  // Of all its queues.
  double ContactsIn(size_t interval) const;

  struct Given {
    double service_level = 0;  // mean over contacts
    double target = 0;         // likewise
  };
  // What so many people, a fraction among them, are expected to give in the interval, its rate's
  // distribution averaged over. None: nothing comes that cannot wait.
  absl::StatusOr<std::optional<Given>> With(size_t interval, double people) const;

 private:
  SharedStaff(std::vector<SharedQueue> queues, const SharedOptions& options)
      : queues_(std::move(queues)), options_(options) {}
  absl::Status PlanAtOnce();
  absl::Status PlanSeveral();
  absl::Status PlanWaiting();
  absl::StatusOr<double> LevelAtOnce(const SharedQueue& queue, size_t at, double people) const;
  absl::StatusOr<double> LevelOfChat(const SharedQueue& queue, size_t at, double people) const;

  std::vector<SharedQueue> queues_;
  SharedOptions options_;
  std::vector<ForecastInterval> pooled_;  // of what is answered at once
  double patience_s_ = 0;                 // of it, mean over contacts
  std::vector<SharedInterval> intervals_;
};

}  // namespace wissel::staffing
