#include "forecasting/service/simulated_figures.h"

#include <algorithm>
#include <numeric>

#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using simulation::QueueTally;
using simulation::RatioEstimator;
using simulation::Tally;

constexpr staffing::ServiceLevel kVariant = staffing::ServiceLevel::kOfOffered;

// Share of all who came, by what `part` counts.
template <class Part>
simulation::Estimate ShareOf(const std::vector<Tally>& days, const std::vector<size_t>& of,
                             Part part) {
  RatioEstimator ratio;
  for (const Tally& day : days) {
    double some = 0, all = 0;
    for (size_t q : of) {
      some += static_cast<double>(part(day.queues[q]));
      all += static_cast<double>(day.queues[q].offered);
    }
    ratio.Add(some, all);
  }
  return ratio.Result();
}

int64_t Abandoned(const QueueTally& tally) { return tally.abandoned; }

class Writer {
 public:
  Writer(const SimulatedDay& day, const Rules& rules, v1::Simulation& out)
      : day_(day), rules_(rules), days_(WholeDays(day.replications)), out_(out) {
    for (size_t i = 0; i < day_.grid.intervals; ++i) {
      std::vector<Tally>& of_interval = by_interval_.emplace_back();
      for (const auto& replication : day_.replications) of_interval.push_back(replication[i]);
    }
  }

  void Write() {
    std::vector<size_t> all(day_.queues.size());
    std::iota(all.begin(), all.end(), size_t{0});
    WriteRow("", all, *out_.add_rows());
    for (size_t q : all) {
      v1::Simulation::Row& row = *out_.add_rows();
      WriteRow(day_.queues[q].target.queue, {q}, row);
      row.set_target(day_.queues[q].target.service_level);
      WriteSeconds(day_.queues[q].target.within_s, row.mutable_within());
      WriteAssumed(q, *row.mutable_assumed());
    }
    for (size_t g = 0; g < day_.people.size(); ++g) WriteGroupRow(g);
  }

 private:
  void WriteRow(const std::string& queue, const std::vector<size_t>& of,
                v1::Simulation::Row& row) const {
    const simulation::QueueEstimates e = EstimateQueues(days_, of, kVariant);
    row.set_queue(queue);
    WriteFigure(e.offered, row.mutable_contacts());
    WriteFigure(e.service_level, row.mutable_service_level());
    WriteFigure(e.wait_s, row.mutable_mean_wait());
    WriteFigure(e.answer_s, row.mutable_mean_answer());
    WriteFigure(ShareOf(days_, of, Abandoned), row.mutable_abandoned());
    WriteFigure(e.refused, row.mutable_refused());
    WriteFigure(ShareOf(days_, of, [](const QueueTally& t) { return t.otherwise; }),
                row.mutable_left_over());
    for (size_t i = 0; i < day_.grid.intervals; ++i) WritePoint(i, of, *row.add_points());
  }

  void WritePoint(size_t interval, const std::vector<size_t>& of,
                  v1::Simulation::Point& point) const {
    WriteTimestamp(day_.grid.StartOf(interval), point.mutable_start_time());
    const simulation::QueueEstimates e = EstimateQueues(by_interval_[interval], of, kVariant);
    if (e.offered.value <= 0) return;
    point.set_contacts(e.offered.value);
    WriteFigure(e.service_level, point.mutable_service_level());
    WriteFigure(e.wait_s, point.mutable_mean_wait());
    point.set_abandoned(ShareOf(by_interval_[interval], of, Abandoned).value);
  }

  void WriteAssumed(size_t q, v1::Simulation::Assumed& out) const {
    const QueueDay& day = day_.queues[q];
    WriteSeconds(day.mean_handle_s, out.mutable_handle_time());
    out.set_handle_spread(day.handle_spread.value_or(kUsualHandleSpread));
    out.set_handle_spread_known(day.handle_spread.has_value());
    const simulation::ModelQueue& queue = day_.model.queues[q];
    WriteSeconds(queue.wrap_up ? day.mean_handle_s - queue.handle.mean_s() : 0,
                 out.mutable_wrap_up());
    if (queue.patience) WriteSeconds(queue.patience->mean_s(), out.mutable_patience());
    out.set_volume_spread(day.volume_spread);
  }

  void WriteGroupRow(size_t g) {
    v1::Simulation::Group& group = *out_.add_groups();
    WriteGroup(rules_, day_.kinds[day_.people[g].kind], group.mutable_group());
    WriteFigure(EstimateOccupancy(days_, g), group.mutable_occupancy());
    // The same in every replication.
    const double length_ms = static_cast<double>(day_.grid.interval.millis());
    for (const Tally& interval : day_.replications.front()) {
      const double people = static_cast<double>(interval.groups[g].staffed_ms) / length_ms;
      group.add_at_work(people);
      group.set_hours(group.hours() + people * length_ms / 3'600'000);
    }
    out_.set_agent_hours(out_.agent_hours() + group.hours());
  }

  const SimulatedDay& day_;
  const Rules& rules_;
  const std::vector<Tally> days_;
  std::vector<std::vector<Tally>> by_interval_;  // of each interval, the replications
  v1::Simulation& out_;
};

}  // namespace

std::vector<Tally> Coarser(const std::vector<Tally>& tallies, const DayGrid& of,
                           const DayGrid& to) {
  const auto ratio = static_cast<size_t>(to.interval.millis() / of.interval.millis());
  std::vector<Tally> sums(to.intervals);
  for (size_t i = 0; i < tallies.size(); ++i) {
    sums[std::min(i / ratio, to.intervals - 1)] += tallies[i];
  }
  return sums;
}

std::vector<Tally> WholeDays(const std::vector<std::vector<Tally>>& replications) {
  std::vector<Tally> days;
  for (const std::vector<Tally>& replication : replications) {
    Tally& day = days.emplace_back();
    for (const Tally& interval : replication) day += interval;
  }
  return days;
}

void WriteFigure(const simulation::Estimate& estimate, v1::Figure* out) {
  out->set_value(estimate.value);
  out->set_half_width(estimate.half_width.value_or(0));
}

void WriteGroup(const Rules& rules, const AgentKind& kind, v1::AgentGroup* out) {
  out->set_like(kind.agents.front());
  for (const std::string& agent : kind.agents) out->add_agents(agent);
  for (const SkillLevel& skill : kind.agent.skills) {
    v1::AgentGroup::Skill& of = *out->add_skills();
    of.set_skill(NameIn(rules.directory, skill.skill));
    of.set_level(skill.level);
  }
  out->set_routing_profile(NameIn(rules.directory, kind.agent.profile));
  for (const std::string& queue : kind.queues) out->add_queues(queue);
}

void WriteDay(const SimulatedDay& day, const Rules& rules, v1::Simulation& out) {
  Writer(day, rules, out).Write();
}

}  // namespace wissel::forecasting
