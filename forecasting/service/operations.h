// What takes longer than a request: runs in the background that can be followed and ended early
// (proto/wissel/v1/operation.proto).
//
// Thread-safe. One run of each kind at a time, on a thread of its own with low priority; the others
// wait. Order: construct, Register before a door opens; on the way down close the doors, then Stop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/time.h"
#include "wissel/v1/operation.pb.h"

namespace wissel::forecasting {

// How far a run is, in the unit of its kind.
struct Progress {
  int64_t done = 0;
  int64_t total = 0;
  std::optional<double> best = std::nullopt;
  std::optional<double> bound = std::nullopt;
};

// What a run sees of its operation. Thread-safe.
class LongRun {
 public:
  virtual ~LongRun() = default;
  virtual void Tell(const Progress& progress) = 0;
  // Somebody wants it to end, or the server stops.
  virtual bool cancelled() const = 0;
};

// Threads that a run may work on: one for each core. They have its low priority, so what the center
// does for its customers goes first.
int ThreadsOfARun();

class Operations {
 public:
  // `now` may be called on any thread.
  explicit Operations(std::function<Instant()> now);
  ~Operations();

  void Register(rpc::MethodTable& table);
  // Cancels what runs and waits for it.
  void Stop();

  // Answers the name of what was made. A run that was cancelled and answers an error is CANCELLED.
  using Work = std::function<absl::StatusOr<std::string>(LongRun&)>;
  // RESOURCE_EXHAUSTED: too many of the kind wait. `user`: "users/carla".
  absl::StatusOr<v1::Operation> Begin(v1::Operation::Kind kind, const std::string& user, Work work);

 private:
  class Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace wissel::forecasting
