// The customers of one queue in one replication: when the n-th comes, how long the n-th takes and
// waits, each from a stream of its own. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>

#include "forecasting/core/simulation/model.h"

namespace wissel::simulation {

class Customers {
 public:
  Customers(const Model& model, size_t queue, uint64_t seed, uint64_t replication);

  // The moment at which the next one comes; none: no more.
  std::optional<int64_t> NextArrivalMs();
  // Of the n-th, from 0; of work, who came at that time.
  int64_t HandleMs(uint64_t n, int64_t came_ms) const {
    return Scaled(DrawMs(handle_stream_, n, queue_->handle), came_ms);
  }
  std::optional<int64_t> PatienceMs(uint64_t n) const {
    if (!queue_->patience) return std::nullopt;
    return DrawMs(patience_stream_, n, *queue_->patience);
  }
  int64_t WrapUpMs(uint64_t n, int64_t came_ms) const {
    if (!queue_->wrap_up) return 0;
    return Scaled(DrawMs(wrap_up_stream_, n, *queue_->wrap_up), came_ms);
  }

 private:
  static int64_t DrawMs(uint64_t stream, uint64_t n, const Distribution& distribution);

  int64_t Scaled(int64_t ms, int64_t came_ms) const;

  const ModelQueue* queue_;
  const double interval_ms_;
  double factor_ = 1;
  uint64_t arrival_stream_, handle_stream_, patience_stream_, wrap_up_stream_;
  uint64_t next_ = 0;
  // Where the last one came: an interval, and the share of it that had passed.
  size_t interval_ = 0;
  double passed_ = 0;
};

}  // namespace wissel::simulation
