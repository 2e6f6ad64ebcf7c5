// The one writer of a shard: see shard.h for what it promises and the four steps of its thread.
//
// Open, AddObserver, Start, Stop and engine() are for the one who wires the server together, from
// one thread; the rest of Shard is thread-safe.
//
// When the journal cannot be written (the disk is full), nothing of the batch has happened: its
// commands are answered UNAVAILABLE, the engine is recovered as the journal has it, and reading
// goes on. New commands are answered UNAVAILABLE until a try, once a second, shows that the journal
// can be written again; timers fire then. When what is on the disk cannot be known (a sync failed),
// or another writer has taken over, it stops for good: `on_fatal`.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/runtime/call_scope.h"
#include "base/runtime/engine_clock.h"
#include "base/runtime/inbox.h"
#include "base/runtime/thread.h"
#include "router/journal/journal.h"
#include "router/service/recovery.h"
#include "router/service/shard.h"
#include "router/service/snapshots.h"

namespace wissel {

// What the sequencer's thread tells about its work, each when set. Short and never blocking.
struct SequencerMetrics {
  std::function<void(double)> decision_seconds;  // of each command
  std::function<void(double)> commit_seconds;    // of each append
  std::function<void(double)> publish_seconds;   // of each batch: observers, answers, reads
  std::function<void(size_t)> batch_commands;
  std::function<void(size_t)> batch_bytes;
  std::function<void(size_t)> inbox_depth;                          // at each look into it
  std::function<void(std::chrono::steady_clock::duration)> waited;  // each command, in the inbox
  std::function<void(const Item&, Duration)> offered_after;  // each offer: time since the entry
};

struct SequencerOptions {
  EngineOptions engine;
  // Commands that wait; reads may go a little beyond.
  size_t inbox_capacity = 20'000;
  size_t max_batch_commands = 1'000;
  // A batch is closed once it is this long, so it may be longer by one command's events.
  size_t max_batch_bytes = 64 * 1024;
  uint64_t snapshot_every = 1'000'000;  // events
  TimeSource time = TimeSource::System();
  SequencerMetrics metrics;
  // The shard cannot go on; called on its thread. When it returns, the shard answers nothing that
  // it had taken and takes nothing more.
  std::function<void(const absl::Status&)> on_fatal;  // none: log and abort
};

class Sequencer : public Shard {
 public:
  // Claims the next epoch of the journal and recovers the engine, from where `standby` has come to
  // if there is one.
  static absl::StatusOr<std::unique_ptr<Sequencer>> Open(
      std::unique_ptr<Journal> journal, std::optional<SnapshotStore> snapshots,
      SequencerOptions options, std::optional<Recovered> standby = std::nullopt);
  ~Sequencer() override;

  void AddObserver(Observer observer) override;
  // Adds to a command what has to be known at the moment at which it is decided, on the sequencer's
  // thread. Before Start.
  using Preparer = std::function<void(const Engine&, Instant now, CommandBody&)>;
  void PrepareCommandsWith(Preparer preparer) { preparer_ = std::move(preparer); }
  void Start();
  // Carries out what has been submitted, then makes a last snapshot.
  void Stop();

  // Before Start and after Stop only.
  const Engine& engine() const;

  // `done` for a command that was not taken gets an engine without anything in it: the real one
  // belongs to the sequencer's thread. A command of a call (call_scope.h) whose deadline has passed
  // when its turn comes is not carried out: DEADLINE_EXCEEDED, and nothing has changed.
  void Submit(Command command, Done done) override;
  // False also when far too many reads wait.
  bool Read(std::function<void(const Engine&)> read) override;
  std::shared_ptr<const Directory> directory() const override;
  uint64_t last_sequence() const override { return durable_sequence_; }
  Instant now() const override { return clock_.now(); }
  // False while commands are turned away because the journal cannot be written.
  bool writable() const { return !refusing_; }
  // Commands and reads that wait.
  size_t inbox_depth() const { return inbox_.size(); }

 private:
  struct Submission {
    Command command;
    Done done;
    CallInfo call;
    std::chrono::steady_clock::time_point since;
  };
  using ReadFunction = std::function<void(const Engine&)>;
  using Incoming = std::variant<Submission, ReadFunction>;
  struct Answer {
    Done done;
    absl::StatusOr<Outcome> outcome;
  };
  // What is done in one round of the thread.
  struct Batch {
    std::vector<Event> events;
    std::string payload;
    size_t encoded = 0;  // events in `payload`
    std::vector<Answer> answers;
    std::vector<ReadFunction> reads;
  };

  Sequencer(std::unique_ptr<Journal> journal, std::optional<SnapshotStore> snapshots,
            SequencerOptions options, uint64_t epoch, Recovered recovered);

  void Run();
  bool TakeFromInbox();
  std::optional<Inbox<Incoming>::Deadline> WakeUpAt() const;
  void RunBatch();
  void DecideAll(Instant now);
  void Encode();
  absl::Status AppendBatch();
  void PublishBatch();
  void PublishDirectory();
  void MeasureOffers();
  void UndoBatch(const absl::Status& cause);
  void RunWithoutJournal();
  void Fail(const absl::Status& cause);

  // Of the thread (and, when it does not run, of whoever starts and stops it).
  const SequencerOptions options_;
  const std::unique_ptr<Journal> journal_;
  const std::optional<SnapshotStore> snapshots_;
  const uint64_t epoch_;
  Engine engine_;
  JournalPosition position_;
  std::vector<Observer> observers_;
  Preparer preparer_;
  std::vector<Incoming> taken_;  // from the inbox; the next to be carried out is next_
  size_t next_ = 0;
  Batch batch_;
  bool failed_ = false;
  std::chrono::steady_clock::time_point try_writing_at_;
  std::unique_ptr<Snapshotter> snapshotter_;

  // Of everybody.
  const EngineClock clock_;
  const Engine nothing_;
  Inbox<Incoming> inbox_;
  std::atomic<uint64_t> durable_sequence_;
  std::atomic<bool> refusing_ = false;
  mutable std::mutex directory_mutex_;
  std::shared_ptr<const Directory> directory_;

  std::unique_ptr<Thread> thread_;
};

}  // namespace wissel
