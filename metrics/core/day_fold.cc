#include "metrics/core/day_fold.h"

namespace wissel::metrics {
namespace {

// An event that happened just before midnight may become durable just after it.
constexpr Duration kLateEvents = Duration::Seconds(2);

}  // namespace

DayFold::DayFold(Board board, DayOf day_of) : board_(std::move(board)), day_of_(std::move(day_of)) {
  if (board_.sequence() == 0) return;
  // A board that stands in the middle of its day keeps what it has counted.
  time_zone_ = board_.directory().center.time_zone;
  const Day day = day_of_(board_.day_start(), time_zone_);
  day_end_ = day.end;
  if (day.start != board_.day_start()) board_.StartDay(day.start);
}

void DayFold::Fold(uint64_t sequence, const Event& event) {
  if (event.at >= day_end_) BeginDay(event.at);
  board_.Fold(sequence, event);
  if (board_.directory().center.time_zone != time_zone_) BeginDay(event.at);
}

void DayFold::Advance(Instant now) {
  if (now >= day_end_ + kLateEvents) BeginDay(now);
  board_.Advance(now);
}

void DayFold::BeginDay(Instant t) {
  time_zone_ = board_.directory().center.time_zone;
  const Day day = day_of_(t, time_zone_);
  day_end_ = day.end;
  board_.StartDay(day.start);
}

}  // namespace wissel::metrics
