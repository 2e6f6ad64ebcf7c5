#include "channels/email/mail_channel.h"

#include <algorithm>
#include <future>
#include <optional>
#include <utility>

#include "base/runtime/task_thread.h"
#include "base/status.h"
#include "channels/email/handed_over.h"
#include "channels/email/hub.h"
#include "channels/email/mime/read_mail.h"
#include "router/core/item_of.h"

namespace wissel::email {
namespace {

using contacts::Contact;
using rpc::Access;
using rpc::Role;

constexpr size_t kCallsAtOnce = 10'000;

// Whose item has ended in a batch; each once.
std::vector<ItemFact> EndsOf(const CommittedBatch& batch, const Engine& engine) {
  std::vector<ItemFact> facts;
  for (const Event& event : batch.events) {
    const std::optional<ItemId> id = ItemOf(event);
    const Item* item = id ? engine.FindItem(*id) : nullptr;
    if (item == nullptr || !IsEnded(item->state)) continue;
    const bool seen = std::any_of(facts.begin(), facts.end(),
                                  [&](const ItemFact& fact) { return fact.item == *id; });
    if (seen) continue;
    if (auto fact = FactOf(engine, *item)) facts.push_back(*std::move(fact));
  }
  return facts;
}

LmtpReply TurnedAway(const absl::Status& status) {
  if (absl::IsOutOfRange(status)) return {552, "5.3.4", std::string(status.message())};
  if (absl::IsInvalidArgument(status)) return {554, "5.6.0", std::string(status.message())};
  return {451, "4.3.2", std::string(status.message())};
}

}  // namespace

// Shared with the callbacks that may outlive the channel: they find the inbox closed.
class MailChannel::Parts : public std::enable_shared_from_this<MailChannel::Parts> {
 public:
  Parts(Shard& shard, contacts::ContactStore& store, MailOptions options,
        std::unique_ptr<Outbox> outbox, std::vector<Contact> stored, std::vector<OutMail> unsettled)
      : options_(std::move(options)),
        shard_(shard),
        store_(store),
        stored_(std::move(stored)),
        unsettled_(std::move(unsettled)),
        thread_("mail", kCallsAtOnce),
        hub_(shard_, store_, std::move(outbox), options_, thread_.poster()) {}

  void Observe() {
    shard_.AddObserver(
        [self = weak_from_this()](const CommittedBatch& batch, const Engine& engine) {
          auto parts = self.lock();
          if (parts == nullptr) return;
          std::vector<ItemFact> facts = EndsOf(batch, engine);
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
    thread_.Start([this] { return Step(); });
    shard_.Read([self = shared_from_this()](const Engine& engine) {
      std::vector<ItemFact> living;
      engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        if (auto fact = FactOf(engine, item)) living.push_back(*std::move(fact));
        return true;
      });
      self->thread_.Post([parts = self.get(), living = std::move(living)] {
        parts->hub_.Begin(std::move(parts->stored_), std::move(parts->unsettled_), living);
      });
    });
  }

  void Stop() { thread_.Stop(); }

  bool Knows(std::string_view address) const {
    const std::string base = SplitDetail(address).base;
    return std::any_of(options_.mailboxes.begin(), options_.mailboxes.end(),
                       [&](const Mailbox& mailbox) { return mailbox.address == base; });
  }

  // Read on the caller's thread: what is no mail costs the hub nothing.
  void Deliver(LmtpMail mail, std::function<void(std::vector<LmtpReply>)> done) {
    const size_t recipients = mail.recipients.size();
    auto reply = [done = std::move(done), recipients](const LmtpReply& one) {
      done(std::vector<LmtpReply>(recipients, one));
    };
    absl::StatusOr<Mail> read = ReadMail(mail.bytes, options_.limits);
    if (!read.ok()) return reply(TurnedAway(read.status()));
    auto arrival = std::make_shared<Arrival>();
    arrival->mail = *std::move(read);
    arrival->return_path = std::move(mail.return_path);
    arrival->recipients = std::move(mail.recipients);
    arrival->done = reply;
    const absl::Status pushed = thread_.Ask(
        [this, arrival] { hub_.WhenBegun([this, arrival] { hub_.Deliver(arrival); }); });
    if (!pushed.ok()) reply(TurnedAway(pushed));
  }

  // By a call: of its recipients, those that are the center's.
  void HandOver(const v1::DeliverMailRequest& request, rpc::Reply<v1::DeliverMailResponse> reply) {
    auto mail = MailOf(request);
    if (!mail.ok()) return reply(mail.status());
    const std::vector<std::string> recipients = mail->recipients;
    DeliverInParts(
        *std::move(mail), [this](std::string_view address) { return Knows(address) ? 0 : -1; },
        [this](int, LmtpMail part, MailReplies done) { Deliver(std::move(part), std::move(done)); },
        [reply, recipients](const std::vector<LmtpReply>& replies) {
          reply(ResponseOf(recipients, replies));
        });
  }

  // The call tells `done` itself, once it is done.
  template <class Done>
  void Run(std::function<void(Hub&)> call, const Done& done) {
    const absl::Status pushed = thread_.Ask(
        [this, call = std::move(call)] { hub_.WhenBegun([this, call] { call(hub_); }); });
    if (!pushed.ok()) done(pushed);
  }

  void Settle() {
    // For what is in the inbox, then for the answers of the store and the shard that it led to.
    for (int round = 0; round < 12; ++round) {
      std::promise<void> stored;
      store_.LoadLive(Channel::kTask,
                      [&](const absl::StatusOr<std::vector<Contact>>&) { stored.set_value(); });
      stored.get_future().wait();
      if (!thread_.Settle()) return;
    }
  }

