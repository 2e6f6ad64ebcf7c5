// Who comes when: the contacts that arrival files stand for, with what each customer and their
// agent will do, drawn once from a seed. The same seed gives the same day whatever the server does.
//
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/feed/arrivals.h"

namespace wissel::feed {

// Means and spreads, in the file's seconds.
struct Behaviour {
  double patience_mean_s = 180;  // exponential; 0: nobody hangs up
  double handle_mean_s = 180;    // log-normal
  double handle_log_sd = 0.7;
  double wrap_mean_s = 20;  // log-normal, log sd 0.5
};

struct PlannedContact {
  double at = 0;  // file time; in loops it goes on rising
  size_t source = 0;
  double patience_s = 0;
  double ring_s = 0;  // from the offer to the accept: uniform from 1 to 5
  double handle_s = 0;
  double wrap_s = 0;
};

struct PlanOptions {
  uint64_t seed = 1;
  Behaviour behaviour;
  std::optional<int64_t> start_of_day_s;  // begin at this time of the first day
  bool loop = false;                      // begin again after the end
};

class Plan {
 public:
  // `sources` is not empty; all begin together.
  Plan(std::vector<ArrivalFile> sources, PlanOptions options);

  // Null at the end; never in a loop, unless no one comes at all.
  const PlannedContact* Next() const;
  void Pop() { ++next_; }

  double begin() const { return begin_; }
  // Of the first time through.
  double end() const { return static_cast<double>(file_end_); }
  // The file's time that goes with a time of the plan: the same, until it loops.
  FileTime OnCalendar(double time) const;

 private:
  void DrawCycle() const;

  std::vector<ArrivalFile> sources_;
  PlanOptions options_;
  FileTime file_begin_ = 0;
  FileTime file_end_ = 0;
  double begin_ = 0;
  double total_ = 0;  // contacts in one cycle
  // Contacts of the cycle at hand, drawn when the one before has run out.
  mutable std::vector<PlannedContact> contacts_;
  mutable size_t next_ = 0;
  mutable uint64_t cycles_ = 0;
};

}  // namespace wissel::feed
