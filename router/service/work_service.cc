#include "router/service/work_service.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/explain.h"
#include "router/service/batch_create.h"
#include "router/service/convert_basics.h"
#include "router/service/convert_explanation.h"
#include "router/service/convert_item.h"
#include "router/service/etags.h"
#include "router/service/list_items.h"
#include "router/service/names.h"
#include "router/service/requests.h"
#include "router/service/targets.h"
#include "wissel/v1/work.pb.h"

namespace wissel {
namespace {

using rpc::Context;
using rpc::Reply;

absl::Status NoSuchItem(ItemId id, const Engine& engine, std::string_view field) {
  const std::string name = ItemName(id);
  if (!engine.WasItem(id)) return NoSuchName(field, name);
  return Refuse(absl::StatusCode::kNotFound, field,
                fmt::format("{} has ended and is no longer kept", name));
}

// The item as it is now. Of one that ended long ago, a repeated request still gets the name.
absl::StatusOr<v1::WorkItem> ItemNow(const Outcome& outcome, const Engine& engine) {
  const ItemId id(outcome.subject);
  v1::WorkItem reply;
  if (const Item* item = engine.FindItem(id)) {
    WriteItem(*item, engine, &reply);
  } else {
    reply.set_name(ItemName(id));
  }
  return reply;
}

void Create(Shard& shard, const Context& context, const v1::CreateWorkItemRequest& request,
            Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "CreateWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, NewItemOf(request, *shard.directory()), *origin, std::move(reply), ItemNow);
}

void Get(Shard& shard, const Waits& waits, const v1::GetWorkItemRequest& request,
         Reply<v1::WorkItem> reply) {
  const auto id = ParseItemName(request.name(), "name");
  if (!id.ok()) return reply(id.status());
  Look(shard, std::move(reply),
       [id = *id, &waits](const Engine& engine) -> absl::StatusOr<v1::WorkItem> {
         const Item* item = engine.FindItem(id);
         if (item == nullptr) return NoSuchItem(id, engine, "name");
         v1::WorkItem found;
         WriteItem(*item, engine, &found);
         const WaitAnswer answer = waits.In(engine).OfItem(id);
         if (answer.wait) WriteEstimate(*answer.wait, found.mutable_estimated_wait());
         return found;
       });
}

absl::StatusOr<CommandBody> PromiseOf(ItemId id, const Engine& engine, const Waits& waits) {
  const WaitAnswer answer = waits.In(engine).OfItem(id);
  if (answer.wait) return PromiseWait{id, *answer.wait};
  return Refuse(absl::StatusCode::kFailedPrecondition, "name",
                fmt::format("there is no honest estimate of the wait of {}: {}", ItemName(id),
                            NameOf(*answer.none)));
}

// Worked out on the sequencer thread; the engine then says whether it still waits.
void TellWait(Shard& shard, const Waits& waits, const Context& context,
              const v1::PromiseWaitRequest& request, Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "PromiseWait", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  const auto id = ParseItemName(request.name(), "name");
  if (!id.ok()) return reply(id.status());
  const bool runs =
      shard.Read([&shard, &waits, id = *id, origin = *origin, reply](const Engine& engine) {
        if (engine.FindItem(id) == nullptr && !origin.request)
          return reply(NoSuchItem(id, engine, "name"));
        Carry(shard, PromiseOf(id, engine, waits), origin, reply, ItemNow);
      });
  if (!runs) reply(NoLook());
}

absl::Status ReadMask(const v1::UpdateWorkItemRequest& request, const Directory& directory,
                      UpdateItem& update) {
  const v1::WorkItem& item = request.work_item();
  for (int i = 0; i < request.update_mask().paths_size(); ++i) {
    const std::string& path = request.update_mask().paths(i);
    if (path == "band") {
      if (!item.has_band()) return RefuseField("band", "the band is missing", "0 to 9");
      WISSEL_ASSIGN_OR_RETURN(update.band, ReadBand(item));
    } else if (path == "head_start" || path == "headStart") {
      WISSEL_ASSIGN_OR_RETURN(update.head_start, ReadHeadStart(item));
    } else if (path == "requirement") {
      WISSEL_ASSIGN_OR_RETURN(update.requirement, ReadItemsRequirement(item, directory));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMask(const google::protobuf::FieldMask& mask) {
  constexpr std::string_view kRight = "one or more of band, headStart, requirement";
  if (mask.paths().empty()) return RefuseField("updateMask", "nothing is to be changed", kRight);
  for (const std::string& path : mask.paths()) {
    if (path == "band" || path == "head_start" || path == "headStart" || path == "requirement") {
      continue;
    }
    return RefuseField("updateMask", fmt::format("{} cannot be changed", Quoted(path)), kRight);
  }
  return absl::OkStatus();
}

absl::StatusOr<CommandBody> UpdateOf(const v1::UpdateWorkItemRequest& request,
                                     const Directory& directory) {
  UpdateItem update;
  WISSEL_ASSIGN_OR_RETURN(update.item, ParseItemName(request.work_item().name(), "workItem.name"));
  WISSEL_RETURN_IF_ERROR(CheckMask(request.update_mask()));
  WISSEL_ASSIGN_OR_RETURN(update.if_version,
                          ReadVersion(request.work_item().etag(), "workItem.etag"));
  WISSEL_RETURN_IF_ERROR(WithFieldPrefix(ReadMask(request, directory, update), "workItem"));
  return update;
}

void Update(Shard& shard, const Context& context, const v1::UpdateWorkItemRequest& request,
            Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "UpdateWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, UpdateOf(request, *shard.directory()), *origin, std::move(reply), ItemNow,
        "workItem.name");
}

absl::StatusOr<CommandBody> CancelOf(const v1::CancelWorkItemRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const ItemId id, ParseItemName(request.name(), "name"));
  switch (request.cause()) {
    case v1::CancelWorkItemRequest::CUSTOMER_LEFT:
      return AbandonItem{id};
    case v1::CancelWorkItemRequest::WITHDRAWN:
      return CancelItem{id};
    case v1::CancelWorkItemRequest::ANSWERED_BY_NOTICE: {
      WISSEL_ASSIGN_OR_RETURN(const NoticeId notice, ParseNoticeName(request.notice(), "notice"));
      return InformItem{id, notice};
    }
    default:
      return RefuseField("cause", "the cause is missing or unknown",
                         "CUSTOMER_LEFT, WITHDRAWN or ANSWERED_BY_NOTICE");
  }
}

void Cancel(Shard& shard, const Context& context, const v1::CancelWorkItemRequest& request,
            Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "CancelWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, CancelOf(request), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> PromiseOf(const v1::PromiseCallbackRequest& request) {
  PromiseCallback promise;
  WISSEL_ASSIGN_OR_RETURN(promise.item, ParseItemName(request.name(), "name"));
  if (request.has_not_before_time()) {
    WISSEL_ASSIGN_OR_RETURN(promise.not_before,
                            ReadTimestamp(request.not_before_time(), "notBeforeTime"));
  }
  if (request.has_not_after_time()) {
    WISSEL_ASSIGN_OR_RETURN(promise.not_after,
                            ReadTimestamp(request.not_after_time(), "notAfterTime"));
  }
  if (request.has_spread_over()) {
    WISSEL_ASSIGN_OR_RETURN(promise.spread_over, ReadDuration(request.spread_over(), kCallbackSlot,
                                                              Duration::Days(14), "spreadOver"));
  }
  return promise;
}

void TellCallback(Shard& shard, const Context& context, const v1::PromiseCallbackRequest& request,
                  Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "PromiseCallback", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, PromiseOf(request), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> TransferOf(const v1::TransferWorkItemRequest& request,
                                       const Directory& directory) {
  TransferItem transfer;
  WISSEL_ASSIGN_OR_RETURN(transfer.item, ParseItemName(request.name(), "name"));
  WISSEL_RETURN_IF_ERROR(ReadTarget(request, directory, transfer));
  WISSEL_ASSIGN_OR_RETURN(transfer.if_version, ReadVersion(request.etag(), "etag"));
  return transfer;
}

void Transfer(Shard& shard, const Context& context, const v1::TransferWorkItemRequest& request,
              Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "TransferWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, TransferOf(request, *shard.directory()), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> ForceAssignOf(const v1::ForceAssignWorkItemRequest& request,
                                          const Directory& directory) {
  ForceAssign assign;
  WISSEL_ASSIGN_OR_RETURN(assign.item, ParseItemName(request.name(), "name"));
  WISSEL_ASSIGN_OR_RETURN(assign.agent, FindByName<AgentId>(directory, request.agent(), "agent"));
  WISSEL_ASSIGN_OR_RETURN(assign.if_version, ReadVersion(request.etag(), "etag"));
  return assign;
}

void ForceAssignTo(Shard& shard, const Context& context,
                   const v1::ForceAssignWorkItemRequest& request, Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "ForceAssignWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, ForceAssignOf(request, *shard.directory()), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> PullBackOf(const v1::PullBackWorkItemRequest& request) {
  PullBack pull_back;
  WISSEL_ASSIGN_OR_RETURN(pull_back.item, ParseItemName(request.name(), "name"));
  WISSEL_ASSIGN_OR_RETURN(pull_back.if_version, ReadVersion(request.etag(), "etag"));
  return pull_back;
}

void TakeBack(Shard& shard, const Context& context, const v1::PullBackWorkItemRequest& request,
              Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "PullBackWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, PullBackOf(request), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> WakeOf(const v1::WakeWorkItemRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const ItemId id, ParseItemName(request.name(), "name"));
  return WakeItem{id};
}

void Wake(Shard& shard, const Context& context, const v1::WakeWorkItemRequest& request,
          Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "WakeWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, WakeOf(request), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> PauseOf(const v1::PauseWorkItemRequest& request) {
  PauseItem pause;
  WISSEL_ASSIGN_OR_RETURN(pause.item, ParseItemName(request.name(), "name"));
  if (request.has_until_time()) {
    WISSEL_ASSIGN_OR_RETURN(pause.until, ReadTimestamp(request.until_time(), "untilTime"));
  }
  return pause;
}

void Pause(Shard& shard, const Context& context, const v1::PauseWorkItemRequest& request,
           Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "PauseWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, PauseOf(request), *origin, std::move(reply), ItemNow);
}

absl::StatusOr<CommandBody> ResumeOf(const v1::ResumeWorkItemRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const ItemId id, ParseItemName(request.name(), "name"));
  return ResumeItem{id};
}

void Resume(Shard& shard, const Context& context, const v1::ResumeWorkItemRequest& request,
            Reply<v1::WorkItem> reply) {
  auto origin = OriginOf(context.caller, "ResumeWorkItem", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, ResumeOf(request), *origin, std::move(reply), ItemNow);
}

void Explain(Shard& shard, const v1::ExplainWorkItemRequest& request,
             Reply<v1::WorkItemExplanation> reply) {
  const auto id = ParseItemName(request.name(), "name");
  if (!id.ok()) return reply(id.status());
  Look(shard, std::move(reply),
       [id = *id](const Engine& engine) -> absl::StatusOr<v1::WorkItemExplanation> {
         if (engine.FindItem(id) == nullptr) return NoSuchItem(id, engine, "name");
         WISSEL_ASSIGN_OR_RETURN(const ItemExplanation explanation, ExplainItem(engine, id));
         v1::WorkItemExplanation why;
         WriteExplanation(explanation, engine, &why);
         return why;
       });
}

// A handler over the shard; those who only look need no caller.
template <class Request, class Response, class Handler>
void Serve(rpc::MethodTable& table, std::string_view method, rpc::Roles roles, Shard& shard,
           Handler handler) {
  table.Unary<Request, Response>(
      fmt::format("wissel.v1.WorkService.{}", method), rpc::Access::Of(roles),
      [&shard, handler](const Context& context, const Request& request, Reply<Response> reply) {
        if constexpr (std::is_invocable_v<Handler, Shard&, const Request&, Reply<Response>>) {
          handler(shard, request, std::move(reply));
        } else {
          handler(shard, context, request, std::move(reply));
        }
      });
}

}  // namespace

void RegisterWorkService(rpc::MethodTable& table, Shard& shard, const Waits& waits) {
  using rpc::Role;
  const rpc::Roles change = {Role::kIntegration, Role::kManager, Role::kAdmin};
  const rpc::Roles look = rpc::Roles::All();
  using v1::WorkItem;
  Serve<v1::CreateWorkItemRequest, WorkItem>(table, "CreateWorkItem", change, shard, Create);
  Serve<v1::BatchCreateWorkItemsRequest, v1::BatchCreateWorkItemsResponse>(
      table, "BatchCreateWorkItems", change, shard, BatchCreate);
  Serve<v1::GetWorkItemRequest, WorkItem>(
      table, "GetWorkItem", look, shard,
      [&waits](Shard& s, const v1::GetWorkItemRequest& request, Reply<WorkItem> reply) {
        Get(s, waits, request, std::move(reply));
      });
  Serve<v1::PromiseWaitRequest, WorkItem>(
      table, "PromiseWait", change, shard,
      [&waits](Shard& s, const Context& context, const v1::PromiseWaitRequest& request,
               Reply<WorkItem> reply) { TellWait(s, waits, context, request, std::move(reply)); });
  Serve<v1::ListWorkItemsRequest, v1::ListWorkItemsResponse>(table, "ListWorkItems", look, shard,
                                                             ListItems);
  Serve<v1::UpdateWorkItemRequest, WorkItem>(table, "UpdateWorkItem", change, shard, Update);
  Serve<v1::CancelWorkItemRequest, WorkItem>(table, "CancelWorkItem", change, shard, Cancel);
  Serve<v1::PromiseCallbackRequest, WorkItem>(table, "PromiseCallback", change, shard,
                                              TellCallback);
  Serve<v1::TransferWorkItemRequest, WorkItem>(table, "TransferWorkItem", change, shard, Transfer);
  Serve<v1::WakeWorkItemRequest, WorkItem>(table, "WakeWorkItem", change, shard, Wake);
  Serve<v1::PauseWorkItemRequest, WorkItem>(table, "PauseWorkItem", change, shard, Pause);
  Serve<v1::ResumeWorkItemRequest, WorkItem>(table, "ResumeWorkItem", change, shard, Resume);
  const rpc::Roles by_force = {Role::kManager, Role::kAdmin};
  Serve<v1::ForceAssignWorkItemRequest, WorkItem>(table, "ForceAssignWorkItem", by_force, shard,
                                                  ForceAssignTo);
  Serve<v1::PullBackWorkItemRequest, WorkItem>(table, "PullBackWorkItem", by_force, shard,
                                               TakeBack);
  Serve<v1::ExplainWorkItemRequest, v1::WorkItemExplanation>(table, "ExplainWorkItem", look, shard,
                                                             Explain);
}

}  // namespace wissel
