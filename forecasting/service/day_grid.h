// The intervals of one local day, from midnight to midnight, in real time: a day on which clocks
// change has more of them, or fewer. A plain value.
#pragma once

#include <cstddef>
#include <optional>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/time.h"

namespace wissel::forecasting {

struct DayGrid {
  absl::CivilDay day;
  Instant start;
  Duration interval;
  size_t intervals = 0;

  DayGrid(absl::CivilDay of, Duration step, absl::TimeZone zone) : day(of), interval(step) {
    const auto midnight = [&](absl::CivilDay d) {
      return Instant::FromMillis(absl::ToUnixMillis(absl::FromCivil(absl::CivilSecond(d), zone)));
    };
    start = midnight(day);
    const int64_t length = (midnight(day + 1) - start).millis();
    intervals = static_cast<size_t>((length + step.millis() - 1) / step.millis());
  }

  Instant StartOf(size_t i) const { return start + interval * static_cast<int64_t>(i); }
  std::optional<size_t> At(Instant t) const {
    if (t < start) return std::nullopt;
    const auto i = static_cast<size_t>((t - start).millis() / interval.millis());
    return i < intervals ? std::optional<size_t>(i) : std::nullopt;
  }
};

}  // namespace wissel::forecasting
