#include "forecasting/service/planning.h"

#include <utility>

#include "base/status.h"
#include "forecasting/service/adherence_service.h"
#include "forecasting/service/event_service.h"
#include "forecasting/service/forecast_service.h"
#include "forecasting/service/history_service.h"
#include "forecasting/service/intraday.h"
#include "forecasting/service/labour_rules.h"
#include "forecasting/service/office.h"
#include "forecasting/service/schedule_changes.h"
#include "forecasting/service/schedule_service.h"
#include "forecasting/service/schedule_solve.h"
#include "forecasting/service/shift_feed.h"
#include "forecasting/service/shift_offers.h"
#include "forecasting/service/shift_swaps.h"
#include "forecasting/service/simulation_service.h"
#include "forecasting/service/staffing_service.h"

namespace wissel::forecasting {

class Planning::Rooms {
 public:
  Rooms(Shard& shard, std::unique_ptr<PlanStore> store, const PlanningOptions& options)
      : office_(shard, std::move(store), options.history),
        intraday_(office_),
        history_(office_),
        adherence_(office_, options.presences),
        solver_{options.program, ""} {}

  void Register(rpc::MethodTable& table) {
    office_.operations().Register(table);
    history_.Register(table);
    adherence_.Register(table);
    RegisterForecasts(table, office_, intraday_);
    RegisterEvents(table, office_);
    RegisterStaffing(table, office_);
    RegisterSimulations(table, office_);
    RegisterLabourRules(table, office_);
    RegisterSchedules(table, office_);
    RegisterSolving(table, office_, solver_);
    RegisterShifts(table, office_);
    RegisterShiftOffers(table, office_, intraday_);
    RegisterScheduleChanges(table, office_);
    RegisterShiftFeeds(table, office_);
  }
  void Stop() {
    history_.Stop();
    office_.Stop();
  }

 private:
  Office office_;
  Intraday intraday_;
  HistoryService history_;
  AdherenceService adherence_;
  const SolverProcess solver_;
};

absl::StatusOr<std::unique_ptr<Planning>> Planning::Open(Shard& shard,
                                                         const PlanningOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(auto store, PlanStore::Open(options.place));
  return std::unique_ptr<Planning>(
      new Planning(std::make_unique<Rooms>(shard, std::move(store), options)));
}

Planning::Planning(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Planning::~Planning() = default;

void Planning::Register(rpc::MethodTable& table) { rooms_->Register(table); }
void Planning::Stop() { rooms_->Stop(); }

}  // namespace wissel::forecasting
