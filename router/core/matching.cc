#include "router/core/matching.h"

#include <algorithm>
#include <compare>
#include <tuple>

namespace wissel {
namespace {

// One of the agents among whom a queue's selection chain chooses.
struct Candidate {
  const FreeKey* key = nullptr;  // the agent's own keys, in the sequence of the chain
  const PoolMatch* match = nullptr;
  PartnerTurn turn;  // where partners share the queue
};

// The same for the default chain: ring, -match score, load ratio, idle since, id.
bool GoesBeforeByDefault(const Candidate& a, const Candidate& b) {
  if (a.match->ring != b.match->ring) return a.match->ring < b.match->ring;
  if (a.match->score != b.match->score) return a.match->score > b.match->score;
  return *a.key < *b.key;
}

// Whether `a` goes before `b` by the chain; the agent's id decides last.
bool GoesBefore(const State& state, const std::vector<SelectionKey>& chain, const Candidate& a,
                const Candidate& b) {
  const auto skills = [&](const Candidate& c) {
    return static_cast<int64_t>(state.pools.Get(c.match->pool).facts.skills.size());
  };
  size_t own = 0;
  for (SelectionKey key : chain) {
    int64_t difference = 0;
    switch (key) {
      case SelectionKey::kRing:
        difference = int64_t{a.match->ring} - b.match->ring;
        break;
      case SelectionKey::kMatchScore:
        difference = int64_t{b.match->score} - a.match->score;
        break;
      case SelectionKey::kFewestSkills:
        difference = skills(a) - skills(b);
        break;
      case SelectionKey::kMostSkills:
        difference = skills(b) - skills(a);
        break;
      default:
        difference = a.key->keys[own] - b.key->keys[own];
        ++own;
    }
    if (difference != 0) return difference < 0;
  }
  return a.key->agent < b.key->agent;
}

// Which of two goes first where partners share the queue, as far as the chain has no say.
std::strong_ordering CompareTurns(const Candidate& a, const Candidate& b) {
  if (a.match->ring != b.match->ring) return a.match->ring <=> b.match->ring;
  return a.turn <=> b.turn;
}

// The first of a pool for an item that somebody has refused: who is excluded is passed over.
std::optional<FreeKey> FirstNotExcluded(const State& state, const Item& item, PoolId pool,
                                        size_t order) {
  std::optional<FreeKey> first;
  for (const FreeAgents::Bucket& bucket : state.free.BucketsOf(pool)) {
    if (!bucket.room.Has(item.channel)) continue;
    for (const FreeKey& key : bucket.ranked[order]) {
      if (first && *first < key) break;
      if (ExclusionOf(state, item, key.agent) != Exclusion::kNone) continue;
      first = key;
      break;
    }
  }
  return first;
}

// The same of what only its preferred agents see.
bool OthersPreferred(const State& state, const Item& item) {
  for (const PreferredAgent& preferred : item.preferred) {
    const State::AgentRow* row = state.FindAgent(preferred.agent);
    if (row == nullptr || !row->state.open_for_work()) continue;
    const Refusal* refusal = item.FindRefusal(preferred.agent);
    if (refusal != nullptr && refusal->count > 0) continue;
    if (!state.MatchOf(item, preferred) || !state.Sees(item, preferred.agent)) continue;
    if (state.ProfileOf(preferred.agent).Find(item.channel) != nullptr) return true;
  }
  return false;
}

// Present agents who qualify, see it and take the channel, less those of them who refused the item.
bool OthersEligible(const State& state, const Item& item) {
  if (item.stay) return OthersPreferred(state, item);
  int64_t others = 0;
  for (const PoolMatch& match : state.pools.MatchesOf(item.requirement)) {
    if (match.ring > item.step) continue;
    const Pool& pool = state.pools.Get(match.pool);
    if (state.directory.profiles.Get(pool.profile).Find(item.channel) == nullptr) continue;
    if (!state.Sees(item, pool.profile)) continue;
    others += pool.present;
  }
  for (const Refusal& refusal : item.refusals) {
    if (refusal.count == 0) continue;
    const State::AgentRow* row = state.FindAgent(refusal.agent);
    if (row == nullptr || !row->state.open_for_work() || !state.MatchOf(item, refusal.agent))
      continue;
    if (!state.Sees(item, refusal.agent)) continue;
    if (state.ProfileOf(refusal.agent).Find(item.channel) != nullptr) --others;
  }
  if (item.question) {
    const AgentId asker = item.question->asked_by;
    const State::AgentRow* row = state.FindAgent(asker);
    const bool counted = row != nullptr && row->state.open_for_work() &&
                         state.MatchOf(item, asker) && state.Sees(item, asker) &&
                         state.ProfileOf(asker).Find(item.channel) != nullptr;
    if (counted) --others;
  }
  return others > 0;
}

// The first item of a group that the agent is not excluded from.
std::optional<OrderKey> FirstOf(const State& state, LineGroupId group, AgentId agent) {
  const WaitLines::Head& head = state.lines.HeadOf(group);
  std::optional<OrderKey> first;
  if (head.has_plain) first = head.plain;
  if (!head.has_picky) return first;
  for (const OrderKey& key : state.lines.PickyOf(group)) {
    if (first && *first < key) break;
    if (ExclusionOf(state, state.items.Get(key.id).item, agent) == Exclusion::kNone) return key;
  }
  return first;
}

// The order in which an agent takes items; what is kept for them goes apart.
struct TakingOrder {
  uint8_t band = 5;
  bool not_owed_share = true;
  uint8_t rank = 5;
  Instant due;
  ItemId id;

