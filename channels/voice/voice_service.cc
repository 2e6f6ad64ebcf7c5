#include "channels/voice/voice_service.h"

#include <utility>

#include "base/status.h"
#include "channels/contacts/addresses.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::voice {
namespace {

using rpc::Access;
using rpc::Role;

absl::Status Closed() { return absl::UnavailableError("calls are not taken now"); }

absl::Status NoCall(const std::string& item) {
  return Refuse(absl::StatusCode::kNotFound, "workItem", item + " has no call");
}

bool MayDo(const rpc::Caller& caller, const ItemFact& fact) {
  return !fact.agent.empty() && caller.agent == "agents/" + fact.agent;
}

absl::Status NotTheirs(const std::string& item) {
  return Refuse(absl::StatusCode::kPermissionDenied, "workItem", item + " is not with you");
}

v1::Call ToProto(const Desk::Seen& seen) {
  v1::Call call;
  call.set_name(seen.name);
  call.set_work_item(ItemName(seen.fact.item));
  call.set_state(static_cast<v1::Call::State>(seen.view.stage));
  const int64_t ms = seen.view.since.millis();
  call.mutable_since_time()->set_seconds(ms / 1000);
  call.mutable_since_time()->set_nanos(static_cast<int32_t>(ms % 1000) * 1'000'000);
  if (!seen.view.agent.empty()) call.set_agent("agents/" + seen.view.agent);
  call.set_held_by_phone(seen.view.held_by_phone);
  if (seen.view.stage == Call::Stage::kEnded) {
    call.set_ended_by(static_cast<v1::Call::Side>(seen.view.ended_by));
  }
  return call;
}

}  // namespace

VoiceService::VoiceService(Shard& shard, Desk& desk, const VoiceOptions& options)
    : shard_(shard), desk_(desk), options_(options) {
  desk_.Watch([this](ItemId item) { Changed(item); });
}

void VoiceService::Register(rpc::MethodTable& table, std::function<bool(Desk::Task)> post) {
  table.ServerStreaming<v1::WatchCallRequest, v1::Call>(
      "wissel.v1.VoiceService.WatchCall", Access::Of({Role::kAgent, Role::kManager, Role::kAdmin}),
      [this, post](const rpc::Context& context, const v1::WatchCallRequest& request,
                   rpc::ServerStream<v1::Call> stream) {
        auto watcher = std::make_shared<Watcher>(stream);
        const bool taken = post(
            [this, watcher, request, caller = context.caller] { Watch(caller, request, watcher); });
        if (!taken) return stream.Finish(Closed());
        // Weak, for the watcher has the stream, and the stream these.
        stream.SetCallbacks(
            [post, weak = std::weak_ptr(watcher)] {
              post([weak] {
                if (auto watcher = weak.lock()) Flush(*watcher);
              });
            },
            [this, post, weak = std::weak_ptr(watcher)] {
              auto watcher = weak.lock();
              if (watcher == nullptr) return;
              watcher->closed = true;
              post([this] { std::erase_if(watchers_, [](auto& w) { return w->closed.load(); }); });
            });
      });
  table.Unary<v1::HangUpRequest, v1::Call>(
      "wissel.v1.VoiceService.HangUp", Access::Of({Role::kAgent}),
      [this, post](const rpc::Context& context, const v1::HangUpRequest& request,
                   rpc::Reply<v1::Call> reply) {
        const bool taken = post(
            [this, request, reply, caller = context.caller] { reply(HangUp(caller, request)); });
        if (!taken) reply(Closed());
      });
  table.Unary<v1::DialRequest, v1::Call>(
      "wissel.v1.VoiceService.Dial", Access::Of({Role::kAgent}),
      [this, post](const rpc::Context& context, const v1::DialRequest& request,
                   rpc::Reply<v1::Call> reply) {
        const auto item = ParseItemName(request.work_item(), "workItem");
        if (!item.ok()) return reply(item.status());
        const bool read = shard_.Read([this, post, request, reply, item = *item,
                                       caller = context.caller](const Engine& engine) {
          const Item* found = engine.FindItem(item);
          std::optional<ItemFact> fact;
          if (found != nullptr) fact = FactOf(engine, *found);
          const std::string contact = found == nullptr ? "" : found->contact;
          const auto dial = [this, post, request, reply, caller, fact,
                             contact](const absl::Status& may) {
            if (!may.ok()) return reply(may);
            const bool taken = post([this, request, reply, caller, fact, contact] {
              reply(Dial(caller, request, fact, contact));
            });
            if (!taken) reply(Closed());
          };
          if (!fact) return dial(absl::OkStatus());
          AskMayCall(caller, *fact, found->customer, request.number(), dial);
        });
        if (!read) reply(Closed());
      });
}

