#include "forecasting/service/shift_offers.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "forecasting/service/day_outlook.h"
#include "forecasting/service/offer_book.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/schedule_changes.h"
#include "forecasting/service/schedule_check.h"
#include "forecasting/service/shift_proposals.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::ShiftOffer;

constexpr int kMostAgents = 500;
constexpr size_t kMostNote = 200;
constexpr int kMostListed = 200;
constexpr Duration kLongest = Duration::Hours(12);

// What a handler knows of the center, as of its call.
struct Scene {
  std::shared_ptr<const Directory> directory;
  absl::TimeZone zone;
  Instant now;

  absl::CivilDay DayOf(Instant t) const {
    return absl::ToCivilDay(absl::FromUnixMillis(t.millis()), zone);
  }
};
Scene SceneOf(Office& office) { return {office.directory(), office.zone(), office.shard().now()}; }

struct Taking {
  ShiftPiece piece;
  uint64_t schedule = 0;  // in which it stands
};

// What accepting would do, as the store stands. FAILED_PRECONDITION: it cannot be, or breaks a
// rule.
absl::StatusOr<Taking> TakingOf(PlanStore& store, const Scene& scene, const std::string& agent,
                                const OfferedTime& time) {
  const absl::CivilDay day = scene.DayOf(time.start);
  const Days days = WeeksAround(day, day);
  WISSEL_ASSIGN_OR_RETURN(const auto published, PublishedShifts(store, agent, days, scene.zone));
  std::vector<v1::Shift> shifts;
  for (const Published& one : published) shifts.push_back(one.shift);
  Taking taking;
  WISSEL_ASSIGN_OR_RETURN(taking.piece, PieceOf(agent, time, shifts, scene.zone));
  for (const Published& one : published) {
    if (taking.piece.shift && one.shift.name() == taking.piece.shift->name()) {
      taking.schedule = one.schedule;
    }
  }
  if (!taking.piece.shift) {
    WISSEL_ASSIGN_OR_RETURN(const auto schedule, PublishedOn(store, day));
    if (!schedule) {
      return Refuse(absl::StatusCode::kFailedPrecondition, "shiftOffer.startTime",
                    fmt::format("no schedule of {} is published", WriteDay(day)));
    }
    taking.schedule = schedule->number;
  }
  WISSEL_ASSIGN_OR_RETURN(const ScheduleScene rules, RuleScene(store, {agent}, days, scene.zone));
  WISSEL_ASSIGN_OR_RETURN(
      const auto broken,
      BrokenBy(rules, {{agent, shifts}}, {{agent, ShiftsWith(shifts, taking.piece)}}, time.kind));
  if (broken.empty()) return taking;
  return Refuse(absl::StatusCode::kFailedPrecondition, "",
                fmt::format("it would break a labour rule: {}", broken.begin()->second));
}

absl::Status CheckTimes(const ShiftOffer& offer, Instant now) {
  WISSEL_ASSIGN_OR_RETURN(const Instant start, ReadTimestamp(offer.start_time(), "startTime"));
  WISSEL_ASSIGN_OR_RETURN(const Instant end, ReadTimestamp(offer.end_time(), "endTime"));
  WISSEL_ASSIGN_OR_RETURN(const Instant expires, ReadTimestamp(offer.expire_time(), "expireTime"));
  if (start <= now) return RefuseField("startTime", "has passed", "a time that is to come");
  if (start.millis() % 60'000 != 0 || end.millis() % 60'000 != 0) {
    return RefuseField("startTime", "is no whole minute", "whole minutes");
  }
  if (end <= start || end - start > kLongest) {
    return RefuseField("endTime", "does not come after the beginning, or half a day later",
                       "up to 12 hours after startTime");
  }
  if (expires <= now || expires > start) {
    return RefuseField("expireTime", "has passed, or lies after the beginning",
                       "between now and startTime");
  }
  return absl::OkStatus();
}

