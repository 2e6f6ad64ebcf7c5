#include "channels/outbound/outbound.h"

#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "base/runtime/task_thread.h"
#include "base/status.h"
#include "channels/outbound/hub.h"
#include "router/core/item_of.h"

namespace wissel::outbound {
namespace {

using rpc::Access;
using rpc::Role;

constexpr size_t kCallsAtOnce = 10'000;

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
        thread_("outbound", kCallsAtOnce),
        marks_(shard, store, *file_, options.region, thread_.poster()),
        hub_(shard, store, *file_, marks_, options.region, thread_.poster()) {}

  absl::Status Load() { return hub_.Load(); }

  void Observe() {
    shard_.AddObserver(
        [self = weak_from_this()](const CommittedBatch& batch, const Engine& engine) {
          auto parts = self.lock();
          if (parts == nullptr) return;
          std::vector<ItemFact> facts = FactsOf(batch, engine);
          if (facts.empty()) return;
          parts->thread_.Post(
              [parts = parts.get(), facts = std::move(facts)] { parts->hub_.OnFacts(facts); });
        });
    store_.ObserveErasures([self = weak_from_this()](const std::vector<std::string>& contacts) {
      auto parts = self.lock();
      if (parts == nullptr) return;
      parts->thread_.Post([parts = parts.get(), contacts] { parts->hub_.OnErased(contacts); });
    });
  }

  void Start() {
    const std::vector<ItemId> open = hub_.OpenItems();
    thread_.Start([this] { return Step(); });
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
      self->thread_.Post([parts = self.get(), facts = std::move(facts)] {
        parts->hub_.Begin(facts);
        for (Task& task : std::exchange(parts->until_begun_, {})) task();
      });
    });
  }

  void Stop() { thread_.Stop(); }

  void MayCall(std::string customer, contacts::Address number,
               std::function<void(const absl::Status&)> done) {
    MayContact(
        std::move(customer), std::move(number), Way::kCall,
        Refuse(absl::StatusCode::kPermissionDenied, "number", "this customer is not to be called"),
        std::move(done));
  }

  void MayContact(std::string customer, contacts::Address address, Way way, absl::Status forbidden,
                  std::function<void(const absl::Status&)> done) {
    const absl::Status pushed = Push([this, customer = std::move(customer),
                                      address = std::move(address), way, forbidden, done] {
      marks_.Ask(customer, address, way, [done, forbidden](const absl::StatusOr<Verdict>& verdict) {
        if (!verdict.ok()) return done(verdict.status());
        done(verdict->forbidden ? forbidden : absl::OkStatus());
      });
    });
    if (!pushed.ok()) done(pushed);
  }

  void Mark(contacts::Address address, std::string creator,
            std::function<void(const absl::Status&)> done) {
    const absl::Status pushed = Push([this, address = std::move(address),
                                      creator = std::move(creator), done] {
      done(file_->Change([&] { return marks_.MarkAddress(address, MarkReason::kAsked, creator); }));
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
      if (!thread_.Settle()) return;
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
  // A call: it waits until what was under way has been taken up.
  absl::Status Push(Task call) {
    Task task = [this, call = std::move(call)] {
      if (hub_.begun()) return call();
      until_begun_.push_back(call);
    };
    return thread_.Ask(std::move(task));
  }

  std::optional<Duration> Step() {
    const Instant now = shard_.now();
    const std::optional<Instant> next = hub_.OnTime(now);
    if (!next) return std::nullopt;
    return *next - now;
  }

  Shard& shard_;
  contacts::ContactStore& store_;
  const std::unique_ptr<StoreFile> file_;
  TaskThread thread_;
  // Of the room's thread.
  Marks marks_;
  Hub hub_;
  std::vector<Task> until_begun_;
};

absl::StatusOr<std::unique_ptr<Outbound>> Outbound::Open(Shard& shard,
                                                         contacts::ContactStore& store,
                                                         OutboundOptions options) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<StoreFile> file, StoreFile::Open(options.place));
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

void Outbound::MayMail(std::string customer, contacts::Address address,
                       std::function<void(const absl::Status&)> done) {
  parts_->MayContact(std::move(customer), std::move(address), Way::kMail,
                     Refuse(absl::StatusCode::kPermissionDenied, "address",
                            "this customer is not to be written to unasked"),
                     std::move(done));
}
void Outbound::Mark(contacts::Address address, std::string creator,
                    std::function<void(const absl::Status&)> done) {
  parts_->Mark(std::move(address), std::move(creator), std::move(done));
}

void Outbound::Register(rpc::MethodTable& table) {
  const Access change =
      Access::Of({Role::kManager, Role::kPlanner, Role::kAdmin, Role::kIntegration});
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
  const Access mark = Access::Of({Role::kManager, Role::kAdmin, Role::kIntegration});
  const Access check = Access::Of({Role::kAgent, Role::kManager, Role::kAdmin, Role::kIntegration});
  const Access remove = Access::Of({Role::kManager, Role::kAdmin});
  parts_->Register(table, "DoNotContactService.SetDoNotContact", mark, marks, &Marks::Set);
  parts_->Register(table, "DoNotContactService.RemoveDoNotContact", remove, marks, &Marks::Remove);
  parts_->Register(table, "DoNotContactService.ListDoNotContact", mark, marks, &Marks::List);
  parts_->Register(table, "DoNotContactService.CheckDoNotContact", check, marks, &Marks::Check);
}

}  // namespace wissel::outbound
