#include "channels/outbound/outbound.h"

#include <chrono>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "base/runtime/inbox.h"
#include "base/runtime/thread.h"
#include "base/status.h"
#include "channels/outbound/hub.h"
#include "router/core/item_of.h"

namespace wissel::outbound {
namespace {

using Steady = std::chrono::steady_clock;
using rpc::Access;
using rpc::Role;

constexpr size_t kCallsAtOnce = 10'000;
// Of the shard and the store: these are never turned away.
constexpr size_t kAlways = SIZE_MAX / 2;

absl::Status Busy() {
  return absl::ResourceExhaustedError("the lists are busy; try again in a second");
}

// What a batch says of items that may be of a list; each once, as it stands after the batch.
std::vector<ItemFact> FactsOf(const CommittedBatch& batch, const Engine& engine) {
  std::vector<ItemFact> facts;
  for (const Event& event : batch.events) {
    const std::optional<ItemId> id = ItemOf(event);
    const Item* item = id ? engine.FindItem(*id) : nullptr;
    if (item == nullptr) continue;
    std::optional<ItemFact> fact = FactOf(engine, *item);
    if (!fact) continue;
    if (const auto* completed = std::get_if<ItemCompleted>(&event.body)) {
      fact->cause = completed->cause;
    }
    std::erase_if(facts, [&](const ItemFact& before) { return before.item == *id; });
    facts.push_back(*std::move(fact));
  }
  return facts;
}

}  // namespace

// Shared with the callbacks that may outlive the room: they find the inbox closed.
class Outbound::Parts : public std::enable_shared_from_this<Outbound::Parts> {
 public:
  using Task = Hub::Task;

  Parts(Shard& shard, contacts::ContactStore& store, const OutboundOptions& options,
        std::unique_ptr<StoreFile> file)
      : shard_(shard),
        store_(store),
        file_(std::move(file)),
        inbox_(std::make_shared<Inbox<Task>>(kCallsAtOnce)),
        marks_(shard, store, *file_, options.region, Poster()),
        hub_(shard, store, *file_, marks_, options.region, Poster()) {}

  absl::Status Load() { return hub_.Load(); }

  void Observe() {
    shard_.AddObserver([self = weak_from_this()](const CommittedBatch& batch,
                                                 const Engine& engine) {
      auto parts = self.lock();
      if (parts == nullptr) return;
      std::vector<ItemFact> facts = FactsOf(batch, engine);
      if (facts.empty()) return;
      parts->Post([parts = parts.get(), facts = std::move(facts)] { parts->hub_.OnFacts(facts); });
    });
    store_.ObserveErasures([self = weak_from_this()](const std::vector<std::string>& contacts) {
      auto parts = self.lock();
      if (parts == nullptr) return;
      parts->Post([parts = parts.get(), contacts] { parts->hub_.OnErased(contacts); });
    });
  }

  void Start() {
    const std::vector<ItemId> open = hub_.OpenItems();
    thread_ = std::make_unique<Thread>("outbound", [this] { Run(); });
    shard_.Read([self = shared_from_this(), open](const Engine& engine) {
      std::vector<ItemFact> facts;
      const auto add = [&](const Item& item) {
        if (auto fact = FactOf(engine, item)) facts.push_back(*std::move(fact));
      };
      for (const ItemId id : open) {
        const Item* item = engine.FindItem(id);
        if (item != nullptr && IsEnded(item->state)) add(*item);
      }
      engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        add(item);
        return true;
      });
      self->Post([parts = self.get(), facts = std::move(facts)] {
        parts->hub_.Begin(facts);
        for (Task& task : std::exchange(parts->until_begun_, {})) task();
      });
    });
  }

  void Stop() {
    inbox_->Close();
    if (thread_ != nullptr) thread_->Join();
  }

  void MayCall(std::string customer, contacts::Address number,
               std::function<void(const absl::Status&)> done) {
    const absl::Status pushed =
        Push([this, customer = std::move(customer), number = std::move(number), done] {
          marks_.Ask(customer, number, Way::kCall, [done](const absl::StatusOr<Verdict>& verdict) {
            if (!verdict.ok()) return done(verdict.status());
            if (!verdict->forbidden) return done(absl::OkStatus());
            done(Refuse(absl::StatusCode::kPermissionDenied, "number",
                        "this customer is not to be called"));
          });
        });
    if (!pushed.ok()) done(pushed);
  }

  void Settle() {
    // For what is in the inbox, then for the answers of the store and the shard that it led to.
    for (int round = 0; round < 12; ++round) {
      std::promise<void> stored;
      store_.LoadLive(Channel::kTask, [&](const absl::StatusOr<std::vector<contacts::Contact>>&) {
        stored.set_value();
      });
      stored.get_future().wait();
      std::promise<void> done;
      Task settle = [&] { settled_.push_back(&done); };
      if (inbox_->Push(settle, kAlways) != PushResult::kPushed) return;
      done.get_future().wait();
    }
  }

  template <class Request, class Response, class Owner>
  void Register(rpc::MethodTable& table, const std::string& name, Access access, Owner& owner,
                void (Owner::*call)(const rpc::Caller&, const Request&, Answer<Response>)) {
    table.Unary<Request, Response>(
        "wissel.v1." + name, access,
        [parts = shared_from_this(), &owner, call](
            const rpc::Context& context, const Request& request, rpc::Reply<Response> reply) {
          const Answer<Response> answer(std::move(reply));
          const absl::Status pushed =
              parts->Push([&owner, call, answer, request, caller = context.caller] {
                (owner.*call)(caller, request, answer);
              });
          if (!pushed.ok()) answer(pushed);
        });
  }

  Hub& hub() { return hub_; }
  Marks& marks() { return marks_; }

 private:
  std::function<void(Task)> Poster() {
    return [inbox = inbox_](Task task) { inbox->Push(task, kAlways); };
  }
  void Post(Task task) { inbox_->Push(task, kAlways); }

  // A call: it waits until what was under way has been taken up.
  absl::Status Push(Task call) {
    Task task = [this, call = std::move(call)] {
      if (hub_.begun()) return call();
      until_begun_.push_back(call);
    };
    switch (inbox_->Push(task)) {
      case PushResult::kPushed:
        return absl::OkStatus();
      case PushResult::kFull:
        return Busy();
      case PushResult::kClosed:
        break;
    }
    return rpc::Stopping();
  }

  void Run() {
    std::vector<Task> tasks;
    std::optional<Steady::time_point> wake;
    while (inbox_->Drain(tasks, wake)) {
      for (Task& task : tasks) task();
      tasks.clear();
      wake = Step();
    }
  }

  std::optional<Steady::time_point> Step() {
    const Instant now = shard_.now();
    const std::optional<Instant> next = hub_.OnTime(now);
    for (std::promise<void>* settled : std::exchange(settled_, {})) settled->set_value();
    if (!next) return std::nullopt;
    return Steady::now() + std::chrono::milliseconds((*next - now).millis());
  }

  Shard& shard_;
  contacts::ContactStore& store_;
  const std::unique_ptr<StoreFile> file_;
  std::shared_ptr<Inbox<Task>> inbox_;
  // Of the room's thread.
  Marks marks_;
  Hub hub_;
  std::vector<Task> until_begun_;
  std::vector<std::promise<void>*> settled_;
  std::unique_ptr<Thread> thread_;
};

