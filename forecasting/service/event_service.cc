#include "forecasting/service/event_service.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "google/protobuf/empty.pb.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::Empty;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::Override;
using v1::PlanningEvent;

constexpr size_t kMost = 10'000;
constexpr int64_t kLongestDays = 400;
constexpr double kMostContacts = 1e9;
constexpr double kMostFactor = 1000;
constexpr int kMinutesOfDay = 1440;

template <class Message>
absl::StatusOr<std::vector<Message>> All(PlanStore& store, std::string_view kind) {
  WISSEL_ASSIGN_OR_RETURN(auto stored, ReadAll<Message>(store, kind, kMost));
  std::vector<Message> messages;
  messages.reserve(stored.size());
  for (auto& one : stored) messages.push_back(std::move(one.head));
  return messages;
}

template <class Message>
void SortByDay(std::vector<Message>& messages) {
  std::stable_sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) {
    return std::pair(a.start_date(), a.name()) < std::pair(b.start_date(), b.name());
  });
}

// As stored, both dates stand.
Days DaysOf(const auto& message) {
  Days days;
  absl::ParseCivilTime(message.start_date(), &days.first);
  absl::ParseCivilTime(message.end_date(), &days.last);
  return days;
}

absl::Status CheckWithin(double value, double least, double most, std::string_view field) {
  if (std::isfinite(value) && value >= least && value <= most) return absl::OkStatus();
  return RefuseField(field, fmt::format("{} is out of range", value),
                     fmt::format("{} to {}", least, most));
}

absl::Status CheckSize(const PlanningEvent& event) {
  switch (event.size_case()) {
    case PlanningEvent::kContacts:
      return CheckWithin(event.contacts(), 0, kMostContacts, "contacts");
    case PlanningEvent::kFactor:
      return CheckWithin(event.factor(), 0, kMostFactor, "factor");
    case PlanningEvent::SIZE_NOT_SET:
      break;
  }
  return RefuseField("size", "is not given", "contacts, or a factor");
}

// Completed with what is left out.
absl::StatusOr<PlanningEvent> Checked(PlanningEvent event, const Directory& directory) {
  WISSEL_RETURN_IF_ERROR(CheckGiven(event.display_name(), 200, "displayName"));
  for (const std::string& queue : event.queues()) {
    WISSEL_RETURN_IF_ERROR(FindByName<QueueId>(directory, queue, "queues").status());
  }
  WISSEL_ASSIGN_OR_RETURN(const Days days,
                          ReadDays(event.start_date(), event.end_date(), kLongestDays));
  event.set_end_date(WriteDay(days.last));
  WISSEL_RETURN_IF_ERROR(CheckSize(event));
  if (!PlanningEvent::Shape_IsValid(event.shape())) {
    return RefuseField("shape", "is none that is known", "FLAT, DECAYING or RISING");
  }
  if (event.shape() == PlanningEvent::SHAPE_UNSPECIFIED) event.set_shape(PlanningEvent::FLAT);
  if (!event.has_uncertainty()) event.set_uncertainty(0.3);
  WISSEL_RETURN_IF_ERROR(CheckWithin(event.uncertainty(), 0, 2, "uncertainty"));
  WISSEL_RETURN_IF_ERROR(CheckText(event.kind(), 100, "kind"));
  if (!event.scenario().empty() && event.scenario() != "scenarios/low" &&
      event.scenario() != "scenarios/high" && event.scenario() != "scenarios/surge") {
    return RefuseField("scenario", "is none that is known",
                       "scenarios/low, scenarios/high or scenarios/surge; left out: all");
  }
  event.clear_observed();
  return event;
}

absl::StatusOr<PlanningEvent> CreateEvent(PlanStore& store, PlanningEvent event) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kPlanningEvents));
  event.set_name(NameOf(kPlanningEvents, number));
  event.set_etag("1");
  WISSEL_RETURN_IF_ERROR(store.Put({kPlanningEvents, number}, event));
  return event;
}

absl::StatusOr<PlanningEvent> UpdateEvent(PlanStore& store, PlanningEvent event) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kPlanningEvents, event.name(), "name"));
  PlanningEvent now;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kPlanningEvents, number}, &now));
  if (!found) return NoSuchName("name", event.name());
  WISSEL_RETURN_IF_ERROR(CheckEtag(event.etag(), now.etag()));
  event.set_etag(NextEtag(now.etag()));
  WISSEL_RETURN_IF_ERROR(store.Put({kPlanningEvents, number}, event));
  return event;
}

