// Queues that every routing profile helps alike, by channel, form a class: their items differ for
// nobody but in their promises. A queue with a share floor stands alone, because its share is
// counted.
//
// A class never changes: when profiles or floors do, queues go to other classes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "agents/core/capacity.h"
#include "agents/core/channel.h"
#include "base/strong_id.h"
#include "router/core/directory.h"
#include "router/core/ids.h"

namespace wissel {

using QueueClassId = StrongId<struct QueueClassTag, uint32_t>;

struct QueueClass {
  struct OfProfile {
    ProfileId profile;
    uint8_t rank = 5;
    Duration delay;
    auto operator<=>(const OfProfile&) const = default;
  };
  std::vector<OfProfile> helped_by;   // profiles that help otherwise than by default, by id
  std::optional<QueueId> with_floor;  // the only queue of the class

  auto operator<=>(const QueueClass&) const = default;

  QueueHelp HelpOf(ProfileId profile) const;
};

class QueueClasses {
 public:
  QueueClasses() { Intern({}); }

  QueueClassId Of(QueueId queue, Channel channel) const {
    return of_queue_[queue.value()][IndexOf(channel)];
  }
  const QueueClass& Get(QueueClassId id) const { return *classes_[id.value()].one; }
  // The shortest delay of a profile that is longer than this one.
  std::optional<Duration> DelayAfter(QueueClassId id, Duration delay) const {
    for (Duration one : classes_[id.value()].delays) {
      if (one > delay) return one;
    }
    return std::nullopt;
  }

  // As the directory has them now. True: a queue has gone to another class.
  bool Refresh(QueueId queue, const Directory& directory);
  bool RefreshAll(const Directory& directory);

 private:
  QueueClassId Intern(QueueClass one);

  std::map<QueueClass, QueueClassId> ids_;
  struct Row {
    const QueueClass* one;                    // key of `ids_`
    absl::InlinedVector<Duration, 2> delays;  // of its profiles, rising, without none
  };
  std::vector<Row> classes_;
  std::vector<std::array<QueueClassId, kChannelCount>> of_queue_;
};

}  // namespace wissel
