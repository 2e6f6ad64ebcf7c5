// Snapshots of an engine, so that a restart need not replay everything. A snapshot is a copy that
// can be thrown away: the journal alone makes the same engine.
//
//   DIR/snapshot-<sequence>.wsnap: magic "WSLSNAP1", then little-endian: sequence (8 bytes), chain
//   hash of the journal there (32), digest of the engine (8), length of the state (8), the state
//   (codec.h), and the SHA-256 of all that (32).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/runtime/thread.h"
#include "router/core/engine.h"
#include "router/journal/journal.h"

namespace wissel {

struct Snapshot {
  JournalPosition position;
  uint64_t digest = 0;
  SavedState state;
};
Snapshot TakeSnapshot(const Engine& engine, const JournalPosition& position);

// The snapshots in one directory. Thread-safe in that a file is there whole or not at all.
class SnapshotStore {
 public:
  explicit SnapshotStore(std::string directory) : directory_(std::move(directory)) {}

  // Sequences, newest first.
  std::vector<uint64_t> List() const;
  // DATA_LOSS for a file that is not what was written.
  absl::StatusOr<Snapshot> Load(uint64_t sequence) const;
  // Durable on return. Keeps this one and the newest before it.
  absl::Status Save(const Snapshot& snapshot) const;

 private:
  std::string PathOf(uint64_t sequence) const;

  std::string directory_;
};

// Makes a snapshot whenever so many events have been committed since the last one, on a thread of
// its own and from an engine of its own, recovered from the last snapshot and the journal: the
// sequencer never waits for it. Committed is thread-safe and cheap.
class Snapshotter {
 public:
  Snapshotter(SnapshotStore store, std::unique_ptr<JournalReader> reader, EngineOptions options,
              uint64_t every, uint64_t last_sequence);
  ~Snapshotter();

  void Committed(uint64_t last_sequence);
  // Waits for a snapshot that is being made.
  void Stop();

 private:
  void Run();
  void Make();

  const SnapshotStore store_;
  const std::unique_ptr<JournalReader> reader_;
  const EngineOptions options_;
  const uint64_t every_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  uint64_t next_at_;
  uint64_t committed_ = 0;
  bool stopping_ = false;
  Thread thread_;  // last: it uses the others
};

}  // namespace wissel
