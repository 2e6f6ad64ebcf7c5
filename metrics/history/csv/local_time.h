// Wall-clock times of a zone as moments, with the hours that a clock change takes away and those
// that it repeats. Days are counted from 1970-01-01, minutes from midnight on the wall's clock.
//
// Pure but for the system's tz database. Remembers the day that it was asked for last: not
// thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace wissel::metrics {

// Days from 1970-01-01; none where there is no such day. Years 1970 to 2199.
std::optional<int32_t> DayNumber(int year, int month, int day);
// "2026-03-29".
std::string DayText(int32_t day);
// 0 = Monday.
inline int WeekdayOf(int32_t day) { return static_cast<int>(((day + 3) % 7 + 7) % 7); }

class LocalTime {
 public:
  // INVALID_ARGUMENT for a zone that this machine does not know.
  static absl::StatusOr<LocalTime> In(const std::string& zone);
  const std::string& zone() const { return name_; }

  struct Moments {
    enum class Kind : uint8_t { kOnce, kTwice, kNever };
    Kind kind = Kind::kOnce;
    int64_t first_s = 0;   // since 1970 UTC; kNever: that of the clock change
    int64_t second_s = 0;  // kTwice: by the clock after the change
  };
  Moments At(int32_t day, int minute);

  struct Wall {
    int32_t day = 0;
    int minute = 0;
    int offset_minutes = 0;  // from UTC
  };
  Wall WallAt(int64_t utc_s) const;

 private:
  LocalTime(absl::TimeZone zone, std::string name) : zone_(zone), name_(std::move(name)) {}
  Moments Ask(int32_t day, int minute) const;

  absl::TimeZone zone_;
  std::string name_;
  int32_t day_ = INT32_MIN;
  bool plain_ = false;  // no clock change in it
  int64_t midnight_s_ = 0;
};

// "2026-03-29T09:00:00+02:00".
std::string StampText(const LocalTime& time, int64_t utc_s);

}  // namespace wissel::metrics
