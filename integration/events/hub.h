// Brings the journal's events to whoever wants them, each from where they left off: the one source
// is the journal itself, read on whenever the shard says that it has grown, so that nothing can be
// missed or come twice between what was and what comes.
//
// The newest events are kept in memory (`window`), and made once for all. Who is further behind has
// a reading of their own, from a snapshot or the beginning, a few rows in turn; who takes nothing
// costs nothing but their place. One thread of its own.
//
// Order: construct before the shard is started (it adds an observer), Start once it runs; Stop
// before the shard is stopped. Subscribe, Leave, Wake, end and Settle are thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "integration/events/filter.h"
#include "integration/events/publisher.h"
#include "router/journal/journal.h"
#include "router/service/shard.h"
#include "router/service/snapshots.h"

namespace wissel::events {

// Who reads. Called on the hub's thread, and must not block.
class Consumer {
 public:
  virtual ~Consumer() = default;
  // So many events it takes now; 0: Hub::Wake when there is room again.
  virtual size_t room() = 0;
  // At most `room()`, in order. Everything that passes the filter, up to `position`, has been given
  // by now. Without events: a sign of life.
  virtual void Take(std::vector<PublishedPtr> events, uint64_t position) = 0;
  // Nothing comes any more.
  virtual void End(const absl::Status& status) = 0;
};

struct HubOptions {
  std::string source = "/wissel";
  const SnapshotStore* snapshots = nullptr;  // must outlive the hub
  size_t window = 20'000;                    // events kept in memory
  Duration sign_of_life = Duration::Seconds(10);
};

class Hub {
 public:
  // `engine` is as the journal has it, to its end. DATA_LOSS when the journal cannot be read.
  static absl::StatusOr<std::unique_ptr<Hub>> Open(Shard& shard, const Engine& engine,
                                                   std::unique_ptr<JournalReader> journal,
                                                   HubOptions options);
  ~Hub();

  void Start();
  // Ends every consumer with UNAVAILABLE.
  void Stop();

  // After the event with the id `after`; none: from now on. OUT_OF_RANGE, by End, beyond the last.
  void Subscribe(std::shared_ptr<Consumer> consumer, std::optional<uint64_t> after, Filter filter);
  // Soon it is not called any more.
  void Leave(std::shared_ptr<const Consumer> consumer);
  // Some consumer has room again.
  void Wake();

  const std::string& source() const;
  size_t consumers() const;
  // Returns when everybody has what they have room for.
  void Settle();

 private:
  class Parts;
  explicit Hub(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::events
