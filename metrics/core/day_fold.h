// A board that keeps days: every event is counted in the day in which it happened. For the live
// view and, the same, for the replay after a restart.
//
// The caller knows the calendar: `day_of` gives the day that an instant belongs to, in the time
// zone of the center as it is configured then. A change of the zone begins the day anew. Not
// thread-safe.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "metrics/core/board.h"

namespace wissel::metrics {

// [start, end).
struct Day {
  Instant start;
  Instant end;
};
using DayOf = std::function<Day(Instant t, const std::string& time_zone)>;

class DayFold {
 public:
  DayFold(Board board, DayOf day_of);

  void Fold(uint64_t sequence, const Event& event);
  // Begins a new day although nothing has happened in it, and counts who has become overdue.
  void Advance(Instant now);

  const Board& board() const { return board_; }
  void SetStaffing(QueueId queue, const Staffing& staffing) { board_.SetStaffing(queue, staffing); }
  void SetWait(QueueId queue, const std::optional<WaitEstimate>& wait) {
    board_.SetWait(queue, wait);
  }

 private:
  void BeginDay(Instant t);

  Board board_;
  DayOf day_of_;
  std::string time_zone_;
  Instant day_end_;
};

}  // namespace wissel::metrics
