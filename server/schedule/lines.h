// What a search prints: progress and the schedule, as JSON lines or as text.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "forecasting/scheduling/files/schedule_file.pb.h"
#include "server/schedule/search_run.h"

namespace wissel::schedule {

// (best - bound) / best, and 0 when nothing can be better.
std::optional<double> GapOf(const Standing& standing);

std::string JsonLine(const google::protobuf::Message& message);

// To standard output as a JSON line, or to standard error where it is a terminal.
void TellProgress(const Standing& standing, bool json);

// Objective, bound, gap, status.
void SetStanding(const Standing& standing, scheduling::SearchEnd end, Schedule& schedule);

// "cost 607, bound 607, gap 0 %, proven in 1.2 s".
std::string StandingText(const Schedule& schedule);

// JSON, or CSV when the name ends so.
absl::Status WriteSchedule(const Schedule& schedule, const std::string& path);

}  // namespace wissel::schedule
