#include "server/scope/confined_methods.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.pb.h"
#include "router/service/names.h"
#include "router/service/requests.h"
#include "server/scope/scope.h"
#include "server/scope/scope_rules.h"
#include "wissel/v1/live.pb.h"

namespace wissel::scope {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodOptions;

TeamOf TeamsIn(Shard& shard) {
  return [directory = shard.directory()](std::string_view agent) -> std::string {
    const auto id = FindByName<AgentId>(*directory, agent, "");
    const AgentConfig* config = id.ok() ? directory->agents.Find(*id) : nullptr;
    if (config == nullptr || !config->team) return "";
    return NameIn(*directory, *config->team);
  };
}

std::map<uint64_t, ItemPlace> PlacesOf(const std::set<uint64_t>& items, const Engine& engine) {
  std::map<uint64_t, ItemPlace> places;
  for (const uint64_t number : items) {
    const Item* item = engine.FindItem(ItemId(number));
    if (item == nullptr) continue;
    ItemPlace& place = places[number];
    place.queue = NameIn(engine.directory(), item->queue);
    if (item->decision) place.agent = NameIn(engine.directory(), item->decision->agent);
  }
  return places;
}

absl::Status NotForConfined(const rpc::Method& method, std::string_view what) {
  return Refuse(
      absl::StatusCode::kPermissionDenied, "",
      fmt::format("{} is not for people who are confined to {}", method.descriptor->name(), what),
      "a user who is not");
}

// What becomes of a call: it goes on as this caller, filtered or not, or is refused.
struct Course {
  rpc::Context context;
  std::optional<Scope> scope;  // none: it is not filtered
};
absl::StatusOr<Course> CourseOf(const rpc::Method& method, const ScopeRule& rule,
                                const rpc::Context& context, Shard& shard) {
  const rpc::Caller& caller = context.caller;
  Course course{context, std::nullopt};
  bool as_agent = false;
  for (const auto& [confined, within, what] :
       {std::tuple(!caller.teams.empty(), rule.teams, "teams"),
        std::tuple(!caller.queues.empty(), rule.queues, "queues")}) {
    if (!confined) continue;
    if (within == Within::kNo) return NotForConfined(method, what);
    if (within != Within::kAsAgent) continue;
    if (!caller.roles.Has(rpc::Role::kAgent) || !method.roles.Has(rpc::Role::kAgent)) {
      return NotForConfined(method, what);
    }
    as_agent = true;
  }
  if (as_agent) {
    course.context.caller.roles = {rpc::Role::kAgent};
  } else {
    course.scope.emplace(caller, TeamsIn(shard));
  }
  return course;
}

// Checks what a request names, then lets `go` go on with it; `refuse` otherwise. Once either.
template <class Go, class Refuse>
void CheckAndGo(Shard& shard, const std::shared_ptr<const Scope>& scope, const ScopeRule& rule,
                const Message& request, const Go& go, const Refuse& refuse) {
  const std::set<uint64_t> items = Scope::ItemsNamed(request);
  if (items.empty()) {
    const absl::Status theirs = scope->CheckRequest(request, rule, {});
    return theirs.ok() ? go(request) : refuse(theirs);
  }
  const std::shared_ptr<Message> kept(request.New());
  kept->CopyFrom(request);
  const bool runs = shard.Read([=](const Engine& engine) {
    const absl::Status theirs = scope->CheckRequest(*kept, rule, PlacesOf(items, engine));
    theirs.ok() ? go(*kept) : refuse(theirs);
  });
  if (!runs) refuse(NoLook());
}

// A stream of which its reader sees what is theirs.
class FilteredStream final : public rpc::AnyServerStream {
 public:
  FilteredStream(const rpc::Method& method, std::shared_ptr<const Scope> scope, Shard& shard,
                 std::shared_ptr<rpc::AnyServerStream> stream)
      : method_(method), scope_(std::move(scope)), shard_(shard), stream_(std::move(stream)) {}

  bool writable() const override { return stream_->writable(); }

  bool Write(const Message& message) override {
    // Agents change teams while it stands.
    const Scope now(scope_->caller(), TeamsIn(shard_));
    const std::unique_ptr<Message> shown(message.New());
    shown->CopyFrom(message);
    if (!now.Shows(*shown)) {
      stream_->Finish(NotForConfined(method_, "others"));
      return false;
    }
    if (shown->GetDescriptor() == v1::LiveUpdate::descriptor()) {
      FilterLive(now, static_cast<v1::LiveUpdate*>(shown.get()));
    } else {
      now.Filter(shown.get());
    }
    return stream_->Write(*shown);
  }

  void Finish(absl::Status status) override { stream_->Finish(std::move(status)); }
  void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) override {
    stream_->SetCallbacks(std::move(on_writable), std::move(on_closed));
  }

