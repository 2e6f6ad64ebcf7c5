// The journal on a database that several machines share: PostgreSQL 15 or later, one row for each
// batch in a schema of the shard's own.
//
//   journal_batches   the rows
//   journal_tail      one row: format, epoch, where the journal ends
//
// An append is one statement, and so one transaction: it moves the tail on if epoch, sequence and
// hash are what this writer left there, and adds the row if it did. A writer who has been replaced,
// be it by one on another machine while this one stood still, changes nothing. Durable means what
// the server calls so: with a synchronous standby, on both.
//
// When the connection is lost in the middle of an append, the writer comes back on a new one, to
// the server that can be written to by then, waits there for what it had left (the row of the tail
// is locked until then), and looks whether the batch is in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/sql/postgres.h"
#include "base/time.h"
#include "router/journal/journal.h"

namespace wissel {

struct PostgresJournalOptions {
  PostgresOptions database;  // with a schema
  // The epoch that AcquireEpoch claims, as the lease of the shard has it; without: the next. An
  // epoch that is not beyond the journal's is refused with ABORTED.
  std::optional<uint64_t> epoch;
  // For finding out what became of an append; then it fails with INTERNAL and the writer stops. As
  // long as a lease lasts at most.
  Duration settle_within = Duration::Seconds(8);
};

// Makes schema and tables where there are none. It does not keep others from opening it too: who
// claims an epoch replaces who did so before. UNAVAILABLE: the database does not answer. DATA_LOSS:
// the tables are of another format or damaged.
absl::StatusOr<std::unique_ptr<Journal>> OpenPostgresJournal(PostgresJournalOptions options);

// For standbys, tools and snapshots. NOT_FOUND without a journal.
absl::StatusOr<std::unique_ptr<JournalReader>> OpenPostgresReader(const PostgresOptions& database);

}  // namespace wissel
