#include "server/schedule/lines.h"

#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>

#include "absl/strings/match.h"
#include "base/invariant.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

namespace wissel::schedule {
namespace {

std::atomic<bool> stop_asked = false;

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string Csv(const Schedule& schedule) {
  if (schedule.people().empty()) {
    std::string csv = "id,people\n";
    for (const PatternCount& pattern : schedule.patterns()) {
      csv += fmt::format("{},{}\n", CsvField(pattern.id()), pattern.people());
    }
    return csv;
  }
  std::string csv = "person,day,date,shift,start,end,breaks\n";
  for (const PersonSchedule& person : schedule.people()) {
    for (const Work& work : person.work()) {
      csv += fmt::format("{},{},{},{},{},{},{}\n", CsvField(person.name()), work.day(), work.date(),
                         CsvField(work.shift()), work.start(), work.end(),
                         fmt::join(work.breaks(), " "));
    }
  }
  return csv;
}

}  // namespace

void CatchStopSignals() {
  std::signal(SIGTERM, [](int) { stop_asked = true; });
  std::signal(SIGINT, [](int) { stop_asked = true; });
}

bool StopAsked() { return stop_asked; }

std::optional<double> GapOf(const Standing& standing) {
  if (!standing.best || !standing.bound || !std::isfinite(*standing.bound)) return std::nullopt;
  const double room = *standing.best - *standing.bound;
  if (room <= 0) return 0;
  return *standing.best > 0 ? std::optional<double>(room / *standing.best) : std::nullopt;
}

std::string JsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string line;
  INVARIANT(google::protobuf::util::MessageToJsonString(message, &line, options).ok());
  return line + "\n";
}

void TellProgress(const Standing& standing, bool json) {
  const std::optional<double> gap = GapOf(standing);
  if (json) {
    Progress progress;
    if (standing.best) progress.set_best(*standing.best);
    if (standing.bound && std::isfinite(*standing.bound)) progress.set_bound(*standing.bound);
    if (gap) progress.set_gap(*gap);
    progress.set_seconds(standing.seconds);
    fmt::print("{}", JsonLine(progress));
    std::fflush(stdout);
  } else if (isatty(STDERR_FILENO) == 1) {
    fmt::print(stderr, "\r\033[K{:.0f} s: best {}, bound {}{}", standing.seconds,
               standing.best ? fmt::format("{:g}", *standing.best) : "none",
               standing.bound ? fmt::format("{:.6g}", *standing.bound) : "none",
               gap ? fmt::format(", gap {:.2f} %", *gap * 100) : "");
    std::fflush(stderr);
  }
}

void SetStanding(const Standing& standing, scheduling::SearchEnd end, Schedule& schedule) {
  if (standing.best) schedule.set_objective(*standing.best);
  if (standing.bound && std::isfinite(*standing.bound)) schedule.set_bound(*standing.bound);
  if (const auto gap = GapOf(standing)) schedule.set_gap(*gap);
  schedule.set_seconds(standing.seconds);
  switch (end) {
    case scheduling::SearchEnd::kProven:
      schedule.set_status("proven");
      break;
    case scheduling::SearchEnd::kStopped:
      schedule.set_status("stopped");
      break;
    case scheduling::SearchEnd::kInfeasible:
      schedule.set_status("infeasible");
      break;
    case scheduling::SearchEnd::kNothing:
      schedule.set_status("nothing found");
      break;
  }
}

std::string StandingText(const Schedule& schedule) {
  std::string text =
      schedule.has_objective() ? fmt::format("cost {:.10g}", schedule.objective()) : "no schedule";
  if (schedule.has_bound()) text += fmt::format(", bound {:.10g}", schedule.bound());
  if (schedule.has_gap()) text += fmt::format(", gap {:.3g} %", schedule.gap() * 100);
  return text + fmt::format(", {}, {:.1f} s", schedule.status(), schedule.seconds());
}

absl::Status WriteSchedule(const Schedule& schedule, const std::string& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << (absl::EndsWith(path, ".csv") ? Csv(schedule) : JsonLine(schedule));
  file.close();
  if (file) return absl::OkStatus();
  return absl::UnknownError(fmt::format("{} cannot be written", path));
}

}  // namespace wissel::schedule
