#include "router/service/surge_service.h"

#include <string>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/empty.pb.h"
#include "router/service/convert_basics.h"
#include "router/service/convert_item.h"
#include "router/service/names.h"
#include "router/service/requests.h"
#include "wissel/v1/surge.pb.h"

namespace wissel {
namespace {

using google::protobuf::Empty;
using rpc::Context;
using rpc::Reply;

constexpr int kLastStep = 255;

void WriteNotice(NoticeId id, const Notice& notice, const Directory& directory, v1::Notice* out) {
  out->set_name(NoticeName(id));
  if (notice.queue) out->set_queue(NameIn(directory, *notice.queue));
  out->set_topic(notice.topic);
  out->set_text(notice.text);
  if (notice.until) WriteTimestamp(*notice.until, out->mutable_expire_time());
}

absl::StatusOr<CommandBody> SurgeOf(const v1::SetQueueSurgeRequest& request,
                                    const Directory& directory) {
  SetSurge surge;
  WISSEL_ASSIGN_OR_RETURN(surge.queue, FindByName<QueueId>(directory, request.queue(), "queue"));
  surge.on = request.on();
  return surge;
}

void SetQueueSurge(Shard& shard, const Context& context, const v1::SetQueueSurgeRequest& request,
                   Reply<v1::QueueSurge> reply) {
  auto origin = OriginOf(context.caller, "SetQueueSurge", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, SurgeOf(request, *shard.directory()), *origin, std::move(reply),
        [](const Outcome& outcome, const Engine& engine) -> absl::StatusOr<v1::QueueSurge> {
          const QueueId queue(static_cast<uint32_t>(outcome.subject));
          v1::QueueSurge now;
          now.set_queue(NameIn(engine.directory(), queue));
          now.set_on(engine.IsInSurge(queue));
          return now;
        });
}

absl::StatusOr<CommandBody> StepOf(const v1::SetQueueStepRequest& request,
                                   const Directory& directory) {
  WISSEL_ASSIGN_OR_RETURN(const QueueId queue,
                          FindByName<QueueId>(directory, request.queue(), "queue"));
  if (request.step() == 0) return CloseStep{queue};
  WISSEL_ASSIGN_OR_RETURN(const int32_t step, ReadNumber(request.step(), 0, kLastStep, "step"));
  return OpenStep{queue, static_cast<uint8_t>(step)};
}

void SetQueueStep(Shard& shard, const Context& context, const v1::SetQueueStepRequest& request,
                  Reply<v1::QueueStep> reply) {
  auto origin = OriginOf(context.caller, "SetQueueStep", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  Carry(shard, StepOf(request, *shard.directory()), *origin, std::move(reply),
        [](const Outcome& outcome, const Engine& engine) -> absl::StatusOr<v1::QueueStep> {
          const QueueId queue(static_cast<uint32_t>(outcome.subject));
          v1::QueueStep now;
          now.set_queue(NameIn(engine.directory(), queue));
          now.set_step(engine.OpenedStep(queue).value_or(0));
          return now;
        });
}

absl::StatusOr<CommandBody> NoticeOf(const v1::Notice& from, const Directory& directory) {
  GiveNotice give;
  Notice& notice = give.content;
  if (!from.queue().empty()) {
    WISSEL_ASSIGN_OR_RETURN(notice.queue, FindByName<QueueId>(directory, from.queue(), "queue"));
  }
  WISSEL_RETURN_IF_ERROR(CheckTopic(from.topic(), "topic"));
  notice.topic = from.topic();
  notice.text = from.text();
  if (from.has_expire_time()) {
    WISSEL_ASSIGN_OR_RETURN(notice.until, ReadTimestamp(from.expire_time(), "expireTime"));
  }
  return give;
}

void CreateNotice(Shard& shard, const Context& context, const v1::CreateNoticeRequest& request,
                  Reply<v1::Notice> reply) {
  auto origin = OriginOf(context.caller, "CreateNotice", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  absl::StatusOr<CommandBody> body = NoticeOf(request.notice(), *shard.directory());
  if (!body.ok()) body = WithFieldPrefix(body.status(), "notice");
  Carry(shard, std::move(body), *origin, std::move(reply),
        [](const Outcome& outcome, const Engine& engine) -> absl::StatusOr<v1::Notice> {
          const NoticeId id(static_cast<uint32_t>(outcome.subject));
          v1::Notice given;
          given.set_name(NoticeName(id));
          const auto it = engine.notices().find(id);
          if (it != engine.notices().end()) {
            WriteNotice(id, it->second, engine.directory(), &given);
          }
          return given;
        });
}

void ListNotices(Shard& shard, const Context&, const v1::ListNoticesRequest& request,
                 Reply<v1::ListNoticesResponse> reply) {
  std::optional<ItemId> item;
  if (!request.work_item().empty()) {
    const auto id = ParseItemName(request.work_item(), "workItem");
    if (!id.ok()) return reply(id.status());
    item = *id;
  }
  Look(shard, std::move(reply),
       [item](const Engine& engine) -> absl::StatusOr<v1::ListNoticesResponse> {
         const Item* whose = item ? engine.FindItem(*item) : nullptr;
         if (item && whose == nullptr) return NoSuchName("workItem", ItemName(*item));
         v1::ListNoticesResponse listed;
         for (const auto& [id, notice] : engine.notices()) {
           if (whose != nullptr && !engine.Concerns(notice, *whose)) continue;
           WriteNotice(id, notice, engine.directory(), listed.add_notices());
         }
         return listed;
       });
}

void DeleteNotice(Shard& shard, const Context& context, const v1::DeleteNoticeRequest& request,
                  Reply<Empty> reply) {
  auto origin = OriginOf(context.caller, "DeleteNotice", request.request_id(), request);
  if (!origin.ok()) return reply(origin.status());
  const auto withdraw = [&]() -> absl::StatusOr<CommandBody> {
    WISSEL_ASSIGN_OR_RETURN(const NoticeId id, ParseNoticeName(request.name(), "name"));
    return WithdrawNotice{id};
  };
  Carry(shard, withdraw(), *origin, std::move(reply),
        [](const Outcome&, const Engine&) -> absl::StatusOr<Empty> { return Empty(); });
}

template <class Request, class Response, class Handler>
void Serve(rpc::MethodTable& table, const char* method, rpc::Roles roles, Shard& shard,
           Handler handler) {
  table.Unary<Request, Response>(
      fmt::format("wissel.v1.SurgeService.{}", method), rpc::Access::Of(roles),
      [&shard, handler](const Context& context, const Request& request, Reply<Response> reply) {
        handler(shard, context, request, std::move(reply));
      });
}

}  // namespace

void RegisterSurgeService(rpc::MethodTable& table, Shard& shard) {
  using rpc::Role;
  const rpc::Roles change = {Role::kIntegration, Role::kManager, Role::kAdmin};
  Serve<v1::SetQueueSurgeRequest, v1::QueueSurge>(table, "SetQueueSurge", change, shard,
                                                  SetQueueSurge);
  Serve<v1::SetQueueStepRequest, v1::QueueStep>(table, "SetQueueStep", change, shard, SetQueueStep);
  Serve<v1::CreateNoticeRequest, v1::Notice>(table, "CreateNotice", change, shard, CreateNotice);
  Serve<v1::ListNoticesRequest, v1::ListNoticesResponse>(table, "ListNotices", rpc::Roles::All(),
                                                         shard, ListNotices);
  Serve<v1::DeleteNoticeRequest, Empty>(table, "DeleteNotice", change, shard, DeleteNotice);
}

}  // namespace wissel
