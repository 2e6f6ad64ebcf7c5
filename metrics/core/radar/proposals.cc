#include "metrics/core/radar/proposals.h"

#include <algorithm>
#include <map>

#include "agents/core/capacity.h"
#include "router/core/agent_facts.h"

namespace wissel::metrics {
namespace {

bool IsThere(const AgentRow& row) {
  return row.presence == Presence::kAvailable && !row.not_responding && !row.connection_lost;
}

// Room for one more, with nothing parked for it.
bool HasRoom(const Board& board, const AgentConfig& agent, const AgentRow& row, Channel channel) {
  Load load;
  load.fixed_units = row.units_in_use;
  for (ItemId work : row.work) {
    const LiveItem& item = *board.FindItem(work);
    if (!item.set_aside()) ++load.items[static_cast<size_t>(IndexOf(item.channel))];
  }
  const RoutingProfile& profile = board.directory().profiles.Get(agent.profile);
  return CheckRoom(profile, load, channel) == RoomCheck::kRoom;
}

bool HasNothingToDo(const Board& board, const AgentRow& row) {
  return std::all_of(row.work.begin(), row.work.end(),
                     [&](ItemId work) { return board.FindItem(work)->set_aside(); });
}

bool IsOpen(const Board& board, QueueId id) {
  const QueueRow* row = board.FindQueue(id);
  return row != nullptr && row->open;
}

void AddAgent(Proposal& proposal, AgentId id) {
  ++proposal.people;
  if (proposal.agents.size() < kProposedAgents) proposal.agents.push_back(id);
}

std::optional<TeamId> MostOften(const std::map<TeamId, int>& teams) {
  auto most = std::max_element(teams.begin(), teams.end(),
                               [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == teams.end() ? std::nullopt : std::optional(most->first);
}

struct People {
  std::map<uint8_t, Proposal> by_later_step;  // by the step that lets them in
  Proposal idle{.kind = ProposalKind::kMovePeople};
};

// `opened`: the step that a manager has opened already; 0: none.
People LookAtPeople(const Board& board, Channel channel, const Requirement& requirement,
                    uint8_t opened) {
  People people;
  std::map<TeamId, int> teams;
  const int last = static_cast<int>(requirement.steps.size()) - 1;
  board.directory().agents.ForEach([&](AgentId id, const AgentConfig& agent) {
    const AgentRow& row = *board.FindAgent(id);
    if (!IsThere(row) || !HasRoom(board, agent, row, channel)) return;
    const auto match = FindMatch(requirement, last, FactsOf(board.directory(), agent));
    if (match && match->ring > opened) {
      const auto step = static_cast<uint8_t>(match->ring);
      Proposal& open = people.by_later_step[step];
      open.kind = ProposalKind::kOpenStep;
      open.step = step;
      AddAgent(open, id);
    }
    if (match || !HasNothingToDo(board, row)) return;
    AddAgent(people.idle, id);
    if (agent.team) ++teams[*agent.team];
  });
  people.idle.team = MostOften(teams);
  return people;
}

}  // namespace

std::vector<Proposal> ProposalsFor(const SeriesKey& key, Direction direction, const Board& board,
                                   const Requirement& requirement) {
  const QueueConfig* queue = board.directory().queues.Find(key.queue);
  if (queue == nullptr || direction == Direction::kDown) return {};
  const QueueRow& row = *board.FindQueue(key.queue);
  const int64_t concerned =
      key.topic.empty() ? row.waiting : board.WaitingOnTopic(key.queue, key.topic);
  People people = LookAtPeople(board, queue->channel, requirement, row.opened_step);
  std::vector<Proposal> proposals;
  const auto propose = [&](Proposal proposal) { proposals.push_back(std::move(proposal)); };
  // The nearest: further ones let in who is further away.
  if (row.waiting > 0 && !people.by_later_step.empty()) {
    propose(std::move(people.by_later_step.begin()->second));
  }
  if (concerned > 0) propose({.kind = ProposalKind::kAnnounce, .contacts = concerned});
  const bool has_surge_rule = !queue->surge.gates.empty() || queue->surge.merge_duplicates;
  if (has_surge_rule && !row.surge) {
    propose({.kind = ProposalKind::kSurge, .contacts = row.waiting});
  }
  if (people.idle.people > 0) propose(std::move(people.idle));
  if (row.overdue > 0 && queue->overflow && IsOpen(board, queue->overflow->queue)) {
    propose({.kind = ProposalKind::kOverflow,
             .contacts = row.overdue,
             .queue = queue->overflow->queue});
  }
  return proposals;
}

}  // namespace wissel::metrics
