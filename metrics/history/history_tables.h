// The tables of history.sqlite: what the center has counted itself, in quarters of an hour in UTC,
// by queue, channel and topic; and beside it what was imported. See README.md for every column.
//
// Not thread-safe: a connection belongs to one thread at a time. Several processes may have the
// file; writers wait for each other.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "metrics/core/interval_fold.h"
#include "metrics/core/radar/radar.h"
#include "metrics/history/csv/series_name.h"
#include "metrics/history/imported_table.h"
#include "metrics/history/marks.h"

namespace wissel::metrics {

// One quarter of one queue.
struct HistoryRow {
  std::string queue;
  Instant start;
  bool imported = false;  // only `arrivals` is known
  IntervalCounts counts;
};

// One interval of one series, counted or imported. What is not known is not there; an interval of
// which nothing is known is not among them.
struct HistoryCell {
  int64_t start_s = 0;  // since 1970 UTC
  int minutes = 15;
  bool imported = false;
  double arrivals = 0;
  std::optional<double> offered;  // stays that began; among them what was handed over to the queue
  std::optional<double> answered;
  std::optional<double> answered_in_time;
  std::optional<double> abandoned;
  std::optional<double> short_abandoned;
  std::optional<double> handled;   // whose handle time it is
  std::optional<double> handle_s;  // sums
  std::optional<double> hold_s;
  std::optional<double> wrap_s;
  std::optional<double> wait_s;   // of the answered
  std::optional<double> waiting;  // at the end

  int64_t end_s() const { return start_s + minutes * 60; }
};

class HistoryTables {
 public:
  // Makes the file where there is none. FAILED_PRECONDITION for one of a later format.
  static absl::StatusOr<HistoryTables> Open(const sql::Place& place);

  // Position in the journal up to which the history is folded.
  absl::StatusOr<uint64_t> Sequence();
  absl::Status SetSequence(uint64_t sequence);
  // Of the center, as it was configured last; empty: nothing was counted yet.
  absl::StatusOr<std::string> TimeZone();

  // In one transaction with the new position, so that every event is counted once whatever
  // happens. ABORTED when the batch does not begin where the history stands: nothing is written.
  absl::Status Add(const IntervalBatch& batch);

  // The counts anew, from the journal's first event to where the history stands: `count` is asked
  // for them, and others who write wait meanwhile. What was imported, marked, or seen alive stays.
  absl::Status Recount(
      const std::function<absl::StatusOr<IntervalBatch>(uint64_t sequence)>& count);

  // Quarters in [from, to), by queue and start; `queue` empty: all. What was imported is among them
  // where its intervals add up to quarters.
  absl::StatusOr<std::vector<HistoryRow>> Read(const std::string& queue, Instant from, Instant to);
  // Everything that is known of a series in [from, to), by start; none overlaps another. What the
  // center has counted itself goes before what was imported. A queue without a channel is all of
  // them together.
  absl::StatusOr<std::vector<HistoryCell>> ReadCells(const SeriesName& name, Instant from,
                                                     Instant to);
  // Of every queue, and of every topic that came at least so often in those weeks. A quarter that
  // nobody watched says nothing; a series says nothing before its first row.
  absl::StatusOr<Profiles> ReadProfiles(Instant now, const QuarterOfWeek& quarter_of,
                                        const std::string& time_zone);
  // Of which anything is known, in their order.
  absl::StatusOr<std::vector<std::string>> Queues();
  // Beginnings of the quarters in [from, to) in which the queue has counts of its own.
  absl::StatusOr<std::set<int64_t>> Counted(const std::string& queue, int64_t from_s, int64_t to_s);
  // Of the quarters in [from, to) in which the center was at work.
  absl::StatusOr<std::set<int64_t>> Alive(int64_t from_s, int64_t to_s);

  ImportedTable& imported() { return imported_; }
  MarkTable& marks() { return marks_; }
  sql::Connection& connection() { return connection_; }

 private:
  HistoryTables(sql::Connection connection, ImportedTable imported, MarkTable marks)
      : connection_(std::move(connection)),
        imported_(std::move(imported)),
        marks_(std::move(marks)) {}
  struct Series {
    std::optional<int64_t> first;      // before it nothing is said
    std::map<int64_t, double> counts;  // by start
  };
  using SeriesByName = std::map<std::pair<std::string, std::string>, Series>;

  absl::Status Prepare();
  absl::Status AddRows(const IntervalBatch& batch);
  absl::StatusOr<std::vector<HistoryCell>> CountedCells(const SeriesName& name, int64_t from_s,
                                                        int64_t to_s);
  absl::StatusOr<std::vector<HistoryCell>> QuietCells(const SeriesName& name, int64_t from_s,
                                                      int64_t to_s);
  absl::StatusOr<std::vector<HistoryCell>> ImportedCells(const SeriesName& name, int64_t from_s,
                                                         int64_t to_s);
  absl::Status AddImportedQuarters(int64_t from_s, int64_t to_s, SeriesByName& series);
  absl::Status AddCountedQuarters(int64_t from_s, int64_t to_s, SeriesByName& series);

  sql::Connection connection_;
  ImportedTable imported_;
  MarkTable marks_;
  struct {
    sql::Statement sequence, set_sequence, zone, set_zone, add_queue, add_channel, add_topic,
        add_alive, read, read_channel, read_topic, first, counted, alive, queue_counts,
        topic_counts, queues;
  } s_;
};

}  // namespace wissel::metrics
