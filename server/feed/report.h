// What a feed prints: a line of progress while it runs, and the report at its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/feed/book.h"

namespace wissel::feed {

// "2021-03-01 10:42 [######......] 43 %  offered 512 ..."; `done` from 0 to 1.
std::string ProgressLine(const std::string& when, double done, const Tally& total, int busy_agents,
                         int agents);

// A row for each queue that was fed and one for all.
std::string ReportTable(const Book& book);

// The value below which `share` of the values lie (nearest rank); 0 for none.
double Percentile(std::vector<float> values, double share);

// answered in time / (answered + abandoned - short abandons); nothing before the first contact.
std::optional<double> ServiceLevel(const Tally& tally);

}  // namespace wissel::feed
