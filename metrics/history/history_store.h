// The history of a center beside its journal: what happened in each quarter of an hour, kept in
// history.sqlite by a thread of its own. Nobody waits for it: neither the sequencer nor the live
// view. What was not yet written when a process ends is counted again from the journal.
//
// Thread-safe. Answers come on the store's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "metrics/history/history_tables.h"

namespace wissel::metrics {

class HistoryStore {
 public:
  // `path` of SQLite; ":memory:" forgets all at the end.
  static absl::StatusOr<std::unique_ptr<HistoryStore>> Open(const sql::Place& place);
  // Writes what has been taken.
  ~HistoryStore();

  // As it was when the store was opened.
  uint64_t sequence() const { return sequence_; }
  // Begin after `sequence`, because what came before cannot be counted any more: its quarters stay
  // unknown. Before the first Write.
  absl::Status BeginAfter(uint64_t sequence);

  // A batch that cannot be written (the disk is full) is kept and written with the next one.
  void Write(IntervalBatch batch);
  void Read(std::string queue, Instant from, Instant to,
            std::function<void(absl::StatusOr<std::vector<HistoryRow>>)> done);
  void ReadProfiles(Instant now, QuarterOfWeek quarter_of, std::string time_zone,
                    std::function<void(absl::StatusOr<Profiles>)> done);

 private:
  class Worker;
  HistoryStore(std::unique_ptr<Worker> worker, uint64_t sequence);

  const std::unique_ptr<Worker> worker_;
  uint64_t sequence_;
};

}  // namespace wissel::metrics
