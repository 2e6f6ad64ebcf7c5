#include "forecasting/service/shift_piece.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/service/schedule_book.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using v1::Shift;

constexpr Duration kShortestNew = Duration::Hours(3);
constexpr Duration kLongestNew = Duration::Hours(6);

absl::Status Cannot(const std::string& agent, std::string_view why) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "", fmt::format("{} {}", agent, why));
}

Duration LengthOf(const std::optional<Shift>& shift) {
  return shift ? EndOf(*shift) - StartOf(*shift) : Duration();
}

double PaidHours(const std::optional<Shift>& shift) {
  if (!shift) return 0;
  Duration paid = EndOf(*shift) - StartOf(*shift);
  for (const auto& pause : shift->breaks()) {
    if (!pause.paid()) paid = paid - (InstantOf(pause.end_time()) - InstantOf(pause.start_time()));
  }
  return static_cast<double>(paid.millis()) / 3'600'000;
}

// The same shift within other limits: of no kind any more.
Shift Moved(Shift shift, Instant start, Instant end) {
  WriteTimestamp(start, shift.mutable_start_time());
  WriteTimestamp(end, shift.mutable_end_time());
  shift.clear_shift_kind();
  Shift kept = shift;
  kept.clear_breaks();
  for (const auto& pause : shift.breaks()) {
    const bool inside = InstantOf(pause.start_time()) > start && InstantOf(pause.end_time()) < end;
    if (inside) *kept.add_breaks() = pause;
  }
  return kept;
}

absl::CivilDay DayOf(Instant t, absl::TimeZone zone) {
  return absl::ToCivilDay(absl::FromUnixMillis(t.millis()), zone);
}

absl::StatusOr<ShiftPiece> NewShift(const std::string& agent, const OfferedTime& time,
                                    const std::vector<Shift>& shifts, absl::TimeZone zone) {
  for (const Shift& shift : shifts) {
    if (DayOf(StartOf(shift), zone) == DayOf(time.start, zone)) {
      return Cannot(agent, "has a shift on that day which it does not touch");
    }
  }
  if (time.end - time.start < kShortestNew) {
    return Cannot(agent, "is free on that day, and it is shorter than three hours");
  }
  if (time.end - time.start > kLongestNew) {
    return Cannot(agent, "is free on that day, and it is longer than six hours without a break");
  }
  Shift shift;
  shift.set_agent(agent);
  return ShiftPiece{std::nullopt, Moved(std::move(shift), time.start, time.end)};
}

absl::StatusOr<ShiftPiece> Longer(const std::string& agent, const OfferedTime& time,
                                  const std::vector<Shift>& shifts, absl::TimeZone zone) {
  std::vector<Shift> touched;
  for (const Shift& shift : shifts) {
    if (StartOf(shift) <= time.end && EndOf(shift) >= time.start) touched.push_back(shift);
  }
  if (touched.empty()) return NewShift(agent, time, shifts, zone);
  if (touched.size() > 1) return Cannot(agent, "has more than one shift about that time");
  const Shift& shift = touched.front();
  const Instant start = std::min(StartOf(shift), time.start);
  const Instant end = std::max(EndOf(shift), time.end);
  if (start == StartOf(shift) && end == EndOf(shift)) return Cannot(agent, "works then already");
  if (DayOf(start, zone) != DayOf(StartOf(shift), zone)) {
    return Cannot(agent, "would begin on the day before");
  }
  return ShiftPiece{shift, Moved(shift, start, end)};
}

absl::StatusOr<ShiftPiece> Shorter(const std::string& agent, const OfferedTime& time,
                                   const std::vector<Shift>& shifts) {
  std::vector<Shift> touched;
  for (const Shift& shift : shifts) {
    if (StartOf(shift) < time.end && EndOf(shift) > time.start) touched.push_back(shift);
  }
  if (touched.empty()) return Cannot(agent, "does not work then");
  if (touched.size() > 1) return Cannot(agent, "has more than one shift about that time");
  const Shift& shift = touched.front();
  const bool from_start = time.start <= StartOf(shift);
  const bool to_end = time.end >= EndOf(shift);
  if (from_start && to_end) return ShiftPiece{shift, std::nullopt};
  if (from_start) return ShiftPiece{shift, Moved(shift, time.end, EndOf(shift))};
  if (to_end) return ShiftPiece{shift, Moved(shift, StartOf(shift), time.start)};
  return Cannot(agent, "would have to come twice");
}

}  // namespace

absl::StatusOr<ShiftPiece> PieceOf(const std::string& agent, const OfferedTime& time,
                                   const std::vector<Shift>& shifts, absl::TimeZone zone) {
  absl::StatusOr<ShiftPiece> piece = time.kind == v1::ShiftOffer::TIME_OFF
                                         ? Shorter(agent, time, shifts)
                                         : Longer(agent, time, shifts, zone);
  if (!piece.ok()) return piece;
  piece->hours = std::abs(PaidHours(piece->becomes) - PaidHours(piece->shift));
  const Duration was = LengthOf(piece->shift), becomes = LengthOf(piece->becomes);
  piece->changed = std::max(was, becomes) - std::min(was, becomes);
  return piece;
}

std::vector<Shift> ShiftsWith(const std::vector<Shift>& shifts, const ShiftPiece& piece) {
  std::vector<Shift> with;
  for (const Shift& shift : shifts) {
    if (!piece.shift || shift.name() != piece.shift->name()) with.push_back(shift);
  }
  if (piece.becomes) with.push_back(*piece.becomes);
  std::stable_sort(with.begin(), with.end(),
                   [](const Shift& a, const Shift& b) { return StartOf(a) < StartOf(b); });
  return with;
}

}  // namespace wissel::forecasting
