#include "forecasting/service/shift_proposals.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/status.h"
#include "forecasting/core/scheduling/stretches.h"
#include "forecasting/service/shift_piece.h"
#include "router/service/convert_basics.h"

namespace wissel::forecasting {
namespace {

using v1::DayOutlook;
using v1::ShiftOffer;
using Proposal = v1::ProposeShiftOffersResponse::Proposal;

// Nobody stays, goes or comes for less.
constexpr Duration kShortest = Duration::Hours(1);
// Time to tell the agents, and for them to answer.
constexpr Duration kNotice = Duration::Minutes(15);
// Of one group and kind: the longest ones.
constexpr size_t kMostProposals = 4;

// Agents to whom something of this kind and time is open already, or who have it.
std::set<std::string> Asked(const std::vector<StoredOffer>& offers, const OfferedTime& time) {
  std::set<std::string> asked;
  for (const StoredOffer& offer : offers) {
    const OfferedTime other = TimeOf(offer.head);
    if (other.kind != time.kind || other.end <= time.start || other.start >= time.end) continue;
    if (offer.head.state() != ShiftOffer::OPEN) continue;
    asked.insert(offer.head.agents().begin(), offer.head.agents().end());
  }
  return asked;
}

// Who can take it without breaking a rule, in fair order; who cannot because of one, by name.
absl::Status AddPeople(const DayView& view, const std::vector<std::string>& agents,
                       const std::vector<StoredOffer>& offers, const OfferedTime& time, Instant now,
                       Proposal& proposal) {
  std::set<std::string> asked = Asked(offers, time);
  std::map<std::string, ShiftPiece> pieces;
  ShiftsByAgent before = view.shifts, after = view.shifts;
  for (const v1::PlannedAgent& planned : view.scene.agents) {  // but for who is left out
    const std::string& agent = planned.agent();
    if (!std::binary_search(agents.begin(), agents.end(), agent) || asked.contains(agent)) continue;
    auto piece = PieceOf(agent, time, before[agent], view.scene.zone);
    if (!piece.ok() || piece->changed * 2 < time.end - time.start) continue;
    after[agent] = ShiftsWith(before[agent], *piece);
    pieces.emplace(agent, *std::move(piece));
  }
  ScheduleScene rules = view.scene;
  rules.demand.clear();
  std::erase_if(rules.agents, [&](const auto& agent) { return !pieces.contains(agent.agent()); });
  WISSEL_ASSIGN_OR_RETURN(const auto broken, BrokenBy(rules, before, after, time.kind));
  const auto hours = HoursLately(offers, time.kind, now);
  const auto lately = [&](const std::string& agent) {
    const auto found = hours.find(agent);
    return found == hours.end() ? 0.0 : found->second;
  };
  std::vector<std::string> fair;
  for (const auto& [agent, piece] : pieces) {
    if (const auto found = broken.find(agent); found != broken.end()) {
      auto& refused = *proposal.add_refused();
      refused.set_agent(agent);
      refused.set_sentence(found->second);
    } else {
      fair.push_back(agent);
    }
  }
  std::sort(fair.begin(), fair.end(), [&](const std::string& a, const std::string& b) {
    return std::tuple(lately(a), a) < std::tuple(lately(b), b);
  });
  for (const std::string& agent : fair) {
    auto& candidate = *proposal.add_candidates();
    candidate.set_agent(agent);
    candidate.set_hours_lately(lately(agent));
    const ShiftPiece& piece = pieces[agent];
    if (piece.shift) *candidate.mutable_shift() = *piece.shift;
    if (piece.becomes) *candidate.mutable_becomes() = *piece.becomes;
  }
  return absl::OkStatus();
}

// How many are missing (or too many) in each interval that can still be mended. What open offers of
// the kind will bring is taken as mended.
std::vector<double> PeopleOff(const DayOutlook::Group& group,
                              const std::vector<StoredOffer>& offers, ShiftOffer::Kind kind,
                              int interval_minutes, Instant now) {
  std::vector<double> off;
  for (const DayOutlook::Point& point : group.points()) {
    const Instant start = InstantOf(point.start_time());
    const double gap = point.planned() - point.required();
    double here = kind == ShiftOffer::OVERTIME ? -gap : gap;
    if (start < now + kNotice) here = 0;
    for (const StoredOffer& offer : offers) {
      const OfferedTime time = TimeOf(offer.head);
      const bool same = offer.head.state() == ShiftOffer::OPEN && time.kind == kind &&
                        std::equal(group.queues().begin(), group.queues().end(),
                                   offer.head.queues().begin(), offer.head.queues().end());
      const bool covers =
          time.start <= start && time.end >= start + Duration::Minutes(interval_minutes);
      if (same && covers) here -= offer.head.needed() - offer.head.accepted();
    }
    off.push_back(here);
  }
  return off;
}

struct Wanted {
  OfferedTime time;
  int people = 1;
};

// What the outlook says of a group.
std::vector<Wanted> WantedOf(const DayView& view, const DayOutlook::Group& group,
                             const std::vector<StoredOffer>& offers, Instant now) {
  const int minutes = view.outlook.interval_minutes();
  const auto shortest = static_cast<int>((kShortest.millis() / 60'000 + minutes - 1) / minutes);
  std::vector<Wanted> wanted;
  for (const auto kind : {ShiftOffer::OVERTIME, ShiftOffer::TIME_OFF}) {
    auto stretches =
        scheduling::StretchesOf(PeopleOff(group, offers, kind, minutes, now), shortest);
    if (stretches.size() > kMostProposals) stretches.resize(kMostProposals);
    for (const scheduling::Stretch& stretch : stretches) {
      const Instant start = InstantOf(group.points(stretch.from).start_time());
      const Instant last = InstantOf(group.points(stretch.to - 1).start_time());
      wanted.push_back({{kind, start, last + Duration::Minutes(minutes)}, stretch.people});
    }
  }
  return wanted;
}

}  // namespace

absl::StatusOr<v1::ProposeShiftOffersResponse> ProposalsFor(const DayView& view,
                                                            const std::vector<StoredOffer>& offers,
                                                            const std::string& queue,
                                                            const std::optional<OfferedTime>& asked,
                                                            Instant now) {
  v1::ProposeShiftOffersResponse response;
  if (view.outlook.schedule().empty()) return response;  // nobody is planned: a plan is missing
  for (int g = 0; g < view.outlook.groups_size(); ++g) {
    const DayOutlook::Group& group = view.outlook.groups(g);
    if (!IsWanted(group, queue)) continue;
    const auto wanted =
        asked ? std::vector<Wanted>{{*asked, 1}} : WantedOf(view, group, offers, now);
    for (const Wanted& one : wanted) {
      Proposal& proposal = *response.add_proposals();
      proposal.set_kind(one.time.kind);
      WriteTimestamp(one.time.start, proposal.mutable_start_time());
      WriteTimestamp(one.time.end, proposal.mutable_end_time());
      *proposal.mutable_queues() = group.queues();
      proposal.set_needed(one.people);
      WISSEL_RETURN_IF_ERROR(
          AddPeople(view, view.agents[static_cast<size_t>(g)], offers, one.time, now, proposal));
      // In the middle of everybody's shifts nobody can go: that is no news, a shortage is.
      if (proposal.kind() == ShiftOffer::TIME_OFF && !asked && proposal.candidates().empty()) {
        response.mutable_proposals()->RemoveLast();
      }
    }
  }
  return response;
}

}  // namespace wissel::forecasting
