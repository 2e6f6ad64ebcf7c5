// One recipient's mail on its way: asked for marks, finished, handed over, and what becomes of it.
#include <algorithm>

#include "base/runtime/log.h"
#include "base/status.h"
#include "channels/email/entry_fields.h"
#include "channels/mailings/hub.h"
#include "fmt/format.h"

namespace wissel::mailings {
namespace {

using contacts::ContactStore;

constexpr Duration kTryAgain = Duration::Seconds(10);
// While the mail server cannot be reached.
constexpr Duration kServerPause = Duration::Minutes(1);
// Mails of all mailings that are being sent at the same time: more wait until the server has taken
// some of them.
constexpr size_t kMostSending = 100;
constexpr int kForgottenAtOnce = 200;

}  // namespace

std::string Hub::LinkOf(const std::string& contact) const {
  if (!HasPage()) return "";
  return options_.public_url + "/unsubscribe/" + store_.TrackingToken(contact);
}

void Hub::Hold(Live& live, std::string_view why, Duration time) {
  live.trouble = std::string(why);
  live.hold = now() + time;
}

absl::StatusOr<std::optional<Instant>> Hub::SendDue(Live& live, Instant t) {
  if (live.hold && *live.hold > t) return live.hold;
  live.hold.reset();
  const int64_t number = live.mailing.number;
  const int room = static_cast<int>(kMostSending - std::min(sending_.size(), kMostSending));
  const int most = std::min(live.pace.Due(t), room);
  if (most > 0) {
    WISSEL_ASSIGN_OR_RETURN(const std::vector<Recipient> due, tables_.Due(number, t, most));
    for (const Recipient& recipient : due) {
      const Place place{number, recipient.number};
      const Recipient begun = Begun(recipient, t);
      sending_[place] = begun;
      Write(number, begun);
      to_send_.push_back(place);
    }
    live.pace.Take(static_cast<int>(due.size()));
    WISSEL_RETURN_IF_ERROR(Flush());
  }
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Instant> next, tables_.NextDue(number));
  if (next) {
    // Full: the next answer looks again.
    if (room == 0) return std::nullopt;
    return std::max(*next, live.pace.Next(t));
  }
  WISSEL_ASSIGN_OR_RETURN(const Counts counts, tables_.Count(number));
  if (const std::optional<Mailing> finished = Finished(live.mailing, counts, t)) {
    WISSEL_RETURN_IF_ERROR(Save(live, *finished));
    live.trouble.clear();
  }
  return std::nullopt;
}

bool Hub::MayGoOn(Place place) {
  if (!sending_.contains(place)) return false;
  if (At(place.mailing).mailing.phase == Phase::kRunning) return true;
  Conclude(place, SendEnd::kNotBegun, 0);
  return false;
}

void Hub::NotBegun(Place place, const absl::Status& why) {
  Hold(At(place.mailing), std::string(why.message()), kTryAgain);
  Conclude(place, SendEnd::kNotBegun, 0);
}

void Hub::Prepare(Place place) {
  const auto it = sending_.find(place);
  if (it == sending_.end()) return;
  store_.Load(it->second.contact,
              Here<std::optional<Contact>>(
                  [this, place](const absl::StatusOr<std::optional<Contact>>& loaded) {
                    if (!MayGoOn(place)) return;
                    if (!loaded.ok()) return NotBegun(place, loaded.status());
                    if (!*loaded) return Conclude(place, SendEnd::kGone, 0);
                    AskAndSend(place, **loaded);
                  }));
}

void Hub::AskAndSend(Place place, const Contact& contact) {
  const std::optional<contacts::Address> to = AddressOf(contact);
  if (!to) return Conclude(place, SendEnd::kGone, 0);
  options_.may_mail(contact.customer, *to,
                    [this, post = post_, place, contact](const absl::Status& may) {
                      post([this, place, contact, may] {
                        if (!MayGoOn(place)) return;
                        if (absl::IsPermissionDenied(may)) {
                          return Conclude(place, SendEnd::kForbidden, 0);
                        }
                        if (!may.ok()) return NotBegun(place, may);
                        HandOver(place, contact);
                      });
                    });
}

