#include "tests/gateway_support/test_world.h"

#include <chrono>
#include <utility>

#include "base/status.h"
#include "gateway/error_detail.h"
#include "google/protobuf/empty.pb.h"
#include "wissel/v1/chat.pb.h"
#include "wissel/v1/config.pb.h"

namespace wissel::gateway {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Role;

constexpr auto kPatience = std::chrono::seconds(10);

}  // namespace

const std::vector<Role> kEveryRole = {Role::kAgent, Role::kManager, Role::kPlanner, Role::kAdmin,
                                      Role::kIntegration};

std::string TokenOf(Role role) { return "role-" + std::to_string(static_cast<int>(role)); }

void Watch::CountWritable() {
  std::lock_guard lock(mutex_);
  ++writable_calls_;
  changed_.notify_all();
}

void Watch::CountClosed() {
  std::lock_guard lock(mutex_);
  ++closed_calls_;
  changed_.notify_all();
}

int Watch::writable_calls() const {
  std::lock_guard lock(mutex_);
  return writable_calls_;
}

int Watch::closed_calls() const {
  std::lock_guard lock(mutex_);
  return closed_calls_;
}

bool Watch::WaitForWritable(int calls) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return writable_calls_ >= calls; });
}

bool Watch::WaitForClosed() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return closed_calls_ > 0; });
}

// Writes a large update whenever it may.
struct TestWorld::Pump : std::enable_shared_from_this<Pump> {
  Pump(TestWorld* to, rpc::ServerStream<v1::LiveUpdate> from)
      : world(to), stream(std::move(from)) {}

  void Go() {
    std::lock_guard lock(mutex);
    while (stream.writable()) {
      v1::LiveUpdate update;
      for (int i = 0; i < 1000; ++i) update.add_removed(std::string(60, 'x'));
      if (!stream.Write(update)) return;
      std::lock_guard world_lock(world->mutex_);
      ++world->live_updates_sent_;
    }
  }

  TestWorld* world;
  rpc::ServerStream<v1::LiveUpdate> stream;
  std::mutex mutex;
};

TestWorld::TestWorld() {
  methods_.Unary<v1::GetWorkItemRequest, v1::WorkItem>(
      "wissel.v1.WorkService.GetWorkItem", Access::Of(rpc::Roles::All()),
      [this](const Context&, const auto& request, auto reply) { GetWorkItem(request, reply); });
  methods_.Unary<v1::CreateWorkItemRequest, v1::WorkItem>(
      "wissel.v1.WorkService.CreateWorkItem",
      Access::Of({Role::kIntegration, Role::kManager, Role::kAdmin}),
      [this](const Context& context, const auto& request, auto reply) {
        Count("wissel.v1.WorkService.CreateWorkItem");
        v1::WorkItem item = request.work_item();
        item.set_name("workItems/1");
        item.set_agent(context.caller.agent);
        reply(std::move(item));
      });
  methods_.Unary<v1::GetSkillRequest, v1::Skill>("wissel.v1.ConfigService.GetSkill",
                                                 Access::Of({Role::kPlanner}),
                                                 [this](const Context&, const auto&, auto reply) {
                                                   Count("wissel.v1.ConfigService.GetSkill");
                                                   reply(v1::Skill());
                                                 });
  methods_.Unary<v1::DeleteSkillRequest, google::protobuf::Empty>(
      "wissel.v1.ConfigService.DeleteSkill", Access::Of({Role::kAdmin}),
      [this](const Context&, const auto&, auto reply) {
        Count("wissel.v1.ConfigService.DeleteSkill");
        reply(google::protobuf::Empty());
      });
  methods_.Unary<v1::ListChatTopicsRequest, v1::ListChatTopicsResponse>(
      "wissel.v1.CustomerChatService.ListChatTopics", Access::OpenToAll(),
      [this](const Context&, const auto&, auto reply) {
        Count("wissel.v1.CustomerChatService.ListChatTopics");
        reply(v1::ListChatTopicsResponse());
      });
  methods_.ServerStreaming<v1::WatchAgentRequest, v1::AgentState>(
      "wissel.v1.AgentService.WatchAgent", Access::Of({Role::kAgent, Role::kManager}),
      [this](const Context&, const auto& request, rpc::ServerStream<v1::AgentState> stream) {
        Count("wissel.v1.AgentService.WatchAgent");
        if (request.agent() == "agents/nobody") {
          return stream.Finish(RefuseField("agent", "there is no agents/nobody", "an agent"));
        }
        auto watch = std::make_shared<Watch>(std::move(stream));
        watch->stream().SetCallbacks([watch] { watch->CountWritable(); },
                                     [watch] { watch->CountClosed(); });
        std::lock_guard lock(mutex_);
        watch_ = watch;
        changed_.notify_all();
      });
  methods_.ServerStreaming<v1::WatchLiveRequest, v1::LiveUpdate>(
      "wissel.v1.LiveService.WatchLive", Access::Of({Role::kManager}),
      [this](const Context&, const auto&, rpc::ServerStream<v1::LiveUpdate> stream) {
        Count("wissel.v1.LiveService.WatchLive");
        WatchLive(std::move(stream));
      });
}

