#include "router/core/matching.h"

#include <algorithm>

namespace wissel {
namespace {

// One of the agents among whom a queue's selection chain chooses.
struct Candidate {
  FreeKey key;  // the agent's own keys, in the sequence of the chain
  PoolMatch match;
};

// The same for the default chain: ring, -match score, load ratio, idle since, id.
bool GoesBeforeByDefault(const Candidate& a, const Candidate& b) {
  if (a.match.ring != b.match.ring) return a.match.ring < b.match.ring;
  if (a.match.score != b.match.score) return a.match.score > b.match.score;
  return a.key < b.key;
}

// Whether `a` goes before `b` by the chain; the agent's id decides last.
bool GoesBefore(const State& state, const std::vector<SelectionKey>& chain, const Candidate& a,
                const Candidate& b) {
  const auto skills = [&](const Candidate& c) {
    return static_cast<int64_t>(state.pools.Get(c.match.pool).facts.skills.size());
  };
  size_t own = 0;
  for (SelectionKey key : chain) {
    int64_t difference = 0;
    switch (key) {
      case SelectionKey::kRing:
        difference = int64_t{a.match.ring} - b.match.ring;
        break;
      case SelectionKey::kMatchScore:
        difference = int64_t{b.match.score} - a.match.score;
        break;
      case SelectionKey::kFewestSkills:
        difference = skills(a) - skills(b);
        break;
      case SelectionKey::kMostSkills:
        difference = skills(b) - skills(a);
        break;
      default:
        difference = a.key.keys[own] - b.key.keys[own];
        ++own;
    }
    if (difference != 0) return difference < 0;
  }
  return a.key.agent < b.key.agent;
}

AgentKeys KeysOf(const State& state, AgentId agent) {
  const AgentState& a = state.AgentAt(agent).state;
  return {LoadPermille(state.ProfileOf(agent), a.load), a.idle_since,
          state.directory.agents.Get(agent).order};
}

OfferReason ReasonFor(const State& state, AgentId agent, uint8_t ring, int32_t score,
                      uint32_t eligible) {
  const AgentKeys keys = KeysOf(state, agent);
  return {
      ring,        score, keys.load_permille, keys.idle_since, eligible, state.directory.revision,
      std::nullopt};
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

// Present agents who qualify and take the channel, less those of them who refused the item.
bool OthersEligible(const State& state, const Item& item) {
  int64_t others = 0;
  for (const PoolMatch& match : state.pools.MatchesOf(item.requirement)) {
    if (match.ring > item.step) continue;
    const Pool& pool = state.pools.Get(match.pool);
    if (state.directory.profiles.Get(pool.profile).Find(item.channel) == nullptr) continue;
    others += pool.present;
  }
  for (const Refusal& refusal : item.refusals) {
    const State::AgentRow* row = state.FindAgent(refusal.agent);
    if (row == nullptr || !row->state.open_for_work() || !state.MatchOf(item, refusal.agent))
      continue;
    if (state.ProfileOf(refusal.agent).Find(item.channel) != nullptr) --others;
  }
  return others > 0;
}

// The first item of a line that the agent is not excluded from.
std::optional<OrderKey> FirstOf(const State& state, LineId line, AgentId agent) {
  std::optional<OrderKey> first;
  if (const OrderKey* head = state.lines.HeadOf(line)) first = *head;
  for (const OrderKey& key : state.lines.PickyOf(line)) {
    if (first && *first < key) break;
    if (ExclusionOf(state, state.items.Get(key.id).item, agent) == Exclusion::kNone) return key;
  }
  return first;
}

std::optional<OrderKey> FirstKept(const State& state, AgentId agent, ChannelSet room) {
  for (const OrderKey& key : state.lines.KeptFor(agent)) {
    const Item& item = state.items.Get(key.id).item;
    if (room.Has(item.channel) && MayTakeKept(state, item, agent)) return key;
  }
  return std::nullopt;
}

}  // namespace

bool MayTakeKept(const State& state, const Item& item, AgentId agent) {
  if (item.keep->preference == kKeptByTransfer) return true;
  return state.MatchOf(item, agent) && ExclusionOf(state, item, agent) == Exclusion::kNone;
}

Exclusion ExclusionOf(const State& state, const Item& item, AgentId agent) {
  const Refusal* refusal = item.FindRefusal(agent);
  if (refusal == nullptr) return Exclusion::kNone;
  if (refusal->count >= state.directory.queues.Get(item.queue).max_declines) {
    return Exclusion::kTooOften;
  }
  if (state.clock < refusal->retry_at) return Exclusion::kGap;
  return OthersEligible(state, item) ? Exclusion::kOthersEligible : Exclusion::kNone;
}

std::optional<AgentChoice> FindAgentFor(const State& state, const Item& item) {
  const State::QueueRow& queue = state.queues[item.queue.value()];
  std::optional<Candidate> best;
  uint32_t eligible = 0;
  for (const PoolMatch& match : state.pools.MatchesOf(item.requirement)) {
    if (match.ring > item.step) continue;
    const FreeKey* first = state.free.FirstOf(match.pool, item.channel, queue.order);
    if (first == nullptr) continue;
    std::optional<FreeKey> allowed;
    if (!item.refusals.empty()) {
      allowed = FirstNotExcluded(state, item, match.pool, queue.order);
      if (!allowed) continue;
      first = &*allowed;
    }
    eligible += state.free.CountOf(match.pool, item.channel);
    const Candidate candidate{*first, match};
    const bool better =
        !best || (queue.default_chain ? GoesBeforeByDefault(candidate, *best)
                                      : GoesBefore(state, queue.chain, candidate, *best));
    if (better) best = candidate;
  }
  if (!best) return std::nullopt;
  const AgentId agent = best->key.agent;
  return AgentChoice{agent, ReasonFor(state, agent, best->match.ring, best->match.score, eligible)};
}

std::optional<ItemChoice> FindItemFor(const State& state, AgentId agent) {
  const ChannelSet room = state.free.RoomOf(agent);
  if (room.empty()) return std::nullopt;
  std::optional<OrderKey> first;
  WaitLines::LineRef line;
  for (const WaitLines::LineRef& ref : state.lines.LinesOf(*state.AgentAt(agent).pool)) {
    if (state.lines.IsEmpty(ref.line)) continue;
    if (!room.Has(state.lines.KeyOf(ref.line).channel)) continue;
    const std::optional<OrderKey> key = FirstOf(state, ref.line, agent);
    if (!key || (first && *first < *key)) continue;
    first = key;
    line = ref;
  }
  const std::optional<OrderKey> kept = FirstKept(state, agent, room);
  // Within a band, what is kept for the agent goes first.
  if (kept && (!first || kept->band <= first->band)) {
    const Item& item = state.items.Get(kept->id).item;
    const std::optional<PoolMatch> match = state.MatchOf(item, agent);
    OfferReason reason =
        ReasonFor(state, agent, match ? match->ring : uint8_t{0}, match ? match->score : 0, 1);
    reason.preference = item.keep->preference;
    return ItemChoice{kept->id, reason};
  }
  if (!first) return std::nullopt;
  return ItemChoice{first->id, ReasonFor(state, agent, line.ring, line.score, 1)};
}

}  // namespace wissel
