#include "forecasting/service/adherence_service.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
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

// Written on the sequencer's thread, read on the store's.
class AdherenceService::Record {
 public:
  explicit Record(std::optional<PresenceRecord> before) : presences_(std::move(before)) {}

  void See(const CommittedBatch& batch, const Engine& engine) {
    std::lock_guard lock(mutex_);
    if (!presences_) {
      presences_.emplace(engine);
      return;
    }
    for (const Event& event : batch.events) presences_->Fold(event);
  }
  PresenceRecord Read() {
    std::lock_guard lock(mutex_);
    return presences_.value_or(PresenceRecord());
  }

 private:
  std::mutex mutex_;
  std::optional<PresenceRecord> presences_;
};

AdherenceService::AdherenceService(Office& office, std::optional<PresenceRecord> before)
    : office_(office), record_(std::make_shared<Record>(std::move(before))) {
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
                      const PresenceRecord done = record->Read();
                      const Instant midnight = Instant::FromMillis(
                          absl::ToUnixMillis(absl::FromCivil(absl::CivilSecond(today), zone)));
                      const Instant since = std::max(midnight, done.since());
                      const auto directory = office.directory();
                      v1::Adherence response;
                      WriteTimestamp(now, response.mutable_time());
                      directory->agents.ForEach([&](AgentId id, const AgentConfig&) {
                        const std::string name = NameIn(*directory, id);
                        const auto planned = shifts.find(name);
                        if (planned == shifts.end()) return;
                        const auto* const did = done.Of(id);
                        const auto changes = did == nullptr ? std::vector<ActivityChange>() : *did;
                        *response.add_rows() =
                            RowOf(name, scheduling::AdherenceAt(
                                            From(SpansOf(planned->second), since), changes, now));
                      });
                      return response;
                    });
      });
}

}  // namespace wissel::forecasting
