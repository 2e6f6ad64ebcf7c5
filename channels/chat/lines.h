// What customers who wait are shown of the line: their place, and how long it will be. Looked up in
// the engine for all conversations at once, on the sequencer thread.
//
// Nobody is shown a wait before it is on record that they were told: the first estimate is promised
// (PromiseWait), and shown at the next look, when the promise is durable.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channels/chat/conversation.h"
#include "router/service/shard.h"
#include "router/service/waits.h"

namespace wissel::chat {

// Places further back are not counted.
inline constexpr size_t kPlacesShown = 1'000;

struct InLine {
  std::string chat;
  bool shows_wait = false;
};
using Lines = std::map<QueueId, std::map<ItemId, InLine>>;

struct LineNews {
  std::string chat;
  int64_t place = 0;  // 0: it waits elsewhere, for hours or for one agent
  std::vector<ShownNotice> notices;
  std::optional<QueueHours> hours;  // of its queue; none: it is always open
  bool estimated = false;           // in this look; otherwise what is shown stays
  std::optional<WaitEstimate> wait;
};

// None: the queue is always open.
std::optional<QueueHours> HoursOf(const Engine& engine, QueueId queue, Instant now);

// `look` counts the looks: estimates far back in a long line are made anew in every tenth only.
// Without `waits` there are none.
std::vector<LineNews> LookAtLines(const Engine& engine, const Lines& lines, uint64_t look,
                                  Shard& shard, const Waits* waits);

// As it is said to a customer: whole minutes, from ten minutes on five at a time; P80 never less
// than it is.
WaitEstimate InWholeMinutes(const WaitEstimate& wait);

}  // namespace wissel::chat
