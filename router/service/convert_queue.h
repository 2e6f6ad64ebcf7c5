// Queues between the contract and the core. The reader refuses with fields from the queue on
// ("hours.weekly[0].days[1]"). Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "router/core/directory.h"
#include "wissel/v1/config.pb.h"

namespace wissel {

// The requirement stands beside the queue, as in ConfigureQueue.
struct QueueRead {
  QueueConfig config;
  Requirement requirement;
};

// `name` is the last part of its name, checked already; `id` that of a queue that exists.
absl::StatusOr<QueueRead> ReadQueue(const v1::Queue& from, std::string name,
                                    std::optional<QueueId> id, const Directory& directory);

void WriteQueue(const QueueConfig& queue, const Requirement& requirement,
                const Directory& directory, v1::Queue* out);

}  // namespace wissel
