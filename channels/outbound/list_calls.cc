// OutboundService: the lists themselves.
#include <algorithm>

#include "base/status.h"
#include "channels/outbound/hub.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::outbound {
namespace {

// What was made of a request, but for what the room adds.
bool SaysTheSame(ListRecord a, const ListRecord& b) {
  a.number = b.number;
  a.phase = b.phase;
  a.created = b.created;
  return a == b;
}

}  // namespace

absl::StatusOr<Hub::Live*> Hub::FindList(const std::string& name, std::string_view field) {
  WISSEL_ASSIGN_OR_RETURN(const std::string id, ReadListName(name, field));
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return NoSuchName(field, name);
  return &At(it->second);
}

absl::StatusOr<v1::OutboundList> Hub::ListProto(const Live& live) {
  WISSEL_RETURN_IF_ERROR(Flush());
  WISSEL_ASSIGN_OR_RETURN(const auto counts, tables_.CountEntries(live.record.number));
  return ToProto(live.record, counts, live.last_refusal);
}

// Its queue is there, and has the reasons that mean something.
absl::Status Hub::CheckList(const ListRecord& list) const {
  const std::shared_ptr<const Directory> directory = shard_.directory();
  const std::optional<QueueId> id = directory->queues.FindId(list.queue);
  if (!id) return NoSuchName("list.queue", "queues/" + list.queue);
  const std::vector<std::string>& codes = directory->queues.Get(*id).reason_codes;
  const auto check = [&](const std::vector<std::string>& reasons,
                         const char* field) -> absl::Status {
    for (const std::string& reason : reasons) {
      if (std::find(codes.begin(), codes.end(), reason) != codes.end()) continue;
      return RefuseField(field, fmt::format("{} is no reason code of the queue", Quoted(reason)),
                         "one of the queue's reasonCodes");
    }
    return absl::OkStatus();
  };
  WISSEL_RETURN_IF_ERROR(check(list.refused_reasons, "list.refusedReasons"));
  return check(list.mark_reasons, "list.doNotContactReasons");
}

absl::Status Hub::Save(Live& live, ListRecord record) {
  WISSEL_RETURN_IF_ERROR(file_.Change([&] { return tables_.SaveList(record).status(); }));
  live.record = std::move(record);
  live.list.SetRules(live.record.rules);
  live.list.SetPhase(live.record.phase);
  return absl::OkStatus();
}

void Hub::Create(const rpc::Caller&, const v1::CreateOutboundListRequest& request,
                 Answer<v1::OutboundList> answer) {
  absl::StatusOr<ListRecord> list = ReadList(request);
  if (!list.ok()) return answer(list.status());
  if (const auto it = by_id_.find(list->id); it != by_id_.end()) {
    const Live& live = At(it->second);
    if (SaysTheSame(*list, live.record)) return answer(ListProto(live));
    return answer(Refuse(absl::StatusCode::kAlreadyExists, "listId",
                         fmt::format("there is a list {} that says something else", list->id),
                         "UpdateOutboundList, or another id"));
  }
  if (absl::Status right = CheckList(*list); !right.ok()) return answer(right);
  list->created = now();
  const absl::Status saved = file_.Change([&]() -> absl::Status {
    WISSEL_ASSIGN_OR_RETURN(*list, tables_.SaveList(*list));
    return absl::OkStatus();
  });
  if (!saved.ok()) return answer(saved);
  by_id_[list->id] = list->number;
  const auto [it, added] =
      lists_.emplace(list->number, Live{*list, List(list->rules, list->phase), ""});
  answer(ListProto(it->second));
}

void Hub::Get(const rpc::Caller&, const v1::GetOutboundListRequest& request,
              Answer<v1::OutboundList> answer) {
  const absl::StatusOr<Live*> live = FindList(request.name(), "name");
  if (!live.ok()) return answer(live.status());
  answer(ListProto(**live));
}

void Hub::ListAll(const rpc::Caller&, const v1::ListOutboundListsRequest&,
                  Answer<v1::ListOutboundListsResponse> answer) {
  v1::ListOutboundListsResponse response;
  for (const auto& [number, live] : lists_) {
    absl::StatusOr<v1::OutboundList> list = ListProto(live);
    if (!list.ok()) return answer(list.status());
    *response.add_lists() = *std::move(list);
  }
  answer(std::move(response));
}

void Hub::Update(const rpc::Caller&, const v1::UpdateOutboundListRequest& request,
                 Answer<v1::OutboundList> answer) {
  const absl::StatusOr<Live*> live = FindList(request.list().name(), "list.name");
  if (!live.ok()) return answer(live.status());
  absl::StatusOr<ListRecord> changed = ReadUpdate(request, (*live)->record);
  if (!changed.ok()) return answer(changed.status());
  if (absl::Status right = CheckList(*changed); !right.ok()) return answer(right);
  if (absl::Status saved = Save(**live, *std::move(changed)); !saved.ok()) return answer(saved);
  answer(ListProto(**live));
}

void Hub::ChangePhase(const std::string& name, Phase phase,
                      const Answer<v1::OutboundList>& answer) {
  const absl::StatusOr<Live*> found = FindList(name, "name");
  if (!found.ok()) return answer(found.status());
  Live& live = **found;
  if (live.record.phase == Phase::kStopped && phase != Phase::kStopped) {
    return answer(Refuse(absl::StatusCode::kFailedPrecondition, "name",
                         "this list was stopped, for good", "another list"));
  }
  ListRecord changed = live.record;
  changed.phase = phase;
  if (absl::Status saved = Save(live, std::move(changed)); !saved.ok()) return answer(saved);
  if (phase == Phase::kStopped) {
    for (const auto& [number, entry] : live.list.entries()) {
      if (entry.item) Withdraw(*entry.item);
    }
  }
  answer(ListProto(live));
}

void Hub::StartList(const rpc::Caller&, const v1::ChangeOutboundListRequest& request,
                    Answer<v1::OutboundList> answer) {
  ChangePhase(request.name(), Phase::kRunning, answer);
}

void Hub::PauseList(const rpc::Caller&, const v1::ChangeOutboundListRequest& request,
                    Answer<v1::OutboundList> answer) {
  ChangePhase(request.name(), Phase::kPaused, answer);
}

void Hub::StopList(const rpc::Caller&, const v1::ChangeOutboundListRequest& request,
                   Answer<v1::OutboundList> answer) {
  ChangePhase(request.name(), Phase::kStopped, answer);
}

}  // namespace wissel::outbound
