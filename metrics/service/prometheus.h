// The figures for Prometheus, under conventional names and units, and their text for a scrape.
//
// Cardinality is bounded: after `kQueuesNamed` queues the label `queue` says "other". Counters
// begin at zero with the process, as Prometheus expects.
//
// Text and the Observe functions are thread-safe; Count and Show belong to the thread that folds
// the board (hub.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "metrics/core/board.h"
#include "metrics/core/radar/radar.h"

namespace wissel::metrics {

class Prometheus {
 public:
  static constexpr size_t kQueuesNamed = 500;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  explicit Prometheus(const std::string& version);
  ~Prometheus();

  // An event, with the board as it was before it.
  void Count(const Event& event, const Board& before);
  // Brings the gauges up to the board; costs what changed since the last call.
  void Show(const Board& board);
  // Standing alarms by queue and direction; those of its topics count for the queue.
  void ShowAlarms(const Radar& radar, const Directory& directory);

  // What the sequencer measures of itself.
  void ObserveDecision(double seconds);
  void ObserveCommit(double seconds);
  void ObservePublish(double seconds);
  void ObserveBatchEvents(size_t events);
  void ObserveBatchBytes(size_t bytes);
  void SetInboxDepth(size_t commands);
  // The same, when a scrape asks.
  void ShowJournal(bool writable, uint64_t last_sequence);

  // How a unary call of any door ended.
  void CountAnswer(absl::StatusCode code);

  std::string Text() const;

 private:
  class Figures;
  std::unique_ptr<Figures> figures_;
};

}  // namespace wissel::metrics