absl::Status CheckOffer(const ShiftOffer& offer, const Scene& scene, const Eligible& eligible) {
  if (offer.kind() != ShiftOffer::OVERTIME && offer.kind() != ShiftOffer::TIME_OFF) {
    return RefuseField("kind", "is none that is known", "OVERTIME or TIME_OFF");
  }
  WISSEL_RETURN_IF_ERROR(CheckTimes(offer, scene.now));
  WISSEL_RETURN_IF_ERROR(ReadNumber(offer.needed(), 1, kMostAgents, "needed").status());
  WISSEL_RETURN_IF_ERROR(CheckText(offer.note(), kMostNote, "note"));
  std::set<std::string> can;
  if (offer.queues().empty()) return RefuseField("queues", "there are none", "one or more");
  for (int i = 0; i < offer.queues_size(); ++i) {
    const std::string field = fmt::format("queues[{}]", i);
    WISSEL_RETURN_IF_ERROR(FindByName<QueueId>(*scene.directory, offer.queues(i), field).status());
    const auto found = eligible.find(offer.queues(i));
    if (found != eligible.end()) can.insert(found->second.begin(), found->second.end());
  }
  if (offer.agents().empty() || offer.agents_size() > kMostAgents) {
    return RefuseField("agents", "it is made to nobody, or to too many",
                       fmt::format("1 to {} agents", kMostAgents));
  }
  std::set<std::string> twice;
  for (int i = 0; i < offer.agents_size(); ++i) {
    const std::string field = fmt::format("agents[{}]", i);
    WISSEL_RETURN_IF_ERROR(FindByName<AgentId>(*scene.directory, offer.agents(i), field).status());
    if (!twice.insert(offer.agents(i)).second) {
      return RefuseField(field, "stands there twice", "each agent once");
    }
    if (!can.contains(offer.agents(i))) {
      return RefuseField(field, fmt::format("{} cannot serve these queues", offer.agents(i)),
                         "agents with the skills for one of them");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ShiftOffer> Create(PlanStore& store, const Scene& scene, const Eligible& eligible,
                                  const ShiftOffer& asked, const std::string& user) {
  ShiftOffer offer;
  offer.set_kind(asked.kind());
  *offer.mutable_start_time() = asked.start_time();
  *offer.mutable_end_time() = asked.end_time();
  *offer.mutable_queues() = asked.queues();
  offer.set_needed(asked.needed());
  *offer.mutable_agents() = asked.agents();
  *offer.mutable_expire_time() = asked.expire_time();
  offer.set_note(asked.note());
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(CheckOffer(offer, scene, eligible), "shiftOffer"));
  for (int i = 0; i < offer.agents_size(); ++i) {
    const absl::Status may = TakingOf(store, scene, offer.agents(i), TimeOf(offer)).status();
    if (may.ok()) continue;
    return Refuse(may.code(), fmt::format("shiftOffer.agents[{}]", i), std::string(may.message()),
                  "agents whom it can be offered to");
  }
  offer.set_state(ShiftOffer::OPEN);
  WriteTimestamp(scene.now, offer.mutable_create_time());
  offer.set_user(user);
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kShiftOffers));
  offer.set_name(NameOf(kShiftOffers, number));
  WISSEL_RETURN_IF_ERROR(store.Put({kShiftOffers, number}, offer));
  return offer;
}

ShiftOffer::Answer* AnswerOf(ShiftOffer& offer, const std::string& agent) {
  for (ShiftOffer::Answer& answer : *offer.mutable_answers()) {
    if (answer.agent() == agent) return &answer;
  }
  return nullptr;
}

bool IsTo(const ShiftOffer& offer, const std::string& agent) {
  return std::find(offer.agents().begin(), offer.agents().end(), agent) != offer.agents().end();
}

// What an agent sees: nothing of the others but how many places are taken.
ShiftOffer SeenBy(ShiftOffer offer, const std::string& agent) {
  offer.clear_agents();
  offer.add_agents(agent);
  std::optional<ShiftOffer::Answer> own;
  if (const auto* answer = AnswerOf(offer, agent)) own = *answer;
  offer.clear_answers();
  if (own) *offer.add_answers() = *own;
  return offer;
}

absl::Status CheckOpen(const ShiftOffer& offer) {
  std::string_view why;
  if (offer.state() == ShiftOffer::FILLED) why = "others were faster: it is filled";
  if (offer.state() == ShiftOffer::EXPIRED) why = "its deadline has passed";
  if (offer.state() == ShiftOffer::WITHDRAWN) why = "it was withdrawn";
  if (why.empty()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "name", why, "an open offer");
}

absl::StatusOr<ShiftOffer> AnswerIt(PlanStore& store, const Scene& scene, const rpc::Caller& caller,
                                    const v1::AnswerShiftOfferRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(StoredOffer stored, FindOffer(store, request.name(), scene.now));
  ShiftOffer& offer = stored.head;
  if (!IsTo(offer, caller.agent)) return NoSuchName("name", request.name());
  ShiftOffer::Answer* answer = AnswerOf(offer, caller.agent);
  if (answer != nullptr && answer->accepted()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "name", "you have accepted it already",
                  "a word with your planner");
  }
  WISSEL_RETURN_IF_ERROR(CheckOpen(offer));
  if (answer == nullptr) answer = offer.add_answers();
  answer->set_agent(caller.agent);
  answer->set_accepted(request.accept());
  WriteTimestamp(scene.now, answer->mutable_time());
  if (request.accept()) {
    auto taking = TakingOf(store, scene, caller.agent, TimeOf(offer));
    if (!taking.ok()) return WithFieldRenamed(taking.status(), "", "name");
    answer->set_hours(taking->piece.hours);
    WISSEL_RETURN_IF_ERROR(ChangePublished(store,
                                           {.schedule = taking->schedule,
                                            .from = taking->piece.shift,
                                            .to = taking->piece.becomes,
                                            .user = caller.user,
                                            .reason = offer.name()},
                                           scene.now)
                               .status());
    offer.set_accepted(offer.accepted() + 1);
    if (offer.accepted() >= offer.needed()) offer.set_state(ShiftOffer::FILLED);
  }
  WISSEL_RETURN_IF_ERROR(store.Put({kShiftOffers, stored.number}, offer));
  return SeenBy(offer, caller.agent);
}

