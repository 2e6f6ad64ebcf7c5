#include "router/service/agent_service.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_agent_state.h"
#include "router/service/convert_basics.h"
#include "router/service/convert_config.h"
#include "router/service/convert_explanation.h"
#include "router/service/etags.h"
#include "router/service/names.h"
#include "router/service/requests.h"
#include "router/service/targets.h"
#include "wissel/v1/agent.pb.h"

namespace wissel {
namespace {

using rpc::Context;
using rpc::Reply;

constexpr int kMostReasonCodes = 5;

struct Desk {
  Shard& shard;
  ServiceOptions options;
  std::shared_ptr<AgentWatchers> watchers;
};
using DeskPtr = std::shared_ptr<const Desk>;

absl::StatusOr<v1::AgentState> StateNow(const Desk& desk, AgentId id, const Engine& engine) {
  const AgentState* agent = engine.FindAgent(id);
  if (agent == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "agent", "the agent has been deleted");
  }
  v1::AgentState state;
  WriteAgentState(*agent, engine, {desk.shard.now(), desk.shard.last_sequence()},
                  desk.options.lease, &state);
  return state;
}

absl::StatusOr<v1::AgentExplanation> ExplanationNow(AgentId id, const Engine& engine) {
  WISSEL_ASSIGN_OR_RETURN(const AgentExplanation explanation, ExplainAgent(engine, id));
  v1::AgentExplanation answer;
  WriteExplanation(explanation, engine, &answer);
  return answer;
}

// The agent of a request, who exists and whom the caller may be.
absl::StatusOr<AgentId> AgentFor(const rpc::Caller& caller, std::string_view agent,
                                 std::string_view field, Deed deed, const Directory& directory) {
  WISSEL_RETURN_IF_ERROR(
      ParseName(Collection<AgentId>::kPrefix, Collection<AgentId>::kForm, agent, field).status());
  WISSEL_RETURN_IF_ERROR(CheckMayBe(caller, agent, deed));
  return FindByName<AgentId>(directory, agent, field);
}

// --- Whose request it is: by the field `agent`, or by the name of an offer or an assignment

template <class Request>
absl::StatusOr<AgentsPart> SubjectOf(const Request& request) {
  if constexpr (std::is_same_v<Request, v1::AcceptOfferRequest> ||
                std::is_same_v<Request, v1::DeclineOfferRequest>) {
    return ParseOfferName(request.name(), "name");
  } else {
    return ParseAssignmentName(request.name(), "name");
  }
}

// --- What a request amounts to, said of the agent and the number of the offer or item

absl::StatusOr<CommandBody> BodyOf(const v1::SignInRequest& request, AgentId agent,
                                   const Directory&) {
  return SignIn{agent, request.take_over()};
}

absl::StatusOr<CommandBody> BodyOf(const v1::SignOutRequest&, AgentId agent, const Directory&) {
  return SignOut{agent};
}

absl::StatusOr<CommandBody> BodyOf(const v1::SetPresenceRequest& request, AgentId agent,
                                   const Directory&) {
  if (request.presence() != v1::AVAILABLE && request.presence() != v1::AWAY) {
    return RefuseField("presence", "this is no presence that can be set", "AVAILABLE or AWAY");
  }
  if (request.presence() == v1::AWAY && request.away_reason().empty()) {
    return RefuseField("awayReason", "who is away says why", "one of the center's away reasons");
  }
  return SetPresence{agent, static_cast<Presence>(request.presence()), request.away_reason()};
}

absl::StatusOr<CommandBody> BodyOf(const v1::ForcePresenceRequest& request, AgentId agent,
                                   const Directory&) {
  if (request.presence() == v1::PRESENCE_UNSPECIFIED || !v1::Presence_IsValid(request.presence())) {
    return RefuseField("presence", "this is no presence", "AVAILABLE, AWAY or OFFLINE");
  }
  if (request.presence() == v1::AWAY && request.away_reason().empty()) {
    return RefuseField("awayReason", "who is away says why", "one of the center's away reasons");
  }
  WISSEL_ASSIGN_OR_RETURN(const auto version, ReadVersion(request.etag(), "etag"));
  return ForcePresence{agent, static_cast<Presence>(request.presence()), request.away_reason(),
                       version};
}

absl::StatusOr<CommandBody> BodyOf(const v1::AcceptOfferRequest&, AgentId agent, uint64_t offer,
                                   const Directory&) {
  return AcceptOffer{agent, OfferId(offer)};
}

absl::StatusOr<CommandBody> BodyOf(const v1::DeclineOfferRequest&, AgentId agent, uint64_t offer,
                                   const Directory&) {
  return DeclineOffer{agent, OfferId(offer)};
}

absl::StatusOr<CommandBody> BodyOf(const v1::CompleteAssignmentRequest& request, AgentId agent,
                                   uint64_t item, const Directory&) {
  WISSEL_ASSIGN_OR_RETURN(std::vector<std::string> codes,
                          ReadCodes(request.reason_codes(), kMostReasonCodes, "reasonCodes"));
  return CompleteItem{agent, ItemId(item), std::move(codes)};
}

absl::StatusOr<CommandBody> BodyOf(const v1::TransferAssignmentRequest& request, AgentId agent,
                                   uint64_t item, const Directory& directory) {
  TransferAssignment transfer;
  transfer.agent = agent;
  transfer.item = ItemId(item);
  WISSEL_RETURN_IF_ERROR(ReadTarget(request, directory, transfer));
  return transfer;
}

absl::StatusOr<CommandBody> BodyOf(const v1::StartConsultRequest& request, AgentId agent,
                                   uint64_t item, const Directory& directory) {
  StartConsult consult;
  consult.agent = agent;
  consult.item = ItemId(item);
  WISSEL_RETURN_IF_ERROR(ReadTarget(request, directory, consult));
  return consult;
}

absl::StatusOr<CommandBody> BodyOf(const v1::CompleteConsultRequest& request, AgentId agent,
                                   uint64_t item, const Directory&) {
  if (request.transfer()) return TransferConsult{agent, ItemId(item)};
  return EndConsult{agent, ItemId(item)};
}

absl::StatusOr<CommandBody> BodyOf(const v1::SetConferenceRequest& request, AgentId agent,
                                   uint64_t item, const Directory&) {
  return MarkConference{agent, ItemId(item), request.conference()};
}

// --- The handlers

// A change by an agent, or in their place: where it comes from, whose it is, command, and the
// agent's state after it.
template <class Request, class Body>
void Act(const DeskPtr& desk, const Context& context, std::string_view method,
         const Request& request, const absl::StatusOr<AgentId>& agent, Reply<v1::AgentState> reply,
         Body body) {
  if (!agent.ok()) return reply(agent.status());
  auto origin = OriginOf(context.caller, method, request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  // Whoever is an agent and a manager does their own work as an agent.
  if (context.caller.agent == NameIn(*desk->shard.directory(), *agent)) origin->by.clear();
  Carry(desk->shard, body(*agent), *origin, std::move(reply),
        [desk, agent = *agent](const Outcome&, const Engine& engine) {
          return StateNow(*desk, agent, engine);
        });
}

// Of a request with the field `agent`.
template <class Request>
void ServePresence(rpc::MethodTable& table, std::string_view method, rpc::Roles roles,
                   DeskPtr desk) {
  table.Unary<Request, v1::AgentState>(
      fmt::format("wissel.v1.AgentService.{}", method), rpc::Access::Of(roles),
      [desk, method](const Context& context, const Request& request, Reply<v1::AgentState> reply) {
        const auto directory = desk->shard.directory();
        const auto name = AgentMeant(context.caller, request.agent());
        if (!name.ok()) return reply(name.status());
        const auto agent = AgentFor(context.caller, *name, "agent", Deed::kAct, *directory);
        Act(desk, context, method, request, agent, std::move(reply),
            [&](AgentId id) { return BodyOf(request, id, *directory); });
      });
}

// Of a request with the name of an offer or an assignment; `body` makes the command.
template <class Request, class Body>
void ServeWork(rpc::MethodTable& table, std::string_view method, rpc::Roles roles, DeskPtr desk,
               Body body) {
  table.Unary<Request, v1::AgentState>(
      fmt::format("wissel.v1.AgentService.{}", method), rpc::Access::Of(roles),
      [desk, method, body](const Context& context, const Request& request,
                           Reply<v1::AgentState> reply) {
        const auto directory = desk->shard.directory();
        const auto part = SubjectOf(request);
        if (!part.ok()) return reply(part.status());
        const auto agent = AgentFor(context.caller, part->agent, "name", Deed::kAct, *directory);
        Act(desk, context, method, request, agent, std::move(reply), [&](AgentId id) {
          return absl::StatusOr<CommandBody>(body(request, id, part->number, *directory));
        });
      });
}

template <class Command>
auto OnItem() {
  return [](const v1::AssignmentRequest&, AgentId agent, uint64_t item, const Directory&) {
    return CommandBody(Command{agent, ItemId(item)});
  };
}

constexpr auto kBodyOf = [](const auto& request, AgentId agent, uint64_t number,
                            const Directory& directory) {
  return BodyOf(request, agent, number, directory);
};

// Of a request that only looks: the agent whom it is about.
template <class Request>
absl::StatusOr<AgentId> LookedAt(const Desk& desk, const Context& context, const Request& request,
                                 Deed deed) {
  WISSEL_ASSIGN_OR_RETURN(const std::string name, AgentMeant(context.caller, request.agent()));
  return AgentFor(context.caller, name, "agent", deed, *desk.shard.directory());
}

void Beat(const DeskPtr& desk, const Context& context, const v1::HeartbeatRequest& request,
          Reply<v1::HeartbeatResponse> reply) {
  const auto agent = LookedAt(*desk, context, request, Deed::kAct);
  if (!agent.ok()) return reply(agent.status());
  Look(desk->shard, std::move(reply),
       [desk, id = *agent](const Engine& engine) -> absl::StatusOr<v1::HeartbeatResponse> {
         const AgentState* agent = engine.FindAgent(id);
         if (agent == nullptr || !agent->signed_in()) {
           return Refuse(absl::StatusCode::kFailedPrecondition, "agent",
                         "the agent is not signed in", "a sign-in first");
         }
         desk->options.heartbeat(id);
         v1::HeartbeatResponse response;
         WriteDuration(desk->options.lease, response.mutable_lease());
         return response;
       });
}

void ServeLooks(rpc::MethodTable& table, rpc::Roles act, DeskPtr desk) {
  const rpc::Access look =
      rpc::Access::Of({rpc::Role::kAgent, rpc::Role::kManager, rpc::Role::kPlanner,
                       rpc::Role::kAdmin, rpc::Role::kIntegration});
  table.Unary<v1::HeartbeatRequest, v1::HeartbeatResponse>(
      "wissel.v1.AgentService.Heartbeat", rpc::Access::Of(act),
      [desk](const Context& context, const v1::HeartbeatRequest& request,
             Reply<v1::HeartbeatResponse> reply) {
        Beat(desk, context, request, std::move(reply));
      });
  table.Unary<v1::GetAgentStateRequest, v1::AgentState>(
      "wissel.v1.AgentService.GetAgentState", look,
      [desk](const Context& context, const v1::GetAgentStateRequest& request,
             Reply<v1::AgentState> reply) {
        const auto agent = LookedAt(*desk, context, request, Deed::kLook);
        if (!agent.ok()) return reply(agent.status());
        Look(desk->shard, std::move(reply),
             [desk, id = *agent](const Engine& engine) { return StateNow(*desk, id, engine); });
      });
  table.Unary<v1::ExplainAgentRequest, v1::AgentExplanation>(
      "wissel.v1.AgentService.ExplainAgent", look,
      [desk](const Context& context, const v1::ExplainAgentRequest& request,
             Reply<v1::AgentExplanation> reply) {
        const auto agent = LookedAt(*desk, context, request, Deed::kLook);
        if (!agent.ok()) return reply(agent.status());
        Look(desk->shard, std::move(reply),
             [id = *agent](const Engine& engine) { return ExplanationNow(id, engine); });
      });
  table.ServerStreaming<v1::WatchAgentRequest, v1::AgentState>(
      "wissel.v1.AgentService.WatchAgent", look,
      [desk](const Context& context, const v1::WatchAgentRequest& request,
             rpc::ServerStream<v1::AgentState> stream) {
        const auto agent = LookedAt(*desk, context, request, Deed::kLook);
        if (!agent.ok()) return stream.Finish(agent.status());
        desk->watchers->Watch(*agent, std::move(stream));
      });
}

}  // namespace

void RegisterAgentService(rpc::MethodTable& table, Shard& shard, const ServiceOptions& options,
                          std::shared_ptr<AgentWatchers> watchers) {
  using rpc::Role;
  const rpc::Roles act = {Role::kAgent, Role::kManager, Role::kIntegration, Role::kAdmin};
  const auto desk = std::make_shared<const Desk>(Desk{shard, options, std::move(watchers)});
  ServePresence<v1::SignInRequest>(table, "SignIn", act, desk);
  ServePresence<v1::SignOutRequest>(table, "SignOut", act, desk);
  ServePresence<v1::SetPresenceRequest>(table, "SetPresence", act, desk);
  ServePresence<v1::ForcePresenceRequest>(table, "ForcePresence", {Role::kManager, Role::kAdmin},
                                          desk);
  ServeWork<v1::AcceptOfferRequest>(table, "AcceptOffer", act, desk, kBodyOf);
  ServeWork<v1::DeclineOfferRequest>(table, "DeclineOffer", act, desk, kBodyOf);
  ServeWork<v1::AssignmentRequest>(table, "HoldAssignment", act, desk, OnItem<HoldItem>());
  ServeWork<v1::AssignmentRequest>(table, "ResumeAssignment", act, desk, OnItem<RetrieveItem>());
  ServeWork<v1::AssignmentRequest>(table, "WrapUpAssignment", act, desk, OnItem<WrapUpItem>());
  ServeWork<v1::AssignmentRequest>(table, "MissCustomer", act, desk, OnItem<MissCustomer>());
  ServeWork<v1::AssignmentRequest>(table, "ReturnAssignment", act, desk, OnItem<ReturnItem>());
  ServeWork<v1::CompleteAssignmentRequest>(table, "CompleteAssignment", act, desk, kBodyOf);
  ServeWork<v1::TransferAssignmentRequest>(table, "TransferAssignment", act, desk, kBodyOf);
  ServeWork<v1::StartConsultRequest>(table, "StartConsult", act, desk, kBodyOf);
  ServeWork<v1::CompleteConsultRequest>(table, "CompleteConsult", act, desk, kBodyOf);
  ServeWork<v1::SetConferenceRequest>(table, "SetConference", act, desk, kBodyOf);
  ServeWork<v1::AssignmentRequest>(table, "SetAsideAssignment", act, desk, OnItem<SetAside>());
  ServeLooks(table, act, desk);
}

}  // namespace wissel
