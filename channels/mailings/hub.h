// The mailings at work: who gets theirs next, and what becomes of it. Belongs to the room's thread
// (mailings.cc), which calls everything here; answers of the store, of the marks and of the mail
// channel come back to it as tasks.
//
// A recipient whose mail is about to go is on the disk as "being sent" before anything is asked or
// handed over. After a restart the mail channel says what became of it: what it never had goes back
// to the pending ones. Recipients are not kept in memory but for those that are being sent.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/rpc/answer.h"
#include "channels/contacts/contact_store.h"
#include "channels/mailings/core/mailing.h"
#include "channels/mailings/core/pace.h"
#include "channels/mailings/mailing_options.h"
#include "channels/mailings/mailing_tables.h"
#include "channels/mailings/messages.h"
#include "router/service/shard.h"
#include "wissel/v1/mailing.pb.h"
#include "wissel/v1/page.pb.h"

namespace wissel::mailings {

using rpc::Answer;

class Hub {
 public:
  using Task = std::function<void()>;
  // All must outlive it. `post` puts a task on the room's thread, from any thread.
  Hub(Shard& shard, contacts::ContactStore& store, outbound::StoreFile& file,
      const MailingOptions& options, std::function<void(Task)> post);

  // Before the thread runs.
  absl::Status Load();
  // Takes up what was being sent.
  void Begin();
  void OnErased(const std::vector<std::string>& contacts);
  void OnBounced(const std::string& contact);

  // --- Time: sends what is due; when it wants to be called again.
  std::optional<Instant> OnTime(Instant now);

  // --- MailingService (mailing_calls.cc)
  void Create(const rpc::Caller&, const v1::CreateMailingRequest&, Answer<v1::Mailing>);
  void Get(const rpc::Caller&, const v1::GetMailingRequest&, Answer<v1::Mailing>);
  void ListAll(const rpc::Caller&, const v1::ListMailingsRequest&,
               Answer<v1::ListMailingsResponse>);
  void Update(const rpc::Caller&, const v1::UpdateMailingRequest&, Answer<v1::Mailing>);
  void Start(const rpc::Caller&, const v1::ChangeMailingRequest&, Answer<v1::Mailing>);
  void Pause(const rpc::Caller&, const v1::ChangeMailingRequest&, Answer<v1::Mailing>);
  void Stop(const rpc::Caller&, const v1::ChangeMailingRequest&, Answer<v1::Mailing>);
  void ListSenders(const rpc::Caller&, const v1::ListMailingSendersRequest&,
                   Answer<v1::ListMailingSendersResponse>);
  // (recipient_calls.cc)
  void AddRecipients(const rpc::Caller&, const v1::AddMailingRecipientsRequest&,
                     Answer<v1::AddMailingRecipientsResponse>);
  void ListRecipients(const rpc::Caller&, const v1::ListMailingRecipientsRequest&,
                      Answer<v1::ListMailingRecipientsResponse>);
  void Preview(const rpc::Caller&, const v1::PreviewMailingRequest&, Answer<v1::MailingPreview>);
  // (unsubscribe.cc)
  void ShowUnsubscribe(const rpc::Caller&, const v1::PageRequest&, Answer<v1::Page>);

 private:
  using Contact = contacts::Contact;
  using Result = v1::AddMailingRecipientResult;
  struct Live {
    Mailing mailing;
    Pace pace;
    std::string trouble;
    std::optional<Instant> hold;  // while something is in the way
  };
  struct Place {
    int64_t mailing = 0;
    int64_t recipient = 0;

    auto operator<=>(const Place&) const = default;
  };
  // A callback whose result comes back on this thread.
  template <class T>
  std::function<void(absl::StatusOr<T>)> Here(std::function<void(absl::StatusOr<T>)> then) {
    return [post = post_, then = std::move(then)](absl::StatusOr<T> result) {
      post([then, result = std::move(result)] { then(result); });
    };
  }

  // What is to be written, in one transaction. UNAVAILABLE: it stays to be written.
  absl::Status Flush();
  void Write(int64_t mailing, const Recipient& recipient);
  Live& At(int64_t mailing) { return mailings_.at(mailing); }

  // --- sending.cc
  // Those of a mailing that begin now; when it wants to be looked at again.
  absl::StatusOr<std::optional<Instant>> SendDue(Live& live, Instant now);
  void Prepare(Place place);
  void AskAndSend(Place place, const Contact& contact);
  void HandOver(Place place, const Contact& contact);
  void AskWhatBecame(Place place);
  void OnResult(Place place, const absl::StatusOr<email::NoticeResult>& result);
  // It is still being sent, of a mailing that runs; what was not to be goes back.
  bool MayGoOn(Place place);
  void NotBegun(Place place, const absl::Status& why);
  void Conclude(Place place, SendEnd end, int code);
  void Hold(Live& live, std::string_view why, Duration time);
  void NoteInThread(const Recipient& recipient, std::string text);
  void ForgetWithdrawn();
  std::string LinkOf(const std::string& contact) const;
  bool HasPage() const { return !options_.public_url.empty() && options_.pages != nullptr; }

  // --- Calls
  absl::StatusOr<Live*> Find(const std::string& name, std::string_view field);
  absl::StatusOr<v1::Mailing> MailingProto(Live& live);
  absl::Status CheckSender(const Mailing& mailing) const;
  const Sender* SenderOf(const Mailing& mailing) const;
  absl::Status Save(Live& live, Mailing mailing);
  // One of the center's addresses, with or without a detail.
  bool IsOurs(std::string_view address) const;
  struct Adding;
  void StartContact(const std::shared_ptr<Adding>& adding, size_t index);
  void FinishAdding(const std::shared_ptr<Adding>& adding);
  absl::Status AddAll(const Adding& adding, std::vector<std::pair<size_t, Recipient>>& added);
  std::string KeyHash(const Mailing& mailing, const std::string& key) const;
  std::string SaidHash(const std::string& said) const;
  void ShowPreview(Place place, const Recipient& recipient,
                   const Answer<v1::MailingPreview>& answer);

  Instant now() const { return shard_.now(); }

  Shard& shard_;
  contacts::ContactStore& store_;
  outbound::StoreFile& file_;
  MailingTables tables_;
  const MailingOptions& options_;
  const std::function<void(Task)> post_;

  std::map<int64_t, Live> mailings_;  // by their number
  std::map<std::string, int64_t, std::less<>> by_id_;
  std::map<Place, Recipient> sending_;
  // To be written, in order.
  std::deque<std::function<absl::Status()>> writes_;
  // To be sent once those are written.
  std::vector<Place> to_send_;
  std::set<Place> ask_again_;
  std::optional<Instant> again_;
  size_t forgetting_ = 0;  // answers that are still to come
  bool forget_ = true;     // there may be withdrawn ones
};

}  // namespace wissel::mailings
