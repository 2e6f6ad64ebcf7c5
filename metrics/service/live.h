// The front door of the live view: LiveService over a shard, and the figures for Prometheus.
//
// Order: construct before the shard is started (it adds an observer), `Register` before a door
// opens, `Start` once the shard runs. On the way down: close the doors, `Stop`, stop the shard,
// destroy. Handlers are thread-safe and never block. One thread of its own owns the board; the
// sequencer only hands it copies of what became durable and never waits for it.
#pragma once

#include <memory>
#include <optional>

#include "base/rpc/method_table.h"
#include "base/time.h"
#include "metrics/core/board.h"
#include "metrics/core/interval_fold.h"
#include "metrics/core/radar/radar.h"
#include "metrics/history/history_store.h"
#include "metrics/service/calendar.h"
#include "metrics/service/prometheus.h"
#include "metrics/service/rows_to_proto.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel::metrics {

struct LiveOptions {
  AgentDisplayName agent_display_name = [](std::string_view) { return std::string(); };
  DayOf day_of = LocalDay;
  // Least time between two updates of a watcher.
  Duration tick = Duration::Millis(100);
  Duration sign_of_life = Duration::Seconds(5);
  // How old staffing figures may be.
  Duration staffing_every = Duration::Seconds(1);
  // Says how long somebody would wait, and must outlive the service; none: nothing is said.
  const Waits* waits = nullptr;
  // Must outlive the service; none: figures are not kept.
  Prometheus* prometheus = nullptr;
  RadarOptions radar;
  QuarterOfWeek quarter_of = LocalQuarterOfWeek;
  // Keeps what has been counted and says what is usual; must outlive the service. None: the radar
  // knows today only, and ListIntervals is UNAVAILABLE.
  HistoryStore* history = nullptr;
};

// What the live view has folded so far, all as of the same event.
struct LiveState {
  Board board;
  IntervalFold intervals;
  Radar radar;
};

class Live {
 public:
  Live(Shard& shard, LiveOptions options);
  ~Live();

  void Register(rpc::MethodTable& table);

  // `state` as of an event that the shard has published or will publish: the day's counters go on
  // from it (DayFold over the journal since the day's start makes one). None: one is made from the
  // engine, and the counters begin now with what waits.
  void Start(std::optional<LiveState> state = std::nullopt);
  // Ends every stream; calls from then on are UNAVAILABLE.
  void Stop();

  // Returns when all that came in before the call has been worked off; for tests, which have their
  // own time.
  void Settle();

 private:
  class Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::metrics
