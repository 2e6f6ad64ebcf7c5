// Reads a file of past arrivals: what `wissel history import` takes.
//
//   start,queue,arrivals[,topic]
//   2026-11-02T09:00:00+01:00,phone-nl,31
//   2026-11-02T09:00:00+01:00,phone-nl,4,permits
//
// The first line names the columns, in any order; `,`, `;` or tab between them. One line is a
// quarter of an hour of one queue, or of one topic in it. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "metrics/history/history_tables.h"

namespace wissel::metrics {

// Refuses the first line that is not good, by its number. `now`: quarters must be over.
absl::StatusOr<std::vector<ImportedCount>> ReadHistoryCsv(std::string_view text, Instant now);

}  // namespace wissel::metrics
