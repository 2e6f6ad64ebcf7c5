#include "channels/mailings/mailings.h"

#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "base/runtime/task_thread.h"
#include "base/status.h"
#include "channels/mailings/hub.h"

namespace wissel::mailings {
namespace {

using rpc::Access;
using rpc::Role;

constexpr size_t kCallsAtOnce = 10'000;

}  // namespace

// Shared with the callbacks that may outlive the room: they find the inbox closed.
class Mailings::Parts : public std::enable_shared_from_this<Mailings::Parts> {
 public:
  using Task = Hub::Task;

  Parts(Shard& shard, contacts::ContactStore& store, MailingOptions options,
        std::unique_ptr<outbound::StoreFile> file)
      : options_(std::move(options)),
        shard_(shard),
        store_(store),
        file_(std::move(file)),
        thread_("mailings", kCallsAtOnce),
        hub_(shard, store, *file_, options_, thread_.poster()) {}

  absl::Status Load() { return hub_.Load(); }

  void Observe() {
    store_.ObserveErasures([self = weak_from_this()](const std::vector<std::string>& contacts) {
      auto parts = self.lock();
      if (parts == nullptr) return;
      parts->thread_.Post([parts = parts.get(), contacts] { parts->hub_.OnErased(contacts); });
    });
  }

  void Start() {
    thread_.Post([this] { hub_.Begin(); });
    thread_.Start([this] { return Step(); });
  }

  void Stop() { thread_.Stop(); }

  void Bounced(std::string contact) {
    thread_.Post([this, contact = std::move(contact)] { hub_.OnBounced(contact); });
  }

  void Settle() {
    // For what is in the inbox, then for the answers of the store that it led to.
    for (int round = 0; round < 12; ++round) {
      std::promise<void> stored;
      store_.LoadLive(Channel::kTask, [&](const absl::StatusOr<std::vector<contacts::Contact>>&) {
        stored.set_value();
      });
      stored.get_future().wait();
      if (!thread_.Settle()) return;
    }
  }

  template <class Request, class Response>
  void Register(rpc::MethodTable& table, const std::string& name, Access access,
                void (Hub::*call)(const rpc::Caller&, const Request&, Answer<Response>)) {
    table.Unary<Request, Response>(
        "wissel.v1.MailingService." + name, access,
        [parts = shared_from_this(), call](const rpc::Context& context, const Request& request,
                                           rpc::Reply<Response> reply) {
          const Answer<Response> answer(std::move(reply));
          const absl::Status pushed = parts->thread_.Ask(
              [parts = parts.get(), call, answer, request, caller = context.caller] {
                (parts->hub_.*call)(caller, request, answer);
              });
          if (!pushed.ok()) answer(pushed);
        });
  }

  bool has_pages() const { return options_.pages != nullptr; }

 private:
  std::optional<Duration> Step() {
    const Instant now = shard_.now();
    const std::optional<Instant> next = hub_.OnTime(now);
    if (!next) return std::nullopt;
    return *next - now;
  }

  const MailingOptions options_;
  Shard& shard_;
  contacts::ContactStore& store_;
  const std::unique_ptr<outbound::StoreFile> file_;
  TaskThread thread_;
  // Of the room's thread.
  Hub hub_;
};

absl::StatusOr<std::unique_ptr<Mailings>> Mailings::Open(Shard& shard,
                                                         contacts::ContactStore& store,
                                                         MailingOptions options) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<outbound::StoreFile> file,
                          outbound::StoreFile::Open(options.place, MailingTables::kSchema));
  auto parts = std::make_shared<Parts>(shard, store, std::move(options), std::move(file));
  WISSEL_RETURN_IF_ERROR(parts->Load());
  parts->Observe();
  return std::unique_ptr<Mailings>(new Mailings(std::move(parts)));
}

Mailings::Mailings(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
Mailings::~Mailings() { parts_->Stop(); }

void Mailings::Start() { parts_->Start(); }
void Mailings::Stop() { parts_->Stop(); }
void Mailings::Settle() { parts_->Settle(); }
void Mailings::Bounced(std::string contact) { parts_->Bounced(std::move(contact)); }

void Mailings::Register(rpc::MethodTable& table) {
  const Access change =
      Access::Of({Role::kManager, Role::kPlanner, Role::kAdmin, Role::kIntegration});
  parts_->Register(table, "CreateMailing", change, &Hub::Create);
  parts_->Register(table, "GetMailing", change, &Hub::Get);
  parts_->Register(table, "ListMailings", change, &Hub::ListAll);
  parts_->Register(table, "UpdateMailing", change, &Hub::Update);
  parts_->Register(table, "StartMailing", change, &Hub::Start);
  parts_->Register(table, "PauseMailing", change, &Hub::Pause);
  parts_->Register(table, "StopMailing", change, &Hub::Stop);
  parts_->Register(table, "AddMailingRecipients", change, &Hub::AddRecipients);
  parts_->Register(table, "ListMailingRecipients", change, &Hub::ListRecipients);
  parts_->Register(table, "PreviewMailing", change, &Hub::Preview);
  parts_->Register(table, "ListMailingSenders", change, &Hub::ListSenders);
  if (!parts_->has_pages()) return;
  parts_->Register(table, "ShowUnsubscribe", Access::OpenToAll(), &Hub::ShowUnsubscribe);
}

}  // namespace wissel::mailings