absl::StatusOr<Empty> DeleteEvent(PlanStore& store, const v1::DeletePlanningEventRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kPlanningEvents, request.name(), "name"));
  PlanningEvent now;
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Get({kPlanningEvents, number}, &now));
  if (!found) return NoSuchName("name", request.name());
  WISSEL_RETURN_IF_ERROR(CheckEtag(request.etag(), now.etag()));
  WISSEL_RETURN_IF_ERROR(store.Delete(kPlanningEvents, number).status());
  return Empty();
}

absl::StatusOr<v1::ListPlanningEventsResponse> ListEvents(
    PlanStore& store, const v1::ListPlanningEventsRequest& request) {
  Days days{absl::CivilDay(1990, 1, 1), absl::CivilDay(2100, 12, 31)};
  if (!request.start_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(days.first, ReadDay(request.start_date(), "startDate"));
  }
  if (!request.end_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(days.last, ReadDay(request.end_date(), "endDate"));
  }
  WISSEL_ASSIGN_OR_RETURN(std::vector<PlanningEvent> events, EventsIn(store, days));
  v1::ListPlanningEventsResponse response;
  for (PlanningEvent& event : events) *response.add_planning_events() = std::move(event);
  return response;
}

absl::StatusOr<Override> Checked(Override override, const Directory& directory) {
  WISSEL_RETURN_IF_ERROR(FindByName<QueueId>(directory, override.queue(), "queue").status());
  WISSEL_ASSIGN_OR_RETURN(const Days days,
                          ReadDays(override.start_date(), override.end_date(), kLongestDays));
  override.set_end_date(WriteDay(days.last));
  const int from = override.from_minute(), to = override.to_minute();
  if (from < 0 || from >= kMinutesOfDay) {
    return RefuseField("fromMinute", fmt::format("{} is no minute of a day", from), "0 to 1439");
  }
  if (to == 0) override.set_to_minute(kMinutesOfDay);
  if (to < 0 || to > kMinutesOfDay || override.to_minute() <= from) {
    return RefuseField("toMinute", fmt::format("{} does not come after {}", to, from),
                       "a later minute of the day, up to 1440");
  }
  switch (override.change_case()) {
    case Override::kContacts:
      WISSEL_RETURN_IF_ERROR(CheckWithin(override.contacts(), 0, kMostContacts, "contacts"));
      break;
    case Override::kFactor:
      WISSEL_RETURN_IF_ERROR(CheckWithin(override.factor(), 0, kMostFactor, "factor"));
      break;
    case Override::CHANGE_NOT_SET:
      return RefuseField("change", "is not given", "contacts, or a factor");
  }
  WISSEL_RETURN_IF_ERROR(CheckGiven(override.reason(), 500, "reason"));
  return override;
}

absl::StatusOr<Override> CreateOverride(PlanStore& store, Override override) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<Override> others, OverridesOf(store, override.queue()));
  for (const Override& other : others) {
    const bool meet = DaysOf(other).Meet(DaysOf(override)) &&
                      other.from_minute() < override.to_minute() &&
                      override.from_minute() < other.to_minute();
    if (!meet) continue;
    return Refuse(absl::StatusCode::kFailedPrecondition, "startDate",
                  fmt::format("{} stands there already: {}", other.name(), other.reason()),
                  "delete that one first");
  }
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kOverrides));
  override.set_name(NameOf(kOverrides, number));
  WISSEL_RETURN_IF_ERROR(store.Put({kOverrides, number}, override));
  return override;
}

absl::StatusOr<Empty> DeleteOverride(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kOverrides, name, "name"));
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Delete(kOverrides, number));
  if (!found) return NoSuchName("name", name);
  return Empty();
}