  auto operator<=>(const TakingOrder&) const = default;
};
TakingOrder TakingOrderOf(const State& state, const OrderKey& key, QueueClassId queue_class,
                          uint8_t rank) {
  bool owed_share = false;
  if (state.share_floors > 0) {
    const std::optional<QueueId> queue = state.classes.Get(queue_class).with_floor;
    owed_share = queue && state.IsOwedShare(*queue);
  }
  return {key.band, !owed_share, rank, key.due, key.id};
}

std::optional<TakingOrder> FirstKept(const State& state, AgentId agent, ChannelSet room) {
  std::optional<TakingOrder> first;
  for (const OrderKey& key : state.lines.KeptFor(agent)) {
    const Item& item = state.items.Get(key.id).item;
    if (!room.Has(item.channel) || !MayTakeKept(state, item, agent)) continue;
    // Its time has passed, while the queue was closed; it is about to look elsewhere.
    if (item.keep && item.keep->until && *item.keep->until <= state.clock) continue;
    const uint8_t rank = state.HelpFor(item, state.directory.agents.Get(agent).profile).rank;
    const TakingOrder order =
        TakingOrderOf(state, key, state.classes.Of(item.queue, item.channel), rank);
    if (!first || order < *first) first = order;
  }
  return first;
}

}  // namespace

size_t TurnOf(const Item& item, AgentId agent) {
  return item.keep ? item.keep->preference : item.FindPreferred(agent).value();
}

bool MayTakeKept(const State& state, const Item& item, AgentId agent) {
  if (item.keep && IsKeptByHand(item.keep->preference)) return true;
  return state.MatchOf(item, item.TurnAt(TurnOf(item, agent))) && state.Sees(item, agent) &&
         ExclusionOf(state, item, agent) == Exclusion::kNone;
}

Exclusion ExclusionOf(const State& state, const Item& item, AgentId agent) {
  if (item.question && item.question->asked_by == agent) return Exclusion::kAsksThemself;
  const Refusal* refusal = item.FindRefusal(agent);
  if (refusal == nullptr) return Exclusion::kNone;
  if (refusal->count >= state.directory.queues.Get(item.queue).max_declines) {
    return Exclusion::kTooOften;
  }
  const bool refused = refusal->count > 0;
  if (state.clock < refusal->retry_at) return refused ? Exclusion::kGap : Exclusion::kPulledBack;
  if (!refused) return Exclusion::kNone;
  return OthersEligible(state, item) ? Exclusion::kOthersEligible : Exclusion::kNone;
}

std::optional<AgentChoice> FindAgentFor(const State& state, const Item& item) {
  const State::QueueRow& queue = state.queues[item.queue.value()];
  const bool delayed = state.NextDelay(item).has_value();
  std::optional<Candidate> best;
  FreeKey best_allowed;  // where `best` has its key of, when somebody is passed over
  uint32_t eligible = 0;
  for (const PoolMatch& match : state.pools.MatchesOf(item.requirement)) {
    if (match.ring > item.step) continue;
    const FreeKey* first = state.free.FirstOf(match.pool, item.channel, queue.order);
    if (first == nullptr) continue;
    if (delayed && !state.Sees(item, state.pools.Get(match.pool).profile)) continue;
    std::optional<FreeKey> allowed;
    if (item.is_picky()) {
      allowed = FirstNotExcluded(state, item, match.pool, queue.order);
      if (!allowed) continue;
      first = &*allowed;
    }
    eligible += state.free.CountOf(match.pool, item.channel);
    Candidate candidate{first, &match, PartnerTurn()};
    if (!queue.partners.empty()) {
      candidate.turn = queue.partners.TurnOf(state.PartnerOf(first->agent), state.clock);
      const auto order = best ? CompareTurns(candidate, *best) : std::strong_ordering::less;
      if (order > 0) continue;
      if (order < 0) best.reset();
    }
    const bool better =
        !best || (queue.default_chain ? GoesBeforeByDefault(candidate, *best)
                                      : GoesBefore(state, queue.chain, candidate, *best));
    if (!better) continue;
    best = candidate;
    if (allowed) best->key = &(best_allowed = *allowed);
  }
  if (!best) return std::nullopt;
  const AgentId agent = best->key->agent;
  return AgentChoice{agent, ReasonFor(state, item, agent, *best->match, eligible)};
}

std::optional<ItemChoice> FindItemFor(const State& state, AgentId agent) {
  const ChannelSet room = state.free.RoomOf(agent);
  if (room.empty()) return std::nullopt;
  const PoolId pool = *state.AgentAt(agent).pool;
  std::optional<TakingOrder> first;
  const WaitLines::GroupRef* first_group = nullptr;
  for (const WaitLines::GroupRef& ref : state.lines.GroupsOf(pool)) {
    if (!ref.visible || state.lines.IsEmpty(ref.group)) continue;
    if (!room.Has(ref.channel)) continue;
    const std::optional<OrderKey> key = FirstOf(state, ref.group, agent);
    if (!key || (first && first->band < key->band)) continue;
    const TakingOrder order = TakingOrderOf(state, *key, ref.queue_class, ref.rank);
    if (first && *first < order) continue;
    first = order;
    first_group = &ref;
  }
  const std::optional<TakingOrder> kept = FirstKept(state, agent, room);
  // Within a band, what is kept for the agent goes first.
  if (kept && (!first || kept->band <= first->band)) {
    const Item& item = state.items.Get(kept->id).item;
    const size_t turn = TurnOf(item, agent);
    const auto match =
        IsKeptByHand(turn) ? state.MatchOf(item, agent) : state.MatchOf(item, item.TurnAt(turn));
    OfferReason reason = ReasonFor(state, item, agent, match.value_or(PoolMatch{pool, 0, 0}), 1);
    reason.preference = static_cast<uint8_t>(turn);
    return ItemChoice{kept->id, reason};
  }
  if (!first) return std::nullopt;
  const Item& item = state.items.Get(first->id).item;
  const PoolMatch match{pool, first_group->ring, first_group->score};
  return ItemChoice{item.id, ReasonFor(state, item, agent, match, 1)};
}

OfferReason ReasonFor(const State& state, const Item& item, AgentId agent, const PoolMatch& match,
                      uint32_t eligible) {
  const AgentState& a = state.AgentAt(agent).state;
  const ProfileId profile = state.directory.agents.Get(agent).profile;
  OfferReason reason;
  reason.ring = match.ring;
  reason.score = match.score;
  reason.load_permille = LoadPermille(state.directory.profiles.Get(profile), a.load);
  reason.idle_since = a.idle_since;
  reason.eligible = eligible;
  reason.config_revision = state.directory.revision;
  reason.band = item.band;
  reason.owed_share = state.share_floors > 0 && state.IsOwedShare(item.queue);
  reason.rank = state.HelpFor(item, profile).rank;
  reason.due = item.due;
  if (state.queues[item.queue.value()].by_weight) reason.given = a.given;
  return reason;
}

std::optional<PartnerDue> PartnerDueFor(const State& state, const Item& item, AgentId agent,
                                        const OfferReason& reason) {
  const State::QueueRow& queue = state.queues[item.queue.value()];
  if (queue.partners.empty()) return std::nullopt;
  const PartnerAccount& account = queue.partners.Due();
  PartnerDue due{account.partner, std::nullopt};
  if (state.PartnerOf(agent) == due.partner) return due;
  if (reason.preference) {
    due.deviation = PartnerDeviation::kKeptForAgent;
    return due;
  }
  // Of theirs who have room for it, the one who came nearest to it says why.
  bool in_this_ring = false;
  bool in_a_later_ring = false;
  bool refused = false;
  for (const PoolMatch& match : state.pools.MatchesOf(item.requirement)) {
    const FreeKey* first = state.free.FirstOf(match.pool, item.channel, queue.order);
    if (first == nullptr || state.PartnerOf(first->agent) != due.partner) continue;
    if (!state.Sees(item, state.pools.Get(match.pool).profile)) continue;
    if (match.ring > reason.ring) {
      in_a_later_ring = true;
    } else if (FirstNotExcluded(state, item, match.pool, queue.order)) {
      in_this_ring = true;
    } else {
      refused = true;
    }
  }
  if (in_this_ring) {
    due.deviation = queue.partners.IsBelowFloor(account, state.clock)
                        ? PartnerDeviation::kBelowFloor
                        : PartnerDeviation::kFreedFirst;
  } else if (refused) {
    due.deviation = PartnerDeviation::kRefused;
  } else {
    due.deviation =
        in_a_later_ring ? PartnerDeviation::kEarlierRing : PartnerDeviation::kNobodyFree;
  }
  return due;
}

std::vector<QueueId> StandingBy(const State& state, const Item& item, AgentId agent) {
  std::vector<QueueId> queues;
  if (state.share_floors == 0) return queues;
  const ChannelSet room = state.free.RoomOf(agent);
  if (state.ClassOf(item).with_floor) queues.push_back(item.queue);
  for (const WaitLines::GroupRef& ref : state.lines.GroupsOf(*state.AgentAt(agent).pool)) {
    if (!ref.visible || state.lines.IsEmpty(ref.group)) continue;
    const std::optional<QueueId> queue = state.classes.Get(ref.queue_class).with_floor;
    if (!queue || queue == item.queue || !room.Has(ref.channel)) continue;
    const std::optional<OrderKey> first = FirstOf(state, ref.group, agent);
    if (first && first->band <= item.band) queues.push_back(*queue);
  }
  std::sort(queues.begin(), queues.end());
  queues.erase(std::unique(queues.begin(), queues.end()), queues.end());
  return queues;
}

}  // namespace wissel
