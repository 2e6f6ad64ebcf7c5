// The journal on one machine: an SQLite file in WAL mode, one row for each batch, a full sync on
// every commit.
//
//   DIR/journal.sqlite        (and -wal, -shm beside it)
//   DIR/journal.lock          held by the writer
//
// SQLite before 3.51.3 can corrupt a WAL when two connections write or checkpoint at once. So one
// connection does every write and every checkpoint (wal_autocheckpoint is off; Maintain decides),
// the lock file refuses a second writer, in this process or another, and everybody else reads
// through a read-only connection.
#pragma once

#include <memory>
#include <string>

#include "router/journal/journal.h"

namespace wissel {

struct SqliteJournalOptions {
  std::string vfs;  // empty: the system's own; tests bring faulty disks
  // Pages in the WAL (4 KiB each) from which on it is copied back into the database when there is
  // nothing else to do; under load it may grow to eight times as much.
  int checkpoint_pages = 1000;
};

// Creates the journal when the directory has none. FAILED_PRECONDITION when somebody else writes
// it.
absl::StatusOr<std::unique_ptr<Journal>> OpenSqliteJournal(
    const std::string& directory, const SqliteJournalOptions& options = {});

// For tools and snapshots; the journal may be in use. NOT_FOUND without a journal.
absl::StatusOr<std::unique_ptr<JournalReader>> OpenSqliteReader(
    const std::string& directory, const SqliteJournalOptions& options = {});

// SQLite's own check of every page. DATA_LOSS with its findings.
absl::Status CheckSqlitePages(const std::string& directory);

}  // namespace wissel
