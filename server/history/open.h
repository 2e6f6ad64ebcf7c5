// What the commands have in common.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "metrics/history/history_tables.h"

namespace wissel::history {

// history.sqlite in a data folder. NOT_FOUND when there is no such folder.
absl::StatusOr<metrics::HistoryTables> OpenIn(const std::string& data);
// `zone`, or that of the center; FAILED_PRECONDITION when neither is known.
absl::StatusOr<std::string> ZoneOr(const std::string& zone, metrics::HistoryTables& tables);
Instant Now();

std::string Quoted(std::string_view text);  // as JSON
std::string Message(const absl::Status& status);
// Says so on standard error; the exit code.
int Fail(const absl::Status& status);

}  // namespace wissel::history