void RegisterOverrides(rpc::MethodTable& table, Office& office, Access look, Access change) {
  table.Unary<v1::CreateOverrideRequest, Override>(
      "wissel.v1.ForecastService.CreateOverride", change,
      [&office](const Context& context, const v1::CreateOverrideRequest& request,
                Reply<Override> reply) {
        auto override = Checked(request.override(), *office.directory());
        if (!override.ok()) {
          return reply(WithFieldPrefix(override.status(), "override"));
        }
        override->set_user(context.caller.user);
        WriteTimestamp(office.shard().now(), override->mutable_create_time());
        office.Change(context, "CreateOverride", request, std::move(reply),
                      [override = *std::move(override)](PlanStore& store) {
                        return CreateOverride(store, override);
                      });
      });
  table.Unary<v1::ListOverridesRequest, v1::ListOverridesResponse>(
      "wissel.v1.ForecastService.ListOverrides", look,
      [&office](const Context&, const v1::ListOverridesRequest& request,
                Reply<v1::ListOverridesResponse> reply) {
        office.Look(std::move(reply),
                    [queue = request.queue()](
                        PlanStore& store) -> absl::StatusOr<v1::ListOverridesResponse> {
                      WISSEL_ASSIGN_OR_RETURN(auto overrides, OverridesOf(store, queue));
                      v1::ListOverridesResponse response;
                      for (Override& one : overrides) *response.add_overrides() = std::move(one);
                      return response;
                    });
      });
  table.Unary<v1::DeleteOverrideRequest, Empty>(
      "wissel.v1.ForecastService.DeleteOverride", change,
      [&office](const Context& context, const v1::DeleteOverrideRequest& request,
                Reply<Empty> reply) {
        office.Change(
            context, "DeleteOverride", request, std::move(reply),
            [name = request.name()](PlanStore& store) { return DeleteOverride(store, name); });
      });
}

}  // namespace

absl::StatusOr<std::vector<PlanningEvent>> EventsIn(PlanStore& store, const Days& days) {
  WISSEL_ASSIGN_OR_RETURN(auto events, All<PlanningEvent>(store, kPlanningEvents));
  std::erase_if(events, [&](const PlanningEvent& event) { return !DaysOf(event).Meet(days); });
  SortByDay(events);
  return events;
}

absl::StatusOr<std::vector<Override>> OverridesOf(PlanStore& store, const std::string& queue) {
  WISSEL_ASSIGN_OR_RETURN(auto overrides, All<Override>(store, kOverrides));
  std::erase_if(overrides, [&](const Override& override) {
    return !queue.empty() && override.queue() != queue;
  });
  SortByDay(overrides);
  return overrides;
}

void RegisterEvents(rpc::MethodTable& table, Office& office) {
  const Access look = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
  const Access change = Access::Of({Role::kPlanner, Role::kAdmin});
  // A created and an updated one are checked alike.
  const auto put = [&](const char* name, const char* method, auto request_type, auto work) {
    using Request = decltype(request_type);
    table.Unary<Request, PlanningEvent>(
        name, change,
        [&office, method, work](const Context& context, const Request& request,
                                Reply<PlanningEvent> reply) {
          auto event = Checked(request.planning_event(), *office.directory());
          if (!event.ok()) return reply(WithFieldPrefix(event.status(), "planningEvent"));
          office.Change(
              context, method, request, std::move(reply),
              [work, event = *std::move(event)](PlanStore& store) { return work(store, event); });
        });
  };
  put("wissel.v1.ForecastService.CreatePlanningEvent", "CreatePlanningEvent",
      v1::CreatePlanningEventRequest(), CreateEvent);
  put("wissel.v1.ForecastService.UpdatePlanningEvent", "UpdatePlanningEvent",
      v1::UpdatePlanningEventRequest(), UpdateEvent);
  table.Unary<v1::ListPlanningEventsRequest, v1::ListPlanningEventsResponse>(
      "wissel.v1.ForecastService.ListPlanningEvents", look,
      [&office](const Context&, const v1::ListPlanningEventsRequest& request,
                Reply<v1::ListPlanningEventsResponse> reply) {
        office.Look(std::move(reply),
                    [request](PlanStore& store) { return ListEvents(store, request); });
      });
  table.Unary<v1::DeletePlanningEventRequest, Empty>(
      "wissel.v1.ForecastService.DeletePlanningEvent", change,
      [&office](const Context& context, const v1::DeletePlanningEventRequest& request,
                Reply<Empty> reply) {
        office.Change(context, "DeletePlanningEvent", request, std::move(reply),
                      [request](PlanStore& store) { return DeleteEvent(store, request); });
      });
  RegisterOverrides(table, office, look, change);
}

}  // namespace wissel::forecasting
