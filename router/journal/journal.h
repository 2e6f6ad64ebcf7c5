// The durable log of a shard: batches of events, in order, written by one writer.
//
// A journal is a chain of rows (chain.h), one for each batch, under sequences that start at 1 and
// have no gaps. Its tail names the last row and the epoch of the writer who may append to it. Who
// opens a journal to write claims a new epoch; an append is checked against epoch and tail in the
// transaction that writes it, so that a writer who has been replaced without noticing is refused
// where the effect happens. That is all that an implementation needs: a memory, an SQLite file
// (sqlite_journal.h) and a PostgreSQL table can each do it.
//
// Not thread-safe: one thread at a time. A reader from OpenReader may live on another thread than
// its journal and see it grow.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/journal/chain.h"

namespace wissel {

struct JournalRow {
  RowHeader header;
  ChainHash hash;
  std::string payload;
};

// A place between two batches: after `sequence`, where the chain has come to `hash`.
struct JournalPosition {
  uint64_t sequence = 0;
  ChainHash hash = kChainStart;

  bool operator==(const JournalPosition&) const = default;
};

struct JournalTail {
  uint64_t epoch = 0;
  JournalPosition end;
};

class JournalReader {
 public:
  // Stops the reading when not OK, and is passed on.
  using Visitor = std::function<absl::Status(const JournalRow&)>;

  virtual ~JournalReader() = default;

  // DATA_LOSS when the tail does not belong to the last row.
  virtual absl::StatusOr<JournalTail> Tail() = 0;

  // Shows every row after `position`, each checked against the chain before it is shown, and
  // returns where the journal ends. DATA_LOSS, naming the sequence, where the chain is broken or
  // rows are missing.
  absl::StatusOr<JournalPosition> ReadAfter(const JournalPosition& position, const Visitor& visit);

 protected:
  // Shows the rows with `first_sequence` above `sequence`, in order, as they are stored.
  virtual absl::Status Scan(uint64_t sequence, const Visitor& visit) = 0;
};

class Journal : public JournalReader {
 public:
  // Claims the next epoch, durable on return. Appends under older epochs are refused from then on.
  virtual absl::StatusOr<uint64_t> AcquireEpoch() = 0;

  // Durable on return when OK. Otherwise:
  //   ABORTED              another writer has claimed a newer epoch; nothing was written
  //   FAILED_PRECONDITION  `first_sequence` does not continue the tail; nothing was written
  //   UNAVAILABLE          there is no room, or a write failed; nothing was written, and the same
  //                        append may succeed later (CheckWritable)
  //   anything else        what is on the disk cannot be known: the writer must stop
  virtual absl::Status Append(const RowHeader& header, std::string_view payload) = 0;

  // After UNAVAILABLE: OK when a good deal of data could be written just now.
  virtual absl::Status CheckWritable() = 0;

  // Housekeeping that takes a while; called between batches, and with `idle` when no work waits.
  // Fails only when the writer must stop.
  virtual absl::Status Maintain(bool idle) = 0;

  virtual absl::StatusOr<std::unique_ptr<JournalReader>> OpenReader() = 0;
};

// The checks that every implementation makes in the transaction of an append.
absl::Status CheckFence(const JournalTail& tail, const RowHeader& header);

}  // namespace wissel