rpc::Authenticate TestWorld::authenticate() const {
  return [](std::string_view token) -> absl::StatusOr<rpc::Caller> {
    if (token.empty()) return rpc::Caller();
    for (Role role : kEveryRole) {
      if (token == TokenOf(role)) {
        return rpc::Caller{.user = "users/test", .agent = "agents/test", .roles = {role}};
      }
    }
    return absl::UnauthenticatedError("the token is not one of the test's");
  };
}

void TestWorld::GetWorkItem(const v1::GetWorkItemRequest& request, rpc::Reply<v1::WorkItem> reply) {
  Count("wissel.v1.WorkService.GetWorkItem");
  if (request.name() == "workItems/held") {
    std::lock_guard lock(mutex_);
    held_ = reply;
    changed_.notify_all();
    return;
  }
  if (request.name() == "workItems/dropped") return;
  if (request.name() == "workItems/broken-off") return reply(absl::CancelledError());
  if (request.name() == "workItems/overload") {
    return reply(RefuseForNow("too many requests", Duration::Millis(1500)));
  }
  if (request.name() == "workItems/none") {
    return reply(Refuse(absl::StatusCode::kNotFound, "name",
                        "there is no workItems/none \"\xC3\xA9\"", "the name of a work item"));
  }
  v1::WorkItem item;
  item.set_name(request.name());
  item.set_queue("queues/pensions");
  item.set_channel(v1::CHAT);
  reply(std::move(item));
}

void TestWorld::WatchLive(rpc::ServerStream<v1::LiveUpdate> stream) {
  auto pump = std::make_shared<Pump>(this, std::move(stream));
  pump->stream.SetCallbacks([pump] { pump->Go(); },
                            [this] {
                              std::lock_guard lock(mutex_);
                              ++live_streams_closed_;
                              changed_.notify_all();
                            });
  pump->Go();
}

void TestWorld::Count(std::string_view method) {
  std::lock_guard lock(mutex_);
  ++calls_[std::string(method)];
}

int TestWorld::calls(std::string_view method) const {
  std::lock_guard lock(mutex_);
  auto found = calls_.find(method);
  return found == calls_.end() ? 0 : found->second;
}

std::shared_ptr<Watch> TestWorld::WaitForWatch() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return watch_ != nullptr; });
  return std::exchange(watch_, nullptr);
}

std::optional<rpc::Reply<v1::WorkItem>> TestWorld::WaitForHeldReply() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return held_.has_value(); });
  return std::exchange(held_, std::nullopt);
}

int TestWorld::live_updates_sent() const {
  std::lock_guard lock(mutex_);
  return live_updates_sent_;
}

int TestWorld::live_streams_closed() const {
  std::lock_guard lock(mutex_);
  return live_streams_closed_;
}

}  // namespace wissel::gateway