void Hub::HandOver(Place place, const Contact& contact) {
  const Mailing& mailing = At(place.mailing).mailing;
  const std::string link = LinkOf(contact.name);
  FinishedText finished = Finish(mailing, contact, link);
  email::Notice notice;
  notice.contact = contact.name;
  notice.sender = mailing.sender;
  notice.to.address = AddressOf(contact)->text;
  if (contact.display_name != notice.to.address) notice.to.name = contact.display_name;
  notice.subject = std::move(finished.subject);
  notice.text = std::move(finished.text);
  notice.language = std::move(finished.language);
  notice.unsubscribe = link;
  options_.send(std::move(notice),
                [this, post = post_, place](const absl::StatusOr<email::NoticeResult>& result) {
                  post([this, place, result] { OnResult(place, result); });
                });
}

// After a restart: the mail channel knows whether it ever had it.
void Hub::AskWhatBecame(Place place) {
  options_.ask(sending_.at(place).contact,
               [this, post = post_, place](const absl::StatusOr<email::NoticeResult>& result) {
                 post([this, place, result] {
                   if (result.ok()) return OnResult(place, result);
                   ask_again_.insert(place);
                   if (!again_) again_ = now() + kTryAgain;
                 });
               });
}

void Hub::OnResult(Place place, const absl::StatusOr<email::NoticeResult>& result) {
  using Kind = email::NoticeResult::Kind;
  if (!sending_.contains(place)) return;
  if (!result.ok()) return NotBegun(place, result.status());
  Live& live = At(place.mailing);
  switch (result->kind) {
    case Kind::kSent:
      live.trouble.clear();
      return Conclude(place, SendEnd::kSent, result->code);
    case Kind::kRefused:
      live.trouble.clear();
      return Conclude(place, SendEnd::kRefused, result->code);
    case Kind::kLater:
      if (result->code == 0) Hold(live, "the mail server cannot be reached", kServerPause);
      return Conclude(place, SendEnd::kLater, result->code);
    case Kind::kUnknown:
      return Conclude(place, SendEnd::kNotBegun, 0);
    case Kind::kGone:
      return Conclude(place, SendEnd::kGone, 0);
  }
}

void Hub::Conclude(Place place, SendEnd end, int code) {
  const auto it = sending_.find(place);
  const bool stopped = At(place.mailing).mailing.phase == Phase::kStopped;
  Recipient after = After(it->second, end, code, stopped, now());
  sending_.erase(it);
  if (end == SendEnd::kGone) after.contact.clear();
  if (end == SendEnd::kForbidden) {
    NoteInThread(after, "The notice was not sent: this customer is not to be written to unasked");
  }
  if (end == SendEnd::kLater && after.state == RecipientState::kFailed) {
    NoteInThread(after, "The notice was not sent: the mail server did not take it for two days");
  }
  if (after.state == RecipientState::kWithdrawn) forget_ = true;
  Write(place.mailing, after);
}

void Hub::NoteInThread(const Recipient& recipient, std::string text) {
  contacts::NewEntry entry;
  entry.contact = recipient.contact;
  entry.entry.author = contacts::Author::kSystem;
  entry.entry.kind = contacts::EntryKind::kEvent;
  entry.entry.time = now();
  entry.entry.text = std::move(text);
  entry.request_id = "not sent";
  store_.Append(std::move(entry), [](const absl::StatusOr<ContactStore::Appended>&) {});
}

// Whoever gets no mail any more needs not be known for it.
void Hub::ForgetWithdrawn() {
  const absl::StatusOr<std::vector<RecipientPlace>> all = tables_.ToForget(kForgottenAtOnce);
  if (!all.ok()) return;
  forget_ = static_cast<int>(all->size()) == kForgottenAtOnce;
  forgetting_ = all->size();
  for (const RecipientPlace& place : *all) {
    store_.Forget(place.recipient.contact,
                  Here<bool>([this, place](const absl::StatusOr<bool>& forgotten) {
                    --forgetting_;
                    if (!forgotten.ok()) {
                      forget_ = false;  // with the next ones that are withdrawn
                      return;
                    }
                    writes_.push_back([this, place] {
                      return tables_.ForgetContact(place.mailing, place.recipient.number);
                    });
                  }));
  }
}

}  // namespace wissel::mailings
