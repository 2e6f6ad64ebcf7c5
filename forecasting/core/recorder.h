// Reads a period out of a journal's events: what came from outside, with its time, and what is
// needed to draw what is not known.
//
// An engine goes along. It is woken and asked as the shard was that wrote the journal, and must
// come to the same events; what it does not come to by itself was asked for (command_behind.h). So
// that the engine decides as it did then is not assumed but seen, event by event.
//
// Pure; not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "forecasting/core/recording.h"
#include "forecasting/core/script_writer.h"

namespace wissel::forecasting {

// One row of the journal: the events of one batch, of one instant.
struct RecordedBatch {
  uint64_t first_sequence = 1;
  uint64_t epoch = 0;  // of the writer: a new one began with a start
  std::span<const Event> events;
};

class Recorder {
 public:
  // `start` is the state when the period begins. `stalls`: times in which the shard was found to
  // have been still, by a reading that stopped at them.
  Recorder(SavedState start, Instant from, EngineOptions options, std::vector<Pause> stalls = {});

  // The next batch. FAILED_PRECONDITION, naming the sequence, when the engine decides otherwise
  // than the journal says, which is so when another version wrote it; ABORTED when the shard was
  // still for longer than a wake may be late: `stall` is then another one to begin again with.
  absl::Status Add(const RecordedBatch& batch);
  const std::optional<Pause>& stall() const { return stall_; }

  // After the last batch.
  Recording Finish();

 private:
  bool FireOnTime(const RecordedBatch& batch, Instant at);
  absl::Status Wake(const RecordedBatch& batch, Instant at, size_t& known);
  absl::Status Ask(const RecordedBatch& batch, size_t& known);
  // That the engine came to the events from `known` on; tells the writer of them.
  absl::Status Match(const RecordedBatch& batch, size_t& known);

  Recording recording_;
  Engine engine_;
  std::unique_ptr<ScriptWriter> writer_;
  EventDigest digest_;
  std::vector<Pause> stalls_;
  std::optional<Pause> stall_;
  std::vector<Event> decided_;
  Instant last_;
  uint64_t epoch_ = 0;
  uint32_t batches_ = 0;
  uint32_t happenings_ = 0;
};

}  // namespace wissel::forecasting
