#include "server/history/open.h"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "base/status.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"

namespace wissel::history {

absl::StatusOr<metrics::HistoryTables> OpenIn(const std::string& data) {
  if (!std::filesystem::is_directory(data)) {
    return absl::NotFoundError(fmt::format("{} is no folder", data));
  }
  return metrics::HistoryTables::Open((std::filesystem::path(data) / "history.sqlite").string());
}

absl::StatusOr<std::string> ZoneOr(const std::string& zone, metrics::HistoryTables& tables) {
  if (!zone.empty()) return zone;
  WISSEL_ASSIGN_OR_RETURN(std::string of_center, tables.TimeZone());
  if (!of_center.empty()) return of_center;
  return Refuse(absl::StatusCode::kFailedPrecondition, "zone",
                "the time zone of the center is not known here: no server has run on this folder",
                "--zone Europe/Brussels");
}

Instant Now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant::FromMillis(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

std::string Quoted(std::string_view text) {
  std::string json;
  gateway::AppendJsonString(text, &json);
  return json;
}

std::string Message(const absl::Status& status) {
  const absl::string_view said = status.message();
  const std::string right = WhatWouldBeRight(status);
  return fmt::format("{}{}{}", std::string_view(said.data(), said.size()),
                     right.empty() ? "" : ": ", right);
}

int Fail(const absl::Status& status) {
  fmt::print(stderr, "wissel: {}\n", Message(status));
  return 1;
}

}  // namespace wissel::history
