// The tables of history.sqlite: quarters of an hour in UTC, by queue and by queue and topic. See
// README.md for every column.
//
// Not thread-safe: a connection belongs to one thread at a time. Several processes may have the
// file; writers wait for each other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "metrics/core/interval_fold.h"
#include "metrics/core/radar/radar.h"
#include "router/journal/sqlite.h"

namespace wissel::metrics {

// One quarter of one queue.
struct HistoryRow {
  std::string queue;
  Instant start;
  bool imported = false;  // only `arrivals` is known
  IntervalCounts counts;
};

// One line of an import.
struct ImportedCount {
  std::string queue;
  std::string topic;  // empty: all of the queue's
  Instant start;
  int64_t arrivals = 0;
};
struct ImportOutcome {
  int64_t written = 0;
  // Quarters that the center has counted itself: those are never overwritten.
  int64_t known_already = 0;
};

class HistoryTables {
 public:
  // Makes the file where there is none. FAILED_PRECONDITION for one of a later format.
  static absl::StatusOr<HistoryTables> Open(const std::string& path);

  // Position in the journal up to which the history is folded.
  absl::StatusOr<uint64_t> Sequence();
  absl::Status SetSequence(uint64_t sequence);

  // In one transaction with the new position, so that every event is counted once whatever
  // happens. ABORTED when the batch does not begin where the history stands: nothing is written.
  absl::Status Add(const IntervalBatch& batch);
  // All or nothing; the same file again changes nothing.
  absl::StatusOr<ImportOutcome> Import(const std::vector<ImportedCount>& counts);

  // Quarters in [from, to), by queue and start; `queue` empty: all.
  absl::StatusOr<std::vector<HistoryRow>> Read(const std::string& queue, Instant from, Instant to);
  // Of every queue, and of every topic that came at least so often in those weeks. A quarter that
  // nobody watched says nothing; a series says nothing before its first row.
  absl::StatusOr<Profiles> ReadProfiles(Instant now, const QuarterOfWeek& quarter_of,
                                        const std::string& time_zone);

 private:
  explicit HistoryTables(SqliteConnection connection) : connection_(std::move(connection)) {}
  struct Seen {
    Instant start;
    int64_t arrivals = 0;
  };
  absl::Status Prepare();
  absl::Status AddRows(const IntervalBatch& batch);
  absl::StatusOr<bool> ImportOne(const ImportedCount& count);
  // Runs `work` in a transaction that is taken back when it fails.
  absl::Status Transact(const std::function<absl::Status()>& work);

  SqliteConnection connection_;
  struct {
    SqliteStatement sequence, set_sequence, add_queue, add_topic, add_alive, read, import_queue,
        import_topic, alive, queue_counts, topic_counts;
  } s_;
};

}  // namespace wissel::metrics