absl::StatusOr<ShiftOffer> Withdraw(PlanStore& store, const Scene& scene, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(StoredOffer stored, FindOffer(store, name, scene.now));
  WISSEL_RETURN_IF_ERROR(CheckOpen(stored.head));
  stored.head.set_state(ShiftOffer::WITHDRAWN);
  WISSEL_RETURN_IF_ERROR(store.Put({kShiftOffers, stored.number}, stored.head));
  return stored.head;
}

// With what accepting would do, to whom it is open.
absl::StatusOr<ShiftOffer> ForAgent(PlanStore& store, const Scene& scene, const ShiftOffer& offer,
                                    const std::string& agent) {
  ShiftOffer seen = SeenBy(offer, agent);
  if (seen.state() != ShiftOffer::OPEN) return seen;
  if (!seen.answers().empty() && seen.answers(0).accepted()) return seen;
  const auto taking = TakingOf(store, scene, agent, TimeOf(seen));
  if (absl::IsFailedPrecondition(taking.status())) return seen;
  if (!taking.ok()) return taking.status();
  if (taking->piece.shift) *seen.mutable_shift() = *taking->piece.shift;
  if (taking->piece.becomes) *seen.mutable_becomes() = *taking->piece.becomes;
  return seen;
}

absl::StatusOr<v1::ListShiftOffersResponse> List(PlanStore& store, const Scene& scene,
                                                 const std::string& agent, bool as_agent,
                                                 bool open_only) {
  WISSEL_ASSIGN_OR_RETURN(const auto offers, OffersIn(store, scene.now));
  v1::ListShiftOffersResponse response;
  for (const auto& [number, offer] : offers) {
    if (open_only && offer.state() != ShiftOffer::OPEN) continue;
    if (!agent.empty() && !IsTo(offer, agent)) continue;
    if (response.shift_offers_size() == kMostListed) break;
    if (as_agent) {
      WISSEL_ASSIGN_OR_RETURN(*response.add_shift_offers(), ForAgent(store, scene, offer, agent));
    } else {
      *response.add_shift_offers() = offer;
    }
  }
  return response;
}

void ListOffers(Office& office, const Context& context, const v1::ListShiftOffersRequest& request,
                Reply<v1::ListShiftOffersResponse> reply) {
  const bool plans =
      context.caller.roles.Intersects({Role::kPlanner, Role::kManager, Role::kAdmin});
  const bool as_agent =
      !plans || (!request.agent().empty() && request.agent() == context.caller.agent);
  const std::string agent = as_agent ? context.caller.agent : request.agent();
  if (as_agent && agent.empty()) {
    return reply(absl::PermissionDeniedError("you are not an agent of this center"));
  }
  office.Look(std::move(reply),
              [agent, as_agent, open_only = request.open_only(), scene = SceneOf(office)](
                  PlanStore& store) { return List(store, scene, agent, as_agent, open_only); });
}

// The time that is asked about, if one is.
absl::StatusOr<std::optional<OfferedTime>> AskedTime(const v1::ProposeShiftOffersRequest& request,
                                                     Instant now) {
  if (request.kind() == ShiftOffer::KIND_UNSPECIFIED && !request.has_start_time() &&
      !request.has_end_time()) {
    return std::nullopt;
  }
  ShiftOffer offer;
  offer.set_kind(request.kind());
  *offer.mutable_start_time() = request.start_time();
  *offer.mutable_end_time() = request.end_time();
  *offer.mutable_expire_time() = request.start_time();
  if (request.kind() != ShiftOffer::OVERTIME && request.kind() != ShiftOffer::TIME_OFF) {
    return RefuseField("kind", "is none that is known", "OVERTIME or TIME_OFF");
  }
  if (request.queue().empty()) return RefuseField("queue", "is left out", "one that it is for");
  WISSEL_RETURN_IF_ERROR(CheckTimes(offer, now));
  return TimeOf(offer);
}

