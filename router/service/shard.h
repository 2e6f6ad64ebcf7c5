// A shard: one engine with its journal and its timers, driven by one thread, the sequencer. It
//   (1) stamps each command with the engine's time,
//   (2) decides,
//   (3) journals the batch (group commit: what came in while the last batch was being synced),
//   (4) publishes what is durable: answers, observers, reads.
// Decisions may run ahead of the disk; visibility may not: whatever a callback here sees is
// durable.
//
// Submit, Read and directory() are thread-safe. Callbacks run on the sequencer thread: they must be
// short, must not block and must not call back into the shard but for Submit and Read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/core/engine.h"

namespace wissel {

// A committed batch: events `first_sequence` .. `first_sequence + events.size() - 1`.
struct CommittedBatch {
  uint64_t first_sequence = 1;
  std::span<const Event> events;
  uint64_t last_sequence() const { return first_sequence + events.size() - 1; }
};

class Shard {
 public:
  virtual ~Shard() = default;

  // The outcome, and the engine whose state includes it and is durable.
  using Done = std::function<void(const absl::StatusOr<Outcome>&, const Engine&)>;
  // RESOURCE_EXHAUSTED with a retry hint when the inbox is full, UNAVAILABLE when stopping or when
  // the journal cannot be written; `done` then gets that status (and is called on the calling
  // thread).
  virtual void Submit(Command command, Done done) = 0;

  // Runs `read` between two batches. False when stopping.
  virtual bool Read(std::function<void(const Engine&)> read) = 0;

  // Sees every batch once, in order, after it is durable and before its answers go out. Add
  // observers before the shard is started.
  using Observer = std::function<void(const CommittedBatch&, const Engine&)>;
  virtual void AddObserver(Observer observer) = 0;

  // The configuration as of the last change of it: a copy that does not change.
  virtual std::shared_ptr<const Directory> directory() const = 0;

  // Sequence of the last durable event.
  virtual uint64_t last_sequence() const = 0;

  // The engine's time now.
  virtual Instant now() const = 0;
};

}  // namespace wissel
