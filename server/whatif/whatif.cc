#include "server/whatif/whatif.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/rerun.h"
#include "server/whatif/reading.h"
#include "server/whatif/report.h"
#include "server/whatif/rules.h"

namespace wissel::whatif {
namespace {

using forecasting::EventDigest;
using forecasting::Recording;
using forecasting::Rerun;
using forecasting::Tally;
using forecasting::WhatIf;

constexpr int kSlices = 100;
constexpr double kMostVolume = 100;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// On standard error, where somebody looks at it; gone when it is done.
class ProgressBar {
 public:
  void Show(int percent) const {
    if (!shown_) return;
    constexpr int kWidth = 40;
    const int full = percent * kWidth / 100;
    fmt::print(stderr, "\rrunning again [{:=<{}}{: <{}}] {:3} %", "", full, "", kWidth - full,
               percent);
    std::fflush(stderr);
  }
  ~ProgressBar() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  const bool shown_ = isatty(STDERR_FILENO) == 1;
};

absl::StatusOr<std::optional<Instant>> ReadTime(const std::string& text, const char* field) {
  if (text.empty()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return RefuseField(field, fmt::format("--{}: \"{}\" is no time", field, text),
                       "write for example 2026-11-21T09:30:00Z");
  }
  return Instant::FromMillis(absl::ToUnixMillis(time));
}

// "+2" and "-2" say by how many, "110%" how many for every hundred.
absl::StatusOr<int> MoreAgents(const std::string& text, const Recording& recording) {
  if (text.empty()) return 0;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string_view unit = end;
  const bool by = (text.front() == '+' || text.front() == '-') && unit.empty() &&
                  number == std::floor(number) && std::abs(number) <= 10'000;
  if (by) return static_cast<int>(number);
  const bool share = unit == "%" && number >= 0 && number <= 10'000 && text.front() != '+';
  if (!share || end == text.c_str()) {
    return RefuseField("agents", fmt::format("--agents: \"{}\" is no change of a number", text),
                       "+2, -2 or 110%");
  }
  const auto there = static_cast<double>(AgentsOf(recording).size());
  return static_cast<int>(std::lround(there * (number - 100) / 100));
}

absl::StatusOr<WhatIf> ReadChanges(const WhatIfOptions& options, const Recording& recording) {
  WhatIf what_if;
  what_if.volume = options.volume;
  what_if.seed = options.seed;
  WISSEL_ASSIGN_OR_RETURN(what_if.more_agents, MoreAgents(options.agents, recording));
  if (!options.rules.empty()) {
    WISSEL_RETURN_IF_ERROR(ReadRules(options.rules, recording, what_if));
  }
  return what_if;
}

void RunThrough(Rerun& rerun, const Recording& recording) {
  const ProgressBar bar;
  const Duration period = recording.until - recording.from;
  for (int slice = 1; slice <= kSlices; ++slice) {
    rerun.RunUntil(recording.from + Duration::Millis(period.millis() * slice / kSlices));
    bar.Show(slice);
  }
}

absl::StatusOr<std::string> Compare(const WhatIfOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(const auto from, ReadTime(options.from, "from"));
  WISSEL_ASSIGN_OR_RETURN(const auto until, ReadTime(options.until, "until"));
  if (from && until && *until <= *from) {
    return RefuseField("until", "--until is not after --from", "a later moment");
  }
  if (!(options.volume >= 0 && options.volume <= kMostVolume)) {
    return RefuseField("volume", fmt::format("--volume: {:g} is out of range", options.volume),
                       fmt::format("from 0 to {:g}", kMostVolume));
  }
  const Stopwatch reading_time;
  WISSEL_ASSIGN_OR_RETURN(const Reading reading, ReadPeriod(options.data, from, until));
  const double reading_s = reading_time.seconds();
  const Recording& recording = reading.recording;
  WISSEL_ASSIGN_OR_RETURN(WhatIf what_if, ReadChanges(options, recording));
  WISSEL_ASSIGN_OR_RETURN(Rerun rerun, Rerun::Make(recording, std::move(what_if)));
  Tally tally(rerun.engine(), recording.from, kInterval);
  EventDigest digest;
  const bool control = rerun.changes_nothing();
  const Stopwatch running_time;
  WISSEL_RETURN_IF_ERROR(rerun.Begin([&](const Event& event) {
    tally.Fold(event);
    if (control) digest.Add(event);
  }));
  RunThrough(rerun, recording);
  const double running_s = running_time.seconds();
  tally.Finish(recording.until);
  Comparison comparison{options, recording, reading.figures, tally, rerun.counts(), {}, {}, 0, 0};
  comparison.contacts = CompareContacts(recording, rerun.first_waits());
  if (control) comparison.reproduced = digest.value() == recording.digest;
  comparison.reading_s = reading_s;
  comparison.running_s = running_s;
  return options.json ? Json(comparison) : Text(comparison);
}

}  // namespace

int RunWhatIf(const WhatIfOptions& options) {
  const auto compared = Compare(options);
  if (compared.ok()) {
    fmt::print("{}", *compared);
    return 0;
  }
  const std::string message(compared.status().message());
  const std::string right = WhatWouldBeRight(compared.status());
  // The problems of a file stand in lines of their own, each with its place.
  if (message.ends_with('\n')) {
    fmt::print(stderr, "{}", message);
  } else {
    fmt::print(stderr, "wissel whatif: {}{}\n", message, right.empty() ? "" : "; " + right);
  }
  return 1;
}

}  // namespace wissel::whatif
