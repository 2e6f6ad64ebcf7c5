// The radar and the history as the contract's messages. Pure.
#pragma once

#include <map>

#include "metrics/core/radar/proposals.h"
#include "metrics/core/radar/radar.h"
#include "metrics/history/history_tables.h"
#include "wissel/v1/live.pb.h"

namespace wissel::metrics {

// Proposals are made for queues whose requirement is known.
v1::Radar RadarOf(const Radar& radar, const Board& board,
                  const std::map<QueueId, Requirement>& requirements);
// Of the last two hours up to `judged_to`, in steps of five minutes of the clock.
void WriteSeries(const SeriesWatch& watch, Instant judged_to, v1::RadarSeries* out);
void WriteInterval(const HistoryRow& row, v1::Interval* out);

}  // namespace wissel::metrics
