// Which method forecasts a queue: the one that has been right most often lately, and not another
// every week.
//
// "auto" forecasts the last weeks of the history by every method, a week at a time from what was
// known before it. A challenger takes over from the calendar method only when its error is smaller
// by a margin. Pure, safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forecasting/core/volumes/forecast.h"

namespace wissel::volumes {

struct Standing {
  std::string method;
  double wape = 0;  // %, of the last weeks
};

// The best, unless the incumbent's error is within `margin` (0.05: five of a hundred) of it. Of at
// least one standing.
std::string ChampionOf(const std::vector<Standing>& standings, const std::string& incumbent,
                       double margin);

// Errors of the methods over the last `weeks` weeks, one origin a week, smallest first. Empty where
// the history is too short to measure any.
std::vector<Standing> RecentStandings(const Series& history,
                                      const std::vector<std::unique_ptr<Method>>& methods,
                                      int weeks);

// Those that are chosen among, the incumbent first.
std::vector<std::unique_ptr<Method>> MakeCandidates();

// The one of them that forecasts what comes after the history.
const Method& ChampionAmong(const std::vector<std::unique_ptr<Method>>& candidates,
                            const Series& history);

std::unique_ptr<Method> MakeChampionMethod();  // "auto"

}  // namespace wissel::volumes
