#include "router/core/wait_estimate.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include "router/core/state.h"

namespace wissel {
namespace {

// Fewer items than these people have ended within the hour say too little of their pace.
constexpr double kFewestSeen = 5;
// Twice as long as the pace is known for; what is further away cannot be told from it.
constexpr Duration kFurthest = Duration::Hours(2);
// No wait at all is said only where somebody is free.
constexpr Duration kShortest = Duration::Seconds(1);
// Over the last quarter of an hour: arrivals change faster than handling.
constexpr size_t kPiecesOfArrivals = 3;
// The wait and those who overtake within it depend on one another; a few rounds settle it.
constexpr int kRounds = 4;

// What is smaller in a line goes before the asked item, for people who rank the line so.
OrderKey LastBefore(const OrderKey& own, int rank) {
  if (rank == 0) return own;
  constexpr int64_t kEver = std::numeric_limits<int64_t>::max();
  return {own.band, Instant::FromMillis(rank < 0 ? kEver : -kEver), ItemId()};
}

WaitAnswer None(NoEstimate reason) { return {std::nullopt, reason}; }

// Whole seconds are told.
Duration Rounded(double ms) { return Duration::Seconds(static_cast<int64_t>(ms / 1000 + 0.5)); }

}  // namespace

Remaining Left(const WaitEstimator::Outlook& outlook) {
  const double furthest = static_cast<double>(kFurthest.millis());
  double ahead = outlook.ahead;
  Remaining left;
  for (int round = 0; round < kRounds; ++round) {
    left = UntilTaken(ahead, outlook.taken, outlook.gives_up, furthest);
    ahead = outlook.ahead;
    for (const auto& overtakers : outlook.overtakers) {
      ahead += overtakers.arrive * std::min(overtakers.within, left.mean);
    }
  }
  return left + OneStep(outlook.rings);
}

const char* NameOf(NoEstimate reason) {
  static constexpr std::array<const char*, 6> kNames = {
      "it does not wait for an agent", "it is kept for certain agents",      "the queue is closed",
      "nobody who qualifies is here",  "too few have been answered of late", "it is too far away"};
  return kNames[static_cast<size_t>(reason) - 1];
}

WaitEstimator::WaitEstimator(const Engine& engine, const Pace& pace, Instant now)
    : state_(engine.state()), pace_(pace), now_(now) {}

WaitEstimator::Asking WaitEstimator::AskingOf(const Item& item) const {
  const QueueClassId queue_class = state_.classes.Of(item.queue, item.channel);
  return {item.queue,
          {queue_class, item.channel, item.requirement, item.step, item.shown},
          OrderOf(item)};
}

WaitAnswer WaitEstimator::OfItem(ItemId id) const {
  const ItemTable::Row* row = state_.items.Find(id);
  if (row == nullptr || row->item.state != ItemState::kWaiting) {
    return None(NoEstimate::kNotWaiting);
  }
  const Item& item = row->item;
  if (item.is_reserved()) return None(NoEstimate::kKept);
  return AtItsSteps(AskingOf(item), item.step_since);
}

WaitAnswer WaitEstimator::OfNewcomer(QueueId id) const {
  if (!state_.IsOpen(id)) return None(NoEstimate::kClosed);
  const QueueConfig& queue = state_.directory.queues.Get(id);
  const QueueClassId queue_class = state_.classes.Of(id, queue.channel);
  const Asking asking = {
      id,
      {queue_class, queue.channel, queue.requirement, 0, Duration()},
      {queue.default_band, now_ + queue.answer_within, ItemId(state_.next_item)}};
  for (PoolId pool : PeopleFor(asking.group)) {
    if (state_.free.CountOf(pool, queue.channel) > 0) return {WaitEstimate(), std::nullopt};
  }
  return AtItsSteps(asking, now_);
}

// People of the steps to come are counted where it will hardly be taken before.
WaitAnswer WaitEstimator::AtItsSteps(Asking asking, Instant step_since) const {
  const std::vector<RequirementStep>& steps =
      state_.pools.RequirementOf(asking.group.requirement).steps;
  Instant begins = now_;
  for (;;) {
    WaitAnswer answer = AtOneStep(asking);
    const bool last = asking.group.step + 1u >= steps.size();
    const Instant ends = last ? now_ : step_since + steps[asking.group.step].expires_after;
    if (last || (answer.wait && now_ + answer.wait->p50 <= ends)) {
      if (answer.wait) answer.wait->p50 = std::max(answer.wait->p50, begins - now_);
      if (answer.wait) answer.wait->p80 = std::max(answer.wait->p80, begins - now_);
      return answer;
    }
    ++asking.group.step;
    step_since = ends;
    begins = std::max(begins, ends);
  }
}

WaitAnswer WaitEstimator::AtOneStep(const Asking& asking) const {
  const Outlook outlook = LookOut(asking);
  if (outlook.people == 0) return None(NoEstimate::kNobodyHere);
  if (outlook.seen < kFewestSeen || outlook.taken <= 0) return None(NoEstimate::kTooFewSeen);
  const Remaining left = Left(outlook);
  const Pace::Stretches& stretches = pace_.StretchesOf(asking.queue);
  const Duration p50 = Rounded(QuantileOf(left, kMedianZ) * stretches.p50.factor());
  const Duration p80 = Rounded(QuantileOf(left, kEightyPercentZ) * stretches.p80.factor());
  if (p80 > kFurthest) return None(NoEstimate::kTooFar);
  return {WaitEstimate{p50, std::max({p50, p80, kShortest})}, std::nullopt};
}

WaitEstimator::Outlook WaitEstimator::LookOut(const Asking& asking) const {
  Outlook outlook;
  const std::vector<PoolId> people = PeopleFor(asking.group);
  outlook.people = PresentOf(people);
  if (outlook.people == 0) return outlook;
  const std::vector<Competitor> competitors = CompetitorsOf(asking, people);
  for (const Competitor& of : competitors) {
    if (state_.lines.IsEmpty(of.group)) continue;
    const OrderKey last = LastBefore(asking.order, of.rank);
    outlook.ahead += of.share * state_.WaitingBefore(of.group, last);
  }
  outlook.served = ServedIn(competitors);
  AddPace(asking, outlook);
  double hold = 0;
  for (PoolId pool : people) hold += state_.pools.Get(pool).busy_with;
  outlook.taken *= hold;
  return outlook;
}

std::vector<PoolId> WaitEstimator::PeopleFor(const LineGroupKey& group) const {
  const QueueClass& queue_class = state_.classes.Get(group.queue_class);
  std::vector<PoolId> people;
  for (const PoolMatch& match : state_.pools.MatchesOf(group.requirement)) {
    const Pool& pool = state_.pools.Get(match.pool);
    if (match.ring > group.step || pool.present == 0) continue;
    if (state_.directory.profiles.Get(pool.profile).Find(group.channel) == nullptr) continue;
    if (queue_class.HelpOf(pool.profile).delay <= group.shown) people.push_back(match.pool);
  }
  return people;
}

double WaitEstimator::PresentOf(const std::vector<PoolId>& people) const {
  double present = 0;
  for (PoolId pool : people) present += state_.pools.Get(pool).present;
  return present;
}

// Every group of lines that some of these people serve, its own included.
std::vector<WaitEstimator::Competitor> WaitEstimator::CompetitorsOf(
    const Asking& asking, const std::vector<PoolId>& people) const {
  const QueueClass& own_class = state_.classes.Get(asking.group.queue_class);
  std::vector<Competitor> by_pool;
  for (PoolId id : people) {
    const Pool& pool = state_.pools.Get(id);
    const RoutingProfile& profile = state_.directory.profiles.Get(pool.profile);
    const int own = own_class.HelpOf(pool.profile).rank;
    for (const WaitLines::GroupRef& ref : state_.lines.GroupsOf(id)) {
      const bool takes = profile.Find(state_.lines.KeyOf(ref.group).channel) != nullptr;
      if (!takes || !ref.visible) continue;
      const int rank = std::clamp(ref.rank - own, -1, 1);
      by_pool.push_back({ref.group, rank, static_cast<double>(pool.present)});
    }
  }
  const auto key = [](const Competitor& of) { return std::pair(of.group, of.rank); };
  std::stable_sort(by_pool.begin(), by_pool.end(),
                   [&](const Competitor& a, const Competitor& b) { return key(a) < key(b); });
  std::vector<Competitor> competitors;
  for (const Competitor& one : by_pool) {
    const bool known = !competitors.empty() && key(competitors.back()) == key(one);
    if (!known) competitors.push_back({one.group, one.rank, 0});
    competitors.back().share += one.share;
  }
  for (Competitor& of : competitors) {
    of.share /= PresentOf(PeopleFor(state_.lines.KeyOf(of.group)));
  }
  return competitors;
}

// Each queue once a rank, by the largest share among its groups.
std::vector<WaitEstimator::Outlook::Served> WaitEstimator::ServedIn(
    const std::vector<Competitor>& competitors) const {
  using Served = Outlook::Served;
  std::vector<Served> served;
  for (const Competitor& of : competitors) {
    state_.lines.ForEachQueueOf(of.group, [&](QueueId queue) {
      served.push_back({queue, of.rank, of.share});
    });
  }
  std::stable_sort(served.begin(), served.end(), [](const Served& a, const Served& b) {
    return std::tuple(a.queue, a.rank, -a.share) < std::tuple(b.queue, b.rank, -b.share);
  });
  const auto same = [](const Served& a, const Served& b) {
    return a.queue == b.queue && a.rank == b.rank;
  };
  served.erase(std::unique(served.begin(), served.end(), same), served.end());
  return served;
}

// Leaves in `taken` the rate for each item that these people hold: one in the mean time that it
// occupies them.
void WaitEstimator::AddPace(const Asking& asking, Outlook& outlook) const {
  double occupied = 0;
  double abandoned = 0;
  double waited = 0;
  for (const Outlook::Served& of : outlook.served) {
    const Pace::Counts counts = pace_.Recent(of.queue, now_);
    outlook.seen += of.share * static_cast<double>(counts.freed);
    occupied += of.share * static_cast<double>(counts.occupied.millis());
    abandoned += of.share * static_cast<double>(counts.abandoned);
    waited += of.share * static_cast<double>(counts.waited.millis());
    AddOvertakers(asking, of, outlook);
  }
  if (occupied > 0) outlook.taken = outlook.seen / occupied;
  if (waited > 0) outlook.gives_up = abandoned / waited;
  const Pace::Counts own = pace_.Recent(asking.queue, now_);
  if (own.answered > 0) {
    outlook.rings = static_cast<double>(own.rung.millis()) / static_cast<double>(own.answered);
  }
}

void WaitEstimator::AddOvertakers(const Asking& asking, const Outlook::Served& of,
                                  Outlook& outlook) const {
  const QueueConfig& queue = state_.directory.queues.Get(of.queue);
  const Duration covered = pace_.Covered(now_, kPiecesOfArrivals);
  if (covered <= Duration()) return;
  const std::pair place(int{queue.default_band}, of.rank);
  const std::pair own(int{asking.order.band}, 0);
  if (place > own) return;
  const Duration within = place < own ? kFurthest : asking.order.due - (now_ + queue.answer_within);
  if (within <= Duration()) return;
  const auto arrived = static_cast<double>(pace_.Recent(of.queue, now_, kPiecesOfArrivals).entered);
  outlook.overtakers.push_back({of.share * arrived / static_cast<double>(covered.millis()),
                                static_cast<double>(within.millis())});
}

void AddWaits(const Engine& engine, const Pace& pace, Instant now, CreateItem& command) {
  const auto& queues = engine.directory().queues;
  command.waits.clear();
  if (command.not_before && *command.not_before > now) return;
  std::vector<QueueId> way = {command.queue};
  const auto leads_to = [&](std::optional<QueueId> queue) {
    if (queue && std::find(way.begin(), way.end(), *queue) == way.end()) way.push_back(*queue);
  };
  for (size_t i = 0; i < way.size(); ++i) {
    const QueueConfig* queue = queues.Find(way[i]);
    if (queue == nullptr) continue;
    bool asks = false;
    for (const std::vector<EntryGate>* gates : {&queue->surge.gates, &queue->entry_gates}) {
      for (const EntryGate& gate : *gates) {
        asks |= gate.when == EntryGate::When::kEstimatedWait;
        leads_to(gate.queue);
      }
    }
    if (queue->closed_action == ClosedActionKind::kRedirect) leads_to(queue->closed_queue);
    // Who is refused is told whether they would be let in there.
    if (queue->overflow) leads_to(queue->overflow->queue);
    if (!asks) continue;
    const WaitAnswer answer = WaitEstimator(engine, pace, now).OfNewcomer(way[i]);
    if (answer.wait) command.waits.push_back({way[i], answer.wait->p80});
  }
}

}  // namespace wissel