void VoiceService::Watch(const rpc::Caller& caller, const v1::WatchCallRequest& request,
                         std::shared_ptr<Watcher> watcher) {
  const auto item = ParseItemName(request.work_item(), "workItem");
  if (!item.ok()) return watcher->stream.Finish(item.status());
  const auto seen = desk_.See(*item);
  if (!seen) return watcher->stream.Finish(NoCall(request.work_item()));
  if (!caller.roles.Intersects({Role::kManager, Role::kAdmin})) {
    if (!MayDo(caller, seen->fact)) return watcher->stream.Finish(NotTheirs(request.work_item()));
    watcher->agent = seen->fact.agent;
  }
  watcher->item = *item;
  watcher->next = ToProto(*seen);
  watchers_.push_back(watcher);
  Flush(*watcher);
}

void VoiceService::Flush(Watcher& watcher) {
  if (watcher.closed || !watcher.next || !watcher.stream.writable()) return;
  const bool last = watcher.next->state() == v1::Call::ENDED;
  watcher.stream.Write(*std::exchange(watcher.next, std::nullopt));
  if (last && !watcher.closed.exchange(true)) watcher.stream.Finish(absl::OkStatus());
}

void VoiceService::Changed(ItemId item) {
  const auto seen = desk_.See(item);
  if (!seen) return;
  for (const auto& watcher : watchers_) {
    if (watcher->item != item || watcher->closed) continue;
    const bool theirs = watcher->agent.empty() || watcher->agent == seen->fact.agent;
    if (!theirs && !watcher->closed.exchange(true)) {
      watcher->stream.Finish(NotTheirs(ItemName(item)));
      continue;
    }
    watcher->next = ToProto(*seen);
    Flush(*watcher);
  }
  std::erase_if(watchers_, [](auto& watcher) { return watcher->closed.load(); });
}

absl::StatusOr<v1::Call> VoiceService::HangUp(const rpc::Caller& caller,
                                              const v1::HangUpRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const ItemId item, ParseItemName(request.work_item(), "workItem"));
  auto seen = desk_.See(item);
  if (!seen || seen->view.stage == Call::Stage::kEnded) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem",
                  request.work_item() + " has no call any more");
  }
  if (!MayDo(caller, seen->fact)) return NotTheirs(request.work_item());
  desk_.HangUp(item);
  seen->view.stage = Call::Stage::kEnded;
  seen->view.since = shard_.now();
  seen->view.ended_by = Side::kAgent;
  return ToProto(*seen);
}

absl::StatusOr<v1::Call> VoiceService::Dial(const rpc::Caller& caller,
                                            const v1::DialRequest& request,
                                            const std::optional<ItemFact>& fact,
                                            const std::string& contact) {
  const std::string& name = request.work_item();
  if (!fact) return NoCall(name);
  if (!MayDo(caller, *fact)) return NotTheirs(name);
  const bool calls_out = fact->channel == Channel::kCallback || fact->channel == Channel::kOutbound;
  if (!calls_out || fact->state != ItemState::kActive) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem",
                  name + " is no active call to a customer");
  }
  WISSEL_RETURN_IF_ERROR(desk_.Dial(*fact, request.number(), contact));
  const auto seen = desk_.See(fact->item);
  if (!seen) return absl::UnavailableError("the agent's phone cannot be rung");
  return ToProto(*seen);
}

void VoiceService::AskMayCall(const rpc::Caller& caller, const ItemFact& fact,
                              const std::string& customer, const std::string& number,
                              std::function<void(const absl::Status&)> done) const {
  // A callback has been asked for; and what stands of others is not for those who may not dial.
  const bool unasked = fact.channel == Channel::kOutbound;
  if (!unasked || !options_.may_call || !MayDo(caller, fact)) return done(absl::OkStatus());
  const auto address = contacts::PhoneAddress(number, options_.region, "number");
  if (!address.ok()) return done(address.status());
  options_.may_call(customer, address->text, std::move(done));
}

void VoiceService::FinishAll() {
  for (const auto& watcher : std::exchange(watchers_, {})) {
    if (!watcher->closed.exchange(true)) watcher->stream.Finish(Closed());
  }
}

}  // namespace wissel::voice
