#include "channels/chat/lines.h"

#include <algorithm>
#include <set>

#include "router/core/state.h"

namespace wissel::chat {
namespace {

constexpr int64_t kFirstPlaces = 20;
constexpr uint64_t kLooksBetween = 10;
constexpr int64_t kMinute = 60'000;

// The wait to be shown; none before its promise is durable.
std::optional<WaitEstimate> WaitShown(const Engine& engine, ItemId item, Shard& shard,
                                      const WaitEstimator& estimator) {
  const WaitAnswer answer = estimator.OfItem(item);
  if (!answer.wait || engine.FindItem(item)->promise) return answer.wait;
  // Refused, it no longer waits, and there is nothing to be told.
  shard.Submit(Command{PromiseWait{item, *answer.wait}, std::nullopt},
               [](const absl::StatusOr<Outcome>&, const Engine&) {});
  return std::nullopt;
}

std::vector<ShownNotice> NoticesFor(const Engine& engine, ItemId item) {
  std::vector<ShownNotice> shown;
  for (const auto& [id, notice] : engine.notices()) {
    if (engine.Concerns(notice, *engine.FindItem(item))) shown.push_back({id, notice.text});
  }
  return shown;
}

// Those that wait for hours, or further back than places are counted.
void AddOthers(const std::map<ItemId, InLine>& chats, const std::set<std::string>& seen,
               const std::optional<QueueHours>& hours, std::vector<LineNews>& news) {
  for (const auto& [item, who] : chats) {
    if (!seen.contains(who.chat)) news.push_back({.chat = who.chat, .hours = hours});
  }
}

int64_t StepFor(int64_t ms) { return ms < 10 * kMinute ? kMinute : 5 * kMinute; }

}  // namespace

std::optional<QueueHours> HoursOf(const Engine& engine, QueueId queue, Instant now) {
  if (!engine.directory().queues.Get(queue).hours) return std::nullopt;
  QueueHours hours{.open = engine.IsOpen(queue)};
  // In order, apart; one that follows at once is the same opening.
  for (const Opening& opening : engine.state().queues[queue.value()].openings) {
    const bool running = opening.from <= now && now < opening.to;
    if (hours.open && (running || hours.closes == opening.from)) {
      hours.closes = opening.to;
    } else if (!hours.opens && opening.from > now) {
      hours.opens = opening.from;
    }
  }
  return hours;
}

std::vector<LineNews> LookAtLines(const Engine& engine, const Lines& lines, uint64_t look,
                                  Shard& shard, const Waits* waits) {
  std::vector<LineNews> news;
  for (const auto& [queue, chats] : lines) {
    int64_t place = 0;
    std::set<std::string> seen;
    const std::optional<QueueHours> hours = HoursOf(engine, queue, shard.now());
    for (ItemId item : engine.WaitingInOrder(queue, kPlacesShown)) {
      ++place;
      const auto it = chats.find(item);
      if (it == chats.end()) continue;
      seen.insert(it->second.chat);
      LineNews& of =
          news.emplace_back(LineNews{it->second.chat, place, NoticesFor(engine, item), hours});
      const bool its_turn = (item.value() + look) % kLooksBetween == 0;
      of.estimated = place <= kFirstPlaces || !it->second.shows_wait || its_turn;
      if (waits == nullptr || !of.estimated) continue;
      of.wait = WaitShown(engine, item, shard, waits->In(engine));
    }
    AddOthers(chats, seen, hours, news);
  }
  return news;
}

WaitEstimate InWholeMinutes(const WaitEstimate& wait) {
  const int64_t step50 = StepFor(wait.p50.millis());
  const int64_t step80 = StepFor(wait.p80.millis());
  const int64_t p50 = (wait.p50.millis() + step50 / 2) / step50 * step50;
  const int64_t p80 = (wait.p80.millis() + step80 - 1) / step80 * step80;
  return {Duration::Millis(p50), Duration::Millis(std::max(p50, p80))};
}

}  // namespace wissel::chat
