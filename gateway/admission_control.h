// Who is let in when more is asked than can be answered in time. Pure: time and delays are data.
//
// Two measures. The delay that commands have in the sequencer's inbox tells whether more is asked
// than is done: as in CoDel (RFC 8289, section 3), it is the least delay within a window that
// counts, for a burst has some command that waited little, and a standing queue has none. And of
// the calls under way at the doors no more are let in than a limit, which falls in proportion while
// the delay is too long and grows by a tenth while all of it is in use and the delay is short
// (additive and multiplicative changes as in TCP; the limit on concurrency instead of on a rate as
// in Envoy's adaptive concurrency filter). Calls that somebody waits for may use the whole limit,
// views half of it, and none at all from the first refusal until a second of calm has passed; held
// work is let in always.
//
// What cannot be answered in time is refused at once: a call whose deadline comes before the delay
// of now is over.
//
// A refusal costs a fraction of an answer, and ten times the load is ten times that fraction. So
// refusals have a pace: beyond so many a second, each is told as much later. The call stays with
// its caller's connection meanwhile, costs nothing, and keeps the caller from asking again at once.
//
// Belongs to one thread at a time (admission.h is the door's way in).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "gateway/criticality.h"

namespace wissel::gateway {

struct AdmissionLimits {
  using Time = std::chrono::steady_clock::duration;
  // A window of CoDel, and the standing delay that is too long.
  Time window = std::chrono::milliseconds(100);
  Time target = std::chrono::milliseconds(20);
  // So long without a refusal or too long a delay, and views are let in again.
  Time calm = std::chrono::seconds(1);
  // Of the limit on calls under way.
  int least = 16;
  int most = 2'000;
  int at_first = 256;
  // The pace of refusals, and the longest that one is kept back.
  int refusals_per_second = 500;
  Time longest_hold = std::chrono::seconds(2);
};

class AdmissionControl {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit AdmissionControl(const AdmissionLimits& limits = {})
      : limits_(limits), limit_(limits.at_first) {}

  struct Refusal {
    Time tell_at;  // not before
    std::chrono::milliseconds retry_after{1000};
    bool too_late = false;  // its deadline cannot be met
  };
  // None: let in, until Ended.
  std::optional<Refusal> Admit(Criticality criticality, std::optional<Time> deadline, Time now);
  void Ended(Criticality criticality);
  // A command was taken out of the inbox after so long.
  void Waited(std::chrono::steady_clock::duration delay, Time now);

  // Whether views are refused.
  bool overloaded(Time now) const { return now < calm_at_; }
  int limit() const { return limit_; }
  int under_way() const { return under_way_; }

 private:
  void CloseWindow(Time now);
  Refusal Refuse(Time now, bool too_late);
  Refusal Paced(Time now);

  const AdmissionLimits limits_;
  int limit_;
  int under_way_ = 0;  // without held work
  // Of the window.
  Time window_end_{};
  std::optional<std::chrono::steady_clock::duration> least_delay_;
  int most_under_way_ = 0;
  std::chrono::steady_clock::duration standing_{};  // of the window before
  Time calm_at_{};
  Time next_refusal_{};
};

}  // namespace wissel::gateway
