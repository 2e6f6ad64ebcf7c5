#include "metrics/service/radar_to_proto.h"

#include <algorithm>
#include <string>

#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::metrics {
namespace {

constexpr int64_t kPointBins = 5;
constexpr size_t kBinsShown = 120;
// A factor of next to nothing says nothing.
constexpr double kLeastForFactor = 0.5;

void WriteProposal(const Proposal& proposal, const Directory& directory, v1::RadarProposal* out) {
  out->set_kind(static_cast<v1::RadarProposal::Kind>(proposal.kind));
  out->set_contacts(proposal.contacts);
  out->set_people(proposal.people);
  for (AgentId agent : proposal.agents) out->add_agents(NameIn(directory, agent));
  if (proposal.team) out->set_team(NameIn(directory, *proposal.team));
  out->set_step(proposal.step);
  if (proposal.queue) out->set_queue(NameIn(directory, *proposal.queue));
}

void WriteAlarm(const SeriesKey& key, const SeriesWatch& watch, Instant judged_to,
                const Directory& directory, v1::RadarAlarm* out) {
  const SeriesAlarm& alarm = *watch.alarm();
  const Comparison comparison = watch.OverAlarm(judged_to);
  out->set_queue(NameIn(directory, key.queue));
  out->set_topic(key.topic);
  out->set_direction(static_cast<v1::RadarAlarm::Direction>(alarm.direction));
  WriteTimestamp(alarm.onset, out->mutable_onset_time());
  WriteTimestamp(alarm.named, out->mutable_named_time());
  WriteDuration(kRadarBin * comparison.bins, out->mutable_window());
  out->set_observed(comparison.observed);
  out->set_expected(comparison.expected);
  out->set_expected_low(comparison.low);
  out->set_expected_high(comparison.high);
  if (comparison.expected >= kLeastForFactor) {
    out->set_factor(static_cast<double>(comparison.observed) / comparison.expected);
  }
  const Basis basis = watch.bins().empty() ? Basis::kLearning : watch.bins().back().expected.basis;
  out->set_basis(static_cast<v1::RadarAlarm::Basis>(basis));
}

}  // namespace

v1::Radar RadarOf(const Radar& radar, const Board& board,
                  const std::map<QueueId, Requirement>& requirements) {
  v1::Radar out;
  for (const SeriesKey& key : radar.Alarms()) {
    // A queue that was deleted within the minute.
    if (board.directory().queues.Find(key.queue) == nullptr) continue;
    const SeriesWatch& watch = *radar.Find(key);
    v1::RadarAlarm* alarm = out.add_alarms();
    WriteAlarm(key, watch, radar.judged_to(), board.directory(), alarm);
    const auto requirement = requirements.find(key.queue);
    if (requirement == requirements.end()) continue;
    const Direction direction = watch.alarm()->direction;
    for (const Proposal& p : ProposalsFor(key, direction, board, requirement->second)) {
      WriteProposal(p, board.directory(), alarm->add_proposals());
    }
  }
  out.set_series(static_cast<int32_t>(radar.judged()));
  out.set_series_by_history(static_cast<int32_t>(radar.by_history()));
  out.set_series_learning(static_cast<int32_t>(radar.learning()));
  out.set_days_per_false_alarm(radar.days_per_false_alarm());
  return out;
}

void WriteSeries(const SeriesWatch& watch, Instant judged_to, v1::RadarSeries* out) {
  const size_t bins = watch.bins().size();
  const int64_t end = judged_to.millis() / kRadarBin.millis();  // in minutes
  const int64_t oldest = end - static_cast<int64_t>(std::min(bins, kBinsShown));
  for (int64_t from = oldest; from < end;) {
    const int64_t to = std::min(end, (from / kPointBins + 1) * kPointBins);
    const auto first = static_cast<size_t>(from - (end - static_cast<int64_t>(bins)));
    const Comparison comparison = watch.Over(first, static_cast<size_t>(to - from));
    v1::RadarPoint* point = out->add_points();
    WriteTimestamp(Instant::FromMillis(from * kRadarBin.millis()), point->mutable_start_time());
    point->set_observed(comparison.observed);
    if (comparison.high > 0) {
      point->set_expected(comparison.expected);
      point->set_expected_low(comparison.low);
      point->set_expected_high(comparison.high);
    }
    from = to;
  }
}

void WriteInterval(const HistoryRow& row, v1::Interval* out) {
  const DayCounters& c = row.counts.counters;
  out->set_queue(std::string(Collection<QueueId>::kPrefix) + row.queue);
  WriteTimestamp(row.start, out->mutable_start_time());
  out->set_imported(row.imported);
  out->set_arrivals(row.counts.arrivals);
  out->set_offered(c.offered);
  out->set_answered(c.answered);
  out->set_answered_in_time(c.answered_in_time);
  out->set_abandoned(c.abandoned);
  out->set_short_abandoned(c.short_abandoned);
  out->set_ended_otherwise(c.ended_otherwise);
  out->set_completed(c.completed);
  WriteDuration(c.answered_wait_sum, out->mutable_answered_wait_sum());
  WriteDuration(c.handle_sum, out->mutable_handle_sum());
  out->set_waiting(row.counts.waiting);
}

}  // namespace wissel::metrics
