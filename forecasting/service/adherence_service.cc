#include "forecasting/service/adherence_service.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "forecasting/core/scheduling/adherence.h"
#include "forecasting/service/schedule_book.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "wissel/v1/schedule.pb.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using scheduling::Activity;
using scheduling::ActivityChange;
using scheduling::ActivitySpan;

// Changes that are older are forgotten: no day is longer.
constexpr Duration kRemembered = Duration::Hours(26);

// Away for a break or lunch is a break; away for anything else is work of another kind.
Activity ActivityOf(Presence presence, const std::string& away_reason) {
  switch (presence) {
    case Presence::kOffline:
      return Activity::kOff;
    case Presence::kAvailable:
      return Activity::kWork;
    case Presence::kAway:
      break;
  }
  return away_reason == "break" || away_reason == "lunch" ? Activity::kBreak : Activity::kWork;
}

std::vector<ActivitySpan> SpansOf(const std::vector<v1::Shift>& shifts) {
  std::vector<ActivitySpan> spans;
  for (const v1::Shift& shift : shifts) {
    Instant from = StartOf(shift);
    for (const auto& pause : shift.breaks()) {
      const Instant start = InstantOf(pause.start_time());
      const Instant end = InstantOf(pause.end_time());
      if (start > from) spans.push_back({from, start, Activity::kWork});
      spans.push_back({start, end, Activity::kBreak});
      from = end;
    }
    if (from < EndOf(shift)) spans.push_back({from, EndOf(shift), Activity::kWork});
  }
  return spans;
}

// The part of a plan from `t` on.
std::vector<ActivitySpan> From(std::vector<ActivitySpan> spans, Instant t) {
  std::erase_if(spans, [&](const ActivitySpan& span) { return span.end <= t; });
  for (ActivitySpan& span : spans) span.start = std::max(span.start, t);
  return spans;
}

v1::Adherence::Row RowOf(const std::string& agent, const scheduling::AdherenceRow& row) {
  v1::Adherence::Row out;
  out.set_agent(agent);
  out.set_planned(static_cast<v1::Adherence::Row::Activity>(row.planned));
  out.set_actual(static_cast<v1::Adherence::Row::Activity>(row.actual));
  if (row.differs_since) WriteTimestamp(*row.differs_since, out.mutable_differs_since());
  if (row.adherence) out.set_adherence(*row.adherence);
  if (row.conformance) out.set_conformance(*row.conformance);
  if (row.next) {
    WriteTimestamp(row.next->at, out.mutable_next_time());
    out.set_next(static_cast<v1::Adherence::Row::Activity>(row.next->activity));
  }
  return out;
}

}  // namespace

// What agents did, by agent. Written on the sequencer's thread, read on the store's.
class AdherenceService::Record {
 public:
  struct Done {
    Instant since;  // the record begins
    std::map<AgentId, std::vector<ActivityChange>> changes;
  };

  void See(const CommittedBatch& batch, const Engine& engine) {
    std::lock_guard lock(mutex_);
    if (!begun_) Begin(batch, engine);
    for (const Event& event : batch.events) {
      const auto* const change = std::get_if<PresenceChanged>(&event.body);
      if (change == nullptr) continue;
      auto& list = done_.changes[change->agent];
      list.push_back({event.at, ActivityOf(change->presence, change->away_reason)});
      while (list.size() > 1 && list[1].at + kRemembered < event.at) list.erase(list.begin());
    }
  }
  Done Read() {
    std::lock_guard lock(mutex_);
    return done_;
  }

 private:
  // Where everybody is, as far as this batch did not move them.
  void Begin(const CommittedBatch& batch, const Engine& engine) {
    begun_ = true;
    done_.since = batch.events.front().at;
    engine.directory().agents.ForEach([&](AgentId id, const AgentConfig&) {
      const AgentState* const state = engine.FindAgent(id);
      if (state == nullptr) return;
      const bool moves = std::any_of(batch.events.begin(), batch.events.end(), [&](const Event& e) {
        const auto* const change = std::get_if<PresenceChanged>(&e.body);
        return change != nullptr && change->agent == id;
      });
      if (moves) return;
      done_.changes[id] = {{done_.since, ActivityOf(state->presence, state->away_reason)}};
    });
  }

  std::mutex mutex_;
  bool begun_ = false;
  Done done_;
};

AdherenceService::AdherenceService(Office& office)
    : office_(office), record_(std::make_shared<Record>()) {
  office_.shard().AddObserver(
      [record = record_](const CommittedBatch& batch, const Engine& engine) {
        if (!batch.events.empty()) record->See(batch, engine);
      });
}

void AdherenceService::Register(rpc::MethodTable& table) {
  table.Unary<v1::GetAdherenceRequest, v1::Adherence>(
      "wissel.v1.ScheduleService.GetAdherence",
      Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin}),
      [&office = office_, record = record_](const Context&, const v1::GetAdherenceRequest&,
                                            Reply<v1::Adherence> reply) {
        office.Look(std::move(reply),
                    [&office, record, now = office.shard().now(),
                     zone = office.zone()](PlanStore& store) -> absl::StatusOr<v1::Adherence> {
                      const absl::CivilDay today =
                          absl::ToCivilDay(absl::FromUnixMillis(now.millis()), zone);
                      WISSEL_ASSIGN_OR_RETURN(const ShiftsByAgent shifts,
                                              PublishedShifts(store, {today - 1, today}, zone));
                      const Record::Done done = record->Read();
                      const Instant midnight = Instant::FromMillis(
                          absl::ToUnixMillis(absl::FromCivil(absl::CivilSecond(today), zone)));
                      const Instant since = std::max(midnight, done.since);
                      const auto directory = office.directory();
                      v1::Adherence response;
                      WriteTimestamp(now, response.mutable_time());
                      directory->agents.ForEach([&](AgentId id, const AgentConfig&) {
                        const std::string name = NameIn(*directory, id);
                        const auto planned = shifts.find(name);
                        if (planned == shifts.end()) return;
                        const auto did = done.changes.find(id);
                        const auto& changes =
                            did == done.changes.end() ? std::vector<ActivityChange>() : did->second;
                        *response.add_rows() =
                            RowOf(name, scheduling::AdherenceAt(
                                            From(SpansOf(planned->second), since), changes, now));
                      });
                      return response;
                    });
      });
}

}  // namespace wissel::forecasting