void Propose(Office& office, Intraday& intraday, const v1::ProposeShiftOffersRequest& request,
             Reply<v1::ProposeShiftOffersResponse> reply) {
  const auto asked = AskedTime(request, office.shard().now());
  if (!asked.ok()) return reply(asked.status());
  office.StudyWithPeople(
      std::move(reply),
      [&office, &intraday, queue = request.queue(), asked = *asked](
          metrics::HistoryTables& history,
          const Eligible& eligible) -> absl::StatusOr<v1::ProposeShiftOffersResponse> {
        WISSEL_ASSIGN_OR_RETURN(const DayView view, ViewDay(office, intraday, history, eligible));
        const Instant now = office.shard().now();
        WISSEL_ASSIGN_OR_RETURN(const auto offers,
                                office.OnStore([&](PlanStore& in) { return OffersIn(in, now); }));
        return ProposalsFor(view, offers, queue, asked, now);
      });
}

absl::Status CheckQueue(Office& office, const std::string& queue) {
  if (queue.empty()) return absl::OkStatus();
  return FindByName<QueueId>(*office.directory(), queue, "queue").status();
}

void RegisterOutlook(rpc::MethodTable& table, Office& office, Intraday& intraday, Access plan) {
  table.Unary<v1::GetDayOutlookRequest, v1::DayOutlook>(
      "wissel.v1.DayService.GetDayOutlook", plan,
      [&office, &intraday](const Context&, const v1::GetDayOutlookRequest& request,
                           Reply<v1::DayOutlook> reply) {
        const std::string& queue = request.queue();
        if (auto known = CheckQueue(office, queue); !known.ok()) return reply(known);
        office.StudyWithPeople(
            std::move(reply),
            [&office, &intraday, queue](metrics::HistoryTables& history, const Eligible& eligible)
                -> absl::StatusOr<v1::DayOutlook> {
              WISSEL_ASSIGN_OR_RETURN(DayView view, ViewDay(office, intraday, history, eligible));
              auto& groups = *view.outlook.mutable_groups();
              groups.erase(std::remove_if(groups.begin(), groups.end(),
                                          [&](const auto& one) { return !IsWanted(one, queue); }),
                           groups.end());
              return std::move(view.outlook);
            });
      });
  table.Unary<v1::ProposeShiftOffersRequest, v1::ProposeShiftOffersResponse>(
      "wissel.v1.DayService.ProposeShiftOffers", plan,
      [&office, &intraday](const Context&, const v1::ProposeShiftOffersRequest& request,
                           Reply<v1::ProposeShiftOffersResponse> reply) {
        if (auto known = CheckQueue(office, request.queue()); !known.ok()) return reply(known);
        Propose(office, intraday, request, std::move(reply));
      });
}

}  // namespace

void RegisterShiftOffers(rpc::MethodTable& table, Office& office, Intraday& intraday) {
  const Access plan = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
  RegisterOutlook(table, office, intraday, plan);
  table.Unary<v1::CreateShiftOfferRequest, ShiftOffer>(
      "wissel.v1.DayService.CreateShiftOffer", plan,
      [&office](const Context& context, const v1::CreateShiftOfferRequest& request,
                Reply<ShiftOffer> reply) {
        office.ChangeWithPeople(context, "CreateShiftOffer", request, std::move(reply),
                                [request, scene = SceneOf(office), user = context.caller.user](
                                    PlanStore& store, const Eligible& eligible) {
                                  return Create(store, scene, eligible, request.shift_offer(),
                                                user);
                                });
      });
  table.Unary<v1::ListShiftOffersRequest, v1::ListShiftOffersResponse>(
      "wissel.v1.DayService.ListShiftOffers",
      Access::Of({Role::kAgent, Role::kPlanner, Role::kManager, Role::kAdmin}),
      [&office](const Context& context, const v1::ListShiftOffersRequest& request,
                Reply<v1::ListShiftOffersResponse> reply) {
        ListOffers(office, context, request, std::move(reply));
      });
  table.Unary<v1::AnswerShiftOfferRequest, ShiftOffer>(
      "wissel.v1.DayService.AnswerShiftOffer", Access::Of({Role::kAgent}),
      [&office](const Context& context, const v1::AnswerShiftOfferRequest& request,
                Reply<ShiftOffer> reply) {
        office.Change(context, "AnswerShiftOffer", request, std::move(reply),
                      [request, scene = SceneOf(office), caller = context.caller](
                          PlanStore& store) { return AnswerIt(store, scene, caller, request); });
      });
  table.Unary<v1::WithdrawShiftOfferRequest, ShiftOffer>(
      "wissel.v1.DayService.WithdrawShiftOffer", plan,
      [&office](const Context& context, const v1::WithdrawShiftOfferRequest& request,
                Reply<ShiftOffer> reply) {
        office.Change(context, "WithdrawShiftOffer", request, std::move(reply),
                      [name = request.name(), scene = SceneOf(office)](PlanStore& store) {
                        return Withdraw(store, scene, name);
                      });
      });
}

}  // namespace wissel::forecasting