  template <class Request, class Response>
  void Register(rpc::MethodTable& table, const char* name, Access access,
                void (Hub::*call)(const rpc::Caller&, const Request&, Answer<Response>)) {
    table.Unary<Request, Response>(
        std::string("wissel.v1.MailService.") + name, access,
        [parts = shared_from_this(), call](const rpc::Context& context, const Request& request,
                                           rpc::Reply<Response> reply) {
          const Answer<Response> answer(std::move(reply));
          const absl::Status pushed = parts->thread_.Ask(
              [parts = parts.get(), call, answer, request, caller = context.caller] {
                parts->hub_.WhenBegun([parts, call, answer, request, caller] {
                  (parts->hub_.*call)(caller, request, answer);
                });
              });
          if (!pushed.ok()) answer(pushed);
        });
  }

 private:
  std::optional<Duration> Step() {
    const Instant now = shard_.now();
    const std::optional<Instant> next = hub_.OnTime(now);
    if (!next) return std::nullopt;
    return *next - now;
  }

  const MailOptions options_;
  Shard& shard_;
  contacts::ContactStore& store_;
  std::vector<Contact> stored_;
  std::vector<OutMail> unsettled_;
  TaskThread thread_;
  // Of the mail thread.
  Hub hub_;
};

absl::StatusOr<std::unique_ptr<MailChannel>> MailChannel::Open(Shard& shard,
                                                               contacts::ContactStore& store,
                                                               MailOptions options) {
  WISSEL_ASSIGN_OR_RETURN(std::unique_ptr<Outbox> outbox, Outbox::Open(options.outbox));
  WISSEL_ASSIGN_OR_RETURN(std::vector<OutMail> unsettled, outbox->LoadUnsettled());
  std::promise<absl::StatusOr<std::vector<Contact>>> loaded;
  store.LoadLive(Channel::kEmail, [&](absl::StatusOr<std::vector<Contact>> contacts) {
    loaded.set_value(std::move(contacts));
  });
  WISSEL_ASSIGN_OR_RETURN(std::vector<Contact> stored, loaded.get_future().get());
  auto parts = std::make_shared<Parts>(shard, store, std::move(options), std::move(outbox),
                                       std::move(stored), std::move(unsettled));
  parts->Observe();
  return std::unique_ptr<MailChannel>(new MailChannel(std::move(parts)));
}

MailChannel::MailChannel(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}
MailChannel::~MailChannel() { parts_->Stop(); }

void MailChannel::Start() { parts_->Start(); }
void MailChannel::Stop() { parts_->Stop(); }
void MailChannel::Settle() { parts_->Settle(); }
bool MailChannel::Knows(std::string_view address) const { return parts_->Knows(address); }
void MailChannel::Deliver(LmtpMail mail, std::function<void(std::vector<LmtpReply>)> done) {
  parts_->Deliver(std::move(mail), std::move(done));
}

void MailChannel::Send(MailFromElsewhere mail, Done done) {
  parts_->Run([mail = std::move(mail), done](Hub& hub) { hub.SendForOthers(mail, done); }, done);
}
void MailChannel::GoOn(MailFromElsewhere mail, ItemId item, Done done) {
  parts_->Run([mail = std::move(mail), item, done](Hub& hub) { hub.GoOnByMail(mail, item, done); },
              done);
}
void MailChannel::SendAbout(MailAbout mail, std::function<void(absl::Status)> done) {
  parts_->Run([mail = std::move(mail), done](Hub& hub) { hub.SendAbout(mail, done); }, done);
}
void MailChannel::SendNotice(Notice notice, NoticeDone done) {
  parts_->Run([notice = std::move(notice), done](Hub& hub) { hub.SendNotice(notice, done); }, done);
}
void MailChannel::AskNotice(std::string contact, NoticeDone done) {
  parts_->Run([contact = std::move(contact), done](Hub& hub) { hub.AskNotice(contact, done); },
              done);
}

void MailChannel::Register(rpc::MethodTable& table) {
  const Access write = Access::Of({Role::kAgent});
  const Access read = Access::Of({Role::kAgent, Role::kManager, Role::kAdmin});
  parts_->Register(table, "GetMailThread", read, &Hub::GetThread);
  parts_->Register(table, "SaveMailDraft", write, &Hub::SaveDraft);
  parts_->Register(table, "GetMailDraft", write, &Hub::GetDraft);
  parts_->Register(table, "SendMailReply", write, &Hub::Reply);
  parts_->Register(table, "CancelMail", write, &Hub::Cancel);
  parts_->Register(table, "ComposeMail", write, &Hub::Compose);
  parts_->Register(table, "ListMailAddresses", read, &Hub::ListAddresses);
  parts_->Register(table, "ListQuickReplies", write, &Hub::ListReplies);
  parts_->Register(table, "UploadMailAttachment", write, &Hub::Upload);
  parts_->Register(table, "DownloadMailAttachment", read, &Hub::Download);
  table.Unary<v1::DeliverMailRequest, v1::DeliverMailResponse>(
      "wissel.v1.MailService.DeliverMail", Access::Of({Role::kIntegration, Role::kAdmin}),
      [parts = parts_](const rpc::Context&, const v1::DeliverMailRequest& request,
                       rpc::Reply<v1::DeliverMailResponse> reply) {
        parts->HandOver(request, std::move(reply));
      });
}

}  // namespace wissel::email
