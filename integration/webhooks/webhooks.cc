#include "integration/webhooks/webhooks.h"

#include <chrono>
#include <utility>

#include "base/runtime/inbox.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "integration/webhooks/dispatcher.h"
#include "router/service/requests.h"

namespace wissel::webhooks {
namespace {

using rpc::Role;

constexpr size_t kCallsAtOnce = 1'000;
constexpr size_t kAlways = SIZE_MAX / 2;

absl::Status Stopping() { return absl::UnavailableError("the server is stopping; ask it again"); }

}  // namespace

// Shared with the callbacks that may outlive the room: they find the inbox closed.
class Webhooks::Parts : public std::enable_shared_from_this<Webhooks::Parts> {
 public:
  using Task = Dispatcher::Task;

  Parts(Shard& shard, events::Hub& hub, std::unique_ptr<Store> store, WebhookOptions options)
      : dispatcher_(shard, hub, std::move(store), std::move(options),
                    [this](Task task) { Push(std::move(task), kAlways).IgnoreError(); }) {}

  absl::Status Load() { return dispatcher_.Load(); }
  void Start() {
    thread_ = std::make_unique<Thread>("webhooks", [this] { Run(); });
  }
  void Stop() {
    inbox_.Close();
    dispatcher_.Wake();
    if (thread_ != nullptr) thread_->Join();
  }

  // A call of the dispatcher, on its thread.
  template <class Response, class Call>
  void Unary(const rpc::Reply<Response>& reply, Call call) {
    const absl::Status pushed = Push([this, call = std::move(call)] { call(dispatcher_); });
    if (!pushed.ok()) reply(pushed);
  }

  std::string MetricsText() const { return dispatcher_.MetricsText(); }

 private:
  absl::Status Push(Task task, size_t beyond = 0) {
    const PushResult pushed = inbox_.Push(task, beyond);
    if (pushed == PushResult::kClosed) return Stopping();
    if (pushed == PushResult::kFull) {
      return absl::ResourceExhaustedError("webhooks are busy; try again in a second");
    }
    dispatcher_.Wake();
    return absl::OkStatus();
  }

  void Run() {
    std::vector<Task> tasks;
    while (inbox_.Drain(tasks, std::chrono::steady_clock::now())) {
      for (Task& task : tasks) task();
      tasks.clear();
      dispatcher_.Step();
    }
    dispatcher_.Stop();
  }

  Inbox<Task> inbox_{kCallsAtOnce};
  Dispatcher dispatcher_;
  std::unique_ptr<Thread> thread_;
};

absl::StatusOr<std::unique_ptr<Webhooks>> Webhooks::Open(Shard& shard, events::Hub& hub,
                                                         WebhookOptions options) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, Store::Open(options.place));
  auto parts = std::make_shared<Parts>(shard, hub, std::move(store), std::move(options));
  WISSEL_RETURN_IF_ERROR(parts->Load());
  return std::unique_ptr<Webhooks>(new Webhooks(std::move(parts)));
}

Webhooks::Webhooks(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
Webhooks::~Webhooks() { Stop(); }
void Webhooks::Start() { parts_->Start(); }
void Webhooks::Stop() { parts_->Stop(); }
std::string Webhooks::MetricsText() const { return parts_->MetricsText(); }

void Webhooks::Register(rpc::MethodTable& table) {
  const rpc::Access access = rpc::Access::Of({Role::kAdmin, Role::kIntegration});
  const auto method = [&]<class Request, class Response>(
                          const char* name,
                          void (Dispatcher::*call)(const Request&, rpc::Reply<Response>)) {
    table.Unary<Request, Response>(
        std::string("wissel.v1.WebhookService.") + name, access,
        [parts = parts_, call](const rpc::Context&, const Request& request,
                               rpc::Reply<Response> reply) {
          parts->Unary(reply, [call, request, reply](Dispatcher& d) { (d.*call)(request, reply); });
        });
  };
  // Of one that has a request id.
  const auto once = [&]<class Request, class Response>(
                        const char* name,
                        void (Dispatcher::*call)(const Request&, Dispatcher::Identity,
                                                 rpc::Reply<Response>)) {
    table.Unary<Request, Response>(
        std::string("wissel.v1.WebhookService.") + name, access,
        [parts = parts_, call, name](const rpc::Context& context, const Request& request,
                                     rpc::Reply<Response> reply) {
          const auto origin = OriginOf(context.caller, name, request.request_id(), request);
          if (!origin.ok()) return reply(origin.status());
          parts->Unary(reply, [call, request, reply, identity = origin->request](Dispatcher& d) {
            (d.*call)(request, identity, reply);
          });
        });
  };
  once("CreateWebhook", &Dispatcher::Create);
  method("GetWebhook", &Dispatcher::Get);
  method("ListWebhooks", &Dispatcher::List);
  method("UpdateWebhook", &Dispatcher::Update);
  method("DeleteWebhook", &Dispatcher::Delete);
  method("PauseWebhook", &Dispatcher::Pause);
  method("ResumeWebhook", &Dispatcher::Resume);
  once("RotateWebhookSecret", &Dispatcher::Rotate);
  method("ListWebhookDeliveries", &Dispatcher::ListDeliveries);
  method("ListDeadLetters", &Dispatcher::ListDeadLetters);
  method("ReplayDeadLetters", &Dispatcher::Replay);
  method("SendTestEvent", &Dispatcher::Test);
}

}  // namespace wissel::webhooks