 private:
  // Rows that were shown and are theirs no longer are gone for them; of rows that they have never
  // seen they do not hear that these are gone.
  void FilterLive(const Scope& now, v1::LiveUpdate* update) {
    std::lock_guard lock(mutex_);
    std::set<std::string> gone(update->removed().begin(), update->removed().end());
    std::set<std::string> touched;
    for (const auto& queue : update->queues()) touched.insert(queue.name());
    for (const auto& agent : update->agents()) touched.insert(agent.name());
    update->clear_removed();
    now.Filter(update);
    if (update->snapshot()) shown_.clear();
    std::set<std::string> left;
    for (const auto& queue : update->queues()) left.insert(queue.name());
    for (const auto& agent : update->agents()) left.insert(agent.name());
    for (const std::string& name : touched) {
      if (!left.contains(name)) gone.insert(name);
    }
    for (const std::string& name : gone) {
      if (shown_.erase(name) > 0) update->add_removed(name);
    }
    shown_.merge(left);
  }

  const rpc::Method& method_;
  const std::shared_ptr<const Scope> scope_;
  Shard& shard_;
  const std::shared_ptr<rpc::AnyServerStream> stream_;
  std::mutex mutex_;
  std::set<std::string> shown_;
};

void CallUnary(const rpc::Method& method, const ScopeRule& rule, Shard& shard,
               const rpc::Context& context, const Message& request, rpc::AnyReply reply) {
  absl::StatusOr<Course> course = CourseOf(method, rule, context, shard);
  if (!course.ok()) return reply(course.status(), nullptr);
  if (!course->scope) return method.unary(course->context, request, std::move(reply));
  const auto scope = std::make_shared<const Scope>(*std::move(course->scope));
  const bool reads =
      method.descriptor->options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS;
  rpc::AnyReply filtered = [&method, scope, reads, reply](absl::Status status,
                                                          std::unique_ptr<Message> answer) {
    if (status.ok() && reads && !scope->Shows(*answer)) {
      return reply(NotForConfined(method, "others"), nullptr);
    }
    if (status.ok()) scope->Filter(answer.get());
    reply(std::move(status), std::move(answer));
  };
  CheckAndGo(
      shard, scope, rule, request,
      [&method, who = course->context, filtered](const Message& checked) {
        method.unary(who, checked, filtered);
      },
      [reply](const absl::Status& refusal) { reply(refusal, nullptr); });
}

void CallStreaming(const rpc::Method& method, const ScopeRule& rule, Shard& shard,
                   const rpc::Context& context, const Message& request,
                   std::shared_ptr<rpc::AnyServerStream> stream) {
  absl::StatusOr<Course> course = CourseOf(method, rule, context, shard);
  if (!course.ok()) return stream->Finish(course.status());
  if (!course->scope) return method.server_streaming(course->context, request, std::move(stream));
  const auto scope = std::make_shared<const Scope>(*std::move(course->scope));
  const auto filtered = std::make_shared<FilteredStream>(method, scope, shard, stream);
  const auto go = [&method, who = course->context, filtered](const Message& checked) {
    method.server_streaming(who, checked, filtered);
  };
  CheckAndGo(
      shard, scope, rule, request,
      [go](const Message& checked) {
        if (checked.GetDescriptor() != v1::WatchLiveRequest::descriptor()) return go(checked);
        // What they knew before is not known here: they begin anew.
        v1::WatchLiveRequest whole = static_cast<const v1::WatchLiveRequest&>(checked);
        whole.clear_resume_sequence();
        go(whole);
      },
      [stream](const absl::Status& refusal) { stream->Finish(refusal); });
}

}  // namespace

rpc::MethodTable ConfinedMethods(const rpc::MethodTable& methods, Shard& shard) {
  rpc::MethodTable confined;
  for (const auto& [name, method] : methods.methods()) {
    rpc::Method over = method;
    // Whoever calls may call what needs no token.
    if (method.open_to_all) {
      confined.Add(std::move(over));
      continue;
    }
    const ScopeRule rule = RuleOf(name);
    const rpc::Method* below = &method;
    if (method.unary) {
      over.unary = [below, rule, &shard](const rpc::Context& context, const Message& request,
                                         rpc::AnyReply reply) {
        if (!Scope::IsConfined(context.caller)) {
          return below->unary(context, request, std::move(reply));
        }
        CallUnary(*below, rule, shard, context, request, std::move(reply));
      };
    } else {
      over.server_streaming = [below, rule, &shard](const rpc::Context& context,
                                                    const Message& request,
                                                    std::shared_ptr<rpc::AnyServerStream> stream) {
        if (!Scope::IsConfined(context.caller)) {
          return below->server_streaming(context, request, std::move(stream));
        }
        CallStreaming(*below, rule, shard, context, request, std::move(stream));
      };
    }
    confined.Add(std::move(over));
  }
  return confined;
}

}  // namespace wissel::scope