absl::StatusOr<std::unique_ptr<Outbound>> Outbound::Open(Shard& shard,
                                                         contacts::ContactStore& store,
                                                         OutboundOptions options) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<StoreFile> file, StoreFile::Open(options.path));
  auto parts = std::make_shared<Parts>(shard, store, options, std::move(file));
  WISSEL_RETURN_IF_ERROR(parts->Load());
  parts->Observe();
  return std::unique_ptr<Outbound>(new Outbound(std::move(parts)));
}

Outbound::Outbound(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
Outbound::~Outbound() { parts_->Stop(); }

void Outbound::Start() { parts_->Start(); }
void Outbound::Stop() { parts_->Stop(); }
void Outbound::Settle() { parts_->Settle(); }
void Outbound::MayCall(std::string customer, contacts::Address number,
                       std::function<void(const absl::Status&)> done) {
  parts_->MayCall(std::move(customer), std::move(number), std::move(done));
}

void Outbound::Register(rpc::MethodTable& table) {
  const Access change = Access::Of({Role::kManager, Role::kAdmin, Role::kIntegration});
  const Access desk = Access::Of({Role::kAgent, Role::kManager, Role::kAdmin});
  Hub& hub = parts_->hub();
  parts_->Register(table, "OutboundService.CreateOutboundList", change, hub, &Hub::Create);
  parts_->Register(table, "OutboundService.GetOutboundList", change, hub, &Hub::Get);
  parts_->Register(table, "OutboundService.ListOutboundLists", change, hub, &Hub::ListAll);
  parts_->Register(table, "OutboundService.UpdateOutboundList", change, hub, &Hub::Update);
  parts_->Register(table, "OutboundService.StartOutboundList", change, hub, &Hub::StartList);
  parts_->Register(table, "OutboundService.PauseOutboundList", change, hub, &Hub::PauseList);
  parts_->Register(table, "OutboundService.StopOutboundList", change, hub, &Hub::StopList);
  parts_->Register(table, "OutboundService.AddOutboundEntries", change, hub, &Hub::AddEntries);
  parts_->Register(table, "OutboundService.ListOutboundEntries", change, hub, &Hub::ListEntries);
  parts_->Register(table, "OutboundService.GetOutboundEntry", desk, hub, &Hub::GetEntry);
  Marks& marks = parts_->marks();
  const Access check = Access::Of({Role::kAgent, Role::kManager, Role::kAdmin, Role::kIntegration});
  const Access remove = Access::Of({Role::kManager, Role::kAdmin});
  parts_->Register(table, "DoNotContactService.SetDoNotContact", change, marks, &Marks::Set);
  parts_->Register(table, "DoNotContactService.RemoveDoNotContact", remove, marks, &Marks::Remove);
  parts_->Register(table, "DoNotContactService.ListDoNotContact", change, marks, &Marks::List);
  parts_->Register(table, "DoNotContactService.CheckDoNotContact", check, marks, &Marks::Check);
}

}  // namespace wissel::outbound
