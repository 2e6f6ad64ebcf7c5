#include "channels/tracking/tracking.h"

#include <functional>
#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "channels/contacts/addresses.h"
#include "channels/contacts/entrance.h"
#include "channels/contacts/text_rules.h"
#include "channels/language/need.h"
#include "channels/pages/page_answer.h"
#include "channels/tracking/rating.h"
#include "channels/tracking/standing.h"
#include "channels/tracking/tracking_page.h"
#include "fmt/format.h"

namespace wissel::tracking {
namespace {

using contacts::Contact;
using contacts::ContactStore;
using pages::ValueOf;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using v1::Tracking;

// How long a request that is taken up again is kept for who answered it before.
constexpr Duration kHoldForFormer = Duration::Minutes(10);

absl::Status NoSuchToken() {
  return Refuse(absl::StatusCode::kNotFound, "token", "this link opens nothing");
}
absl::Status Stopping() { return absl::UnavailableError("tracking is stopping"); }
absl::Status NotNow(std::string_view what) {
  return Refuse(absl::StatusCode::kFailedPrecondition, "token", what);
}

// What the page says next of a deed (TrackingView::done).
std::string_view DoneWord(std::string_view deed, const absl::Status& status) {
  if (FieldAtFault(status) == "number") return "noNumber";
  if (!status.ok()) return "refused";
  for (std::string_view known : {"cancel", "pause", "resume", "rate", "callback", "notices"}) {
    if (deed == known) return known;
  }
  return "message";
}

}  // namespace

// Shared with the callbacks of store and shard that may outlive the tracker.
class Tracker::Parts : public std::enable_shared_from_this<Tracker::Parts> {
 public:
  using Told = std::function<void(absl::StatusOr<Tracking>)>;
  // Made where the engine may be read, of the item as it is then.
  using Deed = std::function<absl::StatusOr<CommandBody>(const Tracking&, ItemId)>;

  Parts(Shard& shard, ContactStore& store, TrackingOptions options)
      : shard_(shard), store_(store), options_(std::move(options)) {}

  void Tell(const std::string& token, Told told);
  void Write(const v1::AddTrackingMessageRequest& request, Told told);
  void Do(const std::string& token, Deed deed, Told told);
  void Rate(const v1::RateTrackingRequest& request, Told told);
  void AskCallback(const v1::RequestTrackingCallbackRequest& request, Told told);
  void ChooseNotices(const v1::ChooseTrackingNoticesRequest& request, Told told);
  void Show(const v1::PageRequest& request, Reply<v1::Page> reply);
  bool has_pages() const { return options_.pages != nullptr; }

  static absl::StatusOr<CommandBody> Cancel(const Tracking& tracking, ItemId item) {
    if (tracking.may_cancel()) return CommandBody(CancelItem{item});
    return NotNow("this can no longer be cancelled");
  }
  static absl::StatusOr<CommandBody> Pause(const Tracking& tracking, ItemId item) {
    if (tracking.may_pause()) return CommandBody(PauseItem{item, std::nullopt});
    return NotNow("this cannot be paused now");
  }
  static absl::StatusOr<CommandBody> Resume(const Tracking& tracking, ItemId item) {
    if (tracking.stage() == Tracking::PAUSED) return CommandBody(ResumeItem{item});
    return NotNow("this is not paused");
  }

 private:
  using Found = std::function<void(absl::StatusOr<Contact>)>;

  void Find(const std::string& token, Found found);
  void AddNotices(const Contact& contact, Tracking tracking, Told told);
  void Reach(const Contact& contact, int64_t entry, const std::string& token, Told told);
  void TakeUp(const Engine& engine, const Contact& contact, int64_t entry,
              std::function<void(absl::Status)> done);
  void SwitchToCallback(const Contact& contact, int64_t entry, const std::string& token, Told told);
  void FollowUp(const Contact& contact, std::function<void(absl::Status)> done);
  void Post(const v1::PageRequest& request, Told told);
  v1::Page PageOf(const v1::PageRequest& request, const Tracking& tracking) const;
  v1::Page Nothing(const v1::PageRequest& request, const absl::Status& status) const;
  std::string LanguageOf(const v1::PageRequest& request, const std::string& of_contact) const {
    return options_.pages->ChooseLanguage(
        {std::string(ValueOf(request.query(), "lang")), of_contact, request.accept_language()});
  }

  Shard& shard_;
  ContactStore& store_;
  const TrackingOptions options_;
};

void Tracker::Parts::Find(const std::string& token, Found found) {
  store_.FindByToken(token, [self = shared_from_this(),
                             found](const absl::StatusOr<std::optional<std::string>>& name) {
    if (!name.ok()) return found(name.status());
    if (!name->has_value()) return found(NoSuchToken());
    self->store_.Load(**name, [found](const absl::StatusOr<std::optional<Contact>>& contact) {
      if (!contact.ok()) return found(contact.status());
      if (!contact->has_value()) return found(NoSuchToken());
      found(**contact);
    });
  });
}

void Tracker::Parts::Tell(const std::string& token, Told told) {
  Find(token, [self = shared_from_this(), told](const absl::StatusOr<Contact>& contact) {
    if (!contact.ok()) return told(contact.status());
    const bool reads = self->shard_.Read([self, contact = *contact, told](const Engine& engine) {
      Tracking tracking = StandingOf(engine, contact, self->options_.waits);
      WriteMessages(contact, &tracking);
      self->AddNotices(contact, std::move(tracking), told);
    });
    if (!reads) told(Stopping());
  });
}

void Tracker::Parts::AddNotices(const Contact& contact, Tracking tracking, Told told) {
  if (options_.stage_mails == nullptr) return told(std::move(tracking));
  options_.stage_mails->Find(
      contact, [tracking = std::move(tracking),
                told](const absl::StatusOr<std::optional<Notices>>& chosen) mutable {
        if (!chosen.ok()) return told(chosen.status());
        tracking.set_may_choose_notices(chosen->has_value());
        for (int notice = Tracking::TAKEN_UP; notice <= Tracking::Notice_MAX; ++notice) {
          const auto each = static_cast<Notice>(notice);
          if (*chosen && (*chosen)->Has(each)) tracking.add_notices(each);
        }
        told(std::move(tracking));
      });
}

void Tracker::Parts::ChooseNotices(const v1::ChooseTrackingNoticesRequest& request, Told told) {
  std::vector<Notice> chosen;
  for (int i = 0; i < request.notices_size(); ++i) {
    chosen.push_back(request.notices(i));
    if (v1::Tracking::Notice_IsValid(request.notices(i)) && request.notices(i) != 0) continue;
    return told(RefuseField(fmt::format("notices[{}]", i), "there is no such notice",
                            "TAKEN_UP, SET_ASIDE, ENDED or PROMISE_MOVED"));
  }
  if (options_.stage_mails == nullptr) return told(NotNow("no mails are sent"));
  Find(request.token(), [self = shared_from_this(), token = request.token(),
                         notices = Notices(chosen), told](const absl::StatusOr<Contact>& contact) {
    if (!contact.ok()) return told(contact.status());
    self->options_.stage_mails->Choose(*contact, notices,
                                       [self, token, told](const absl::Status& done) {
                                         if (!done.ok()) return told(done);
                                         self->Tell(token, told);
                                       });
  });
}

// One of the deeds that are a command about the item.
void Tracker::Parts::Do(const std::string& token, Deed deed, Told told) {
  Find(token, [self = shared_from_this(), token, deed,
               told](const absl::StatusOr<Contact>& contact) {
    if (!contact.ok()) return told(contact.status());
    const bool reads =
        self->shard_.Read([self, token, contact = *contact, deed, told](const Engine& engine) {
          if (!contact.item) return told(NotNow("this has not entered yet"));
          const Tracking tracking = StandingOf(engine, contact, nullptr);
          absl::StatusOr<CommandBody> command = deed(tracking, *contact.item);
          if (!command.ok()) return told(command.status());
          self->shard_.Submit(Command{*std::move(command), std::nullopt},
                              [self, token, told, item = *contact.item](
                                  const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
                                if (!outcome.ok()) return told(outcome.status());
                                if (self->options_.stage_mails != nullptr) {
                                  self->options_.stage_mails->CustomerDid(engine, item);
                                }
                                self->Tell(token, told);
                              });
        });
    if (!reads) told(Stopping());
  });
}

void Tracker::Parts::Write(const v1::AddTrackingMessageRequest& request, Told told) {
  absl::Status checked = contacts::CheckMessage(request.text(), "text");
  if (checked.ok()) checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return told(checked);
  Find(request.token(),
       [self = shared_from_this(), request, told](const absl::StatusOr<Contact>& contact) {
         if (!contact.ok()) return told(contact.status());
         const std::string id = request.request_id().empty() ? "" : "track " + request.request_id();
         if (contact->channel == Channel::kMessage && self->options_.write_to_chat != nullptr) {
           const auto then = [self, request, told](const absl::Status& status) {
             if (!status.ok()) return told(status);
             self->Tell(request.token(), told);
           };
           return self->options_.write_to_chat(contact->name, request.text(), id, then);
         }
         contacts::NewEntry entry;
         entry.contact = contact->name;
         entry.entry.author = contacts::Author::kCustomer;
         entry.entry.author_name = contact->display_name;
         entry.entry.text = request.text();
         entry.entry.time = self->shard_.now();
         entry.request_id = id;
         entry.fingerprint = DigestOf(std::string(request.text()));
         if (!MayWrite(*contact)) {
           entry.may_add = NotNow("this conversation is held elsewhere");
         }
         self->store_.Append(std::move(entry),
                             [self, contact = *contact, token = request.token(),
                              told](const absl::StatusOr<ContactStore::Appended>& appended) {
                               if (!appended.ok()) return told(appended.status());
                               self->Reach(contact, appended->entry.number, token, told);
                             });
       });
}

// The message is stored: who has the item sees it. What has ended is taken up again, once for each
// message, however often it is tried.
void Tracker::Parts::Reach(const Contact& contact, int64_t entry, const std::string& token,
                           Told told) {
  const auto then = [self = shared_from_this(), token, told](const absl::Status& status) {
    if (!status.ok()) return told(status);
    self->Tell(token, told);
  };
  const bool reads =
      shard_.Read([self = shared_from_this(), contact, entry, then](const Engine& engine) {
        const Item* item = contact.item ? engine.FindItem(*contact.item) : nullptr;
        if (item == nullptr || IsEnded(item->state))
          return self->TakeUp(engine, contact, entry, then);
        if (item->state != ItemState::kAwaitingCustomer) return then(absl::OkStatus());
        self->shard_.Submit(Command{WakeItem{item->id}, std::nullopt},
                            [then](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                              then(outcome.status());
                            });
      });
  if (!reads) told(Stopping());
}

void Tracker::Parts::TakeUp(const Engine& engine, const Contact& contact, int64_t entry,
                            std::function<void(absl::Status)> done) {
  const std::optional<QueueId> queue = engine.directory().queues.FindId(contact.queue);
  if (!queue) return done(NotNow("the service of this request does not exist any more"));
  contacts::Entrance again{.occasion = fmt::format("entry {}", entry)};
  again.item.queue = *queue;
  again.item.channel = contact.channel;
  again.item.contact = contact.name;
  again.item.customer = contact.customer;
  again.item.requirement = NeedWithLanguage(engine, *queue, contact.language);
  const std::optional<AgentId> former = engine.directory().agents.FindId(contact.agent);
  if (former) again.item.preferred.push_back({*former, kHoldForFormer});
  contacts::Enter(shard_, store_, std::move(again),
                  [done](const absl::StatusOr<ItemId>& item) { done(item.status()); });
}

// The number is stored first, for whoever will have the item; the callback has the place of the
// item that it goes on with.
void Tracker::Parts::AskCallback(const v1::RequestTrackingCallbackRequest& request, Told told) {
  const auto number = contacts::PhoneAddress(request.number(), options_.region, "number");
  absl::Status checked = number.status();
  if (checked.ok()) checked = contacts::CheckRequestId(request.request_id(), "requestId");
  if (!checked.ok()) return told(checked);
  Find(request.token(), [self = shared_from_this(), request, number = number->text,
                         told](const absl::StatusOr<Contact>& contact) {
    if (!contact.ok()) return told(contact.status());
    const bool reads =
        self->shard_.Read([self, request, number, contact = *contact, told](const Engine& engine) {
          contacts::NewEntry wish;
          wish.contact = contact.name;
          wish.entry.author = contacts::Author::kCustomer;
          wish.entry.author_name = contact.display_name;
          wish.entry.text = number;
          wish.entry.time = self->shard_.now();
          if (!request.request_id().empty()) wish.request_id = "callback " + request.request_id();
          wish.fingerprint = DigestOf(number);
          const Item* item = contact.item ? engine.FindItem(*contact.item) : nullptr;
          if (item == nullptr || !StandingOf(engine, contact, nullptr).may_ask_callback()) {
            wish.may_add = NotNow("a callback cannot be asked for now");
          }
          self->store_.Append(std::move(wish),
                              [self, contact, token = request.token(),
                               told](const absl::StatusOr<ContactStore::Appended>& added) {
                                if (!added.ok()) return told(added.status());
                                self->SwitchToCallback(contact, added->entry.number, token, told);
                              });
        });
    if (!reads) told(Stopping());
  });
}

void Tracker::Parts::SwitchToCallback(const Contact& contact, int64_t entry,
                                      const std::string& token, Told told) {
  const bool reads =
      shard_.Read([self = shared_from_this(), contact, entry, token, told](const Engine& engine) {
        const Item* earlier = contact.item ? engine.FindItem(*contact.item) : nullptr;
        if (earlier == nullptr) return told(NotNow("this has ended"));
        contacts::Entrance callback{.occasion = fmt::format("callback {}", entry)};
        callback.item.queue = earlier->queue;
        callback.item.channel = Channel::kCallback;
        callback.item.contact = contact.name;
        callback.item.customer = contact.customer;
        callback.item.continues = earlier->id;
        callback.item.requirement = NeedWithLanguage(engine, earlier->queue, contact.language);
        contacts::Enter(self->shard_, self->store_, std::move(callback),
                        [self, token, told](const absl::StatusOr<ItemId>& item) {
                          if (!item.ok()) return told(item.status());
                          self->Tell(token, told);
                        });
      });
  if (!reads) told(Stopping());
}

// The rating is stored first; asked once more, the item that follows from it is still one.
void Tracker::Parts::Rate(const v1::RateTrackingRequest& request, Told told) {
  Find(request.token(), [self = shared_from_this(), request,
                         told](const absl::StatusOr<Contact>& contact) {
    if (!contact.ok()) return told(contact.status());
    auto rating = NewRating(*contact, request.score(), request.text(), self->shard_.now());
    if (!rating.ok()) return told(rating.status());
    const bool reads =
        self->shard_.Read([self, request, contact = *contact, rating = *std::move(rating),
                           told](const Engine& engine) mutable {
          if (!StandingOf(engine, contact, nullptr).may_rate()) {
            rating.may_add = NotNow("this cannot be rated, or has been");
          }
          const auto then = [self, token = request.token(), told](const absl::Status& status) {
            if (!status.ok()) return told(status);
            self->Tell(token, told);
          };
          self->store_.Append(std::move(rating),
                              [self, contact, low = request.score() <= self->options_.low_score,
                               then](const absl::StatusOr<ContactStore::Appended>& added) {
                                if (!added.ok() || !low) return then(added.status());
                                self->FollowUp(contact, then);
                              });
        });
    if (!reads) told(Stopping());
  });
}

// Whoever was not content is asked why, by the people whom the center has chosen for that.
void Tracker::Parts::FollowUp(const Contact& contact, std::function<void(absl::Status)> done) {
  if (options_.follow_up_queue.empty() || !contact.item) return done(absl::OkStatus());
  const bool reads = shard_.Read([self = shared_from_this(), contact, done](const Engine& engine) {
    const auto queue = engine.directory().queues.FindId(self->options_.follow_up_queue);
    if (!queue) return done(absl::OkStatus());
    contacts::Entrance entrance{.occasion = fmt::format("rating {}", contact.item->value())};
    entrance.item.queue = *queue;
    entrance.item.channel = Channel::kCallback;
    entrance.item.contact = contact.name;
    entrance.item.customer = contact.customer;
    entrance.item.requirement = NeedWithLanguage(engine, *queue, contact.language);
    contacts::Enter(self->shard_, self->store_, std::move(entrance),
                    [done](const absl::StatusOr<ItemId>& item) { done(item.status()); });
  });
  if (!reads) done(Stopping());
}

// --- The page

void Tracker::Parts::Post(const v1::PageRequest& request, Told told) {
  const std::string_view what = ValueOf(request.form(), "do");
  if (what == "cancel") return Do(request.path(), Cancel, std::move(told));
  if (what == "pause") return Do(request.path(), Pause, std::move(told));
  if (what == "resume") return Do(request.path(), Resume, std::move(told));
  if (what == "rate") {
    v1::RateTrackingRequest rating;
    rating.set_token(request.path());
    const std::string_view score = ValueOf(request.form(), "score");
    rating.set_score(score.size() == 1 ? score[0] - '0' : 0);
    rating.set_text(std::string(ValueOf(request.form(), "text")));
    return Rate(rating, std::move(told));
  }
  if (what == "notices") {
    v1::ChooseTrackingNoticesRequest choice;
    choice.set_token(request.path());
    for (Notice notice : NoticesIn(request.form())) choice.add_notices(notice);
    return ChooseNotices(choice, std::move(told));
  }
  if (what == "callback") {
    v1::RequestTrackingCallbackRequest wish;
    wish.set_token(request.path());
    wish.set_number(std::string(ValueOf(request.form(), "number")));
    wish.set_request_id(std::string(ValueOf(request.form(), "requestId")));
    return AskCallback(wish, std::move(told));
  }
  v1::AddTrackingMessageRequest message;
  message.set_token(request.path());
  message.set_text(std::string(ValueOf(request.form(), "text")));
  message.set_request_id(std::string(ValueOf(request.form(), "requestId")));
  Write(message, std::move(told));
}

v1::Page Tracker::Parts::PageOf(const v1::PageRequest& request, const Tracking& tracking) const {
  const std::string language = LanguageOf(request, tracking.language());
  const std::string center = shard_.directory()->center.display_name;
  const std::string fresh = contacts::NewToken();
  v1::Page page;
  page.set_content(TrackingPage(*options_.pages, {.tracking = tracking,
                                                  .token = request.path(),
                                                  .language = language,
                                                  .center = center,
                                                  .request = fresh,
                                                  .done = ValueOf(request.query(), "done")}));
  return page;
}

v1::Page Tracker::Parts::Nothing(const v1::PageRequest& request, const absl::Status& status) const {
  const bool unknown = absl::IsNotFound(status);
  return pages::ProblemPage(*options_.pages, unknown ? 404 : 503, LanguageOf(request, ""),
                            shard_.directory()->center.display_name, unknown ? "notFound" : "busy");
}

void Tracker::Parts::Show(const v1::PageRequest& request, Reply<v1::Page> reply) {
  if (!request.posted()) {
    return Tell(request.path(), [self = shared_from_this(), request,
                                 reply](const absl::StatusOr<Tracking>& tracking) {
      if (!tracking.ok()) return reply(self->Nothing(request, tracking.status()));
      reply(self->PageOf(request, *tracking));
    });
  }
  // Shown again by a GET, so that nothing is sent twice when the page is loaded anew.
  Post(request,
       [self = shared_from_this(), request, reply](const absl::StatusOr<Tracking>& tracking) {
         const absl::Status& status = tracking.status();
         if (absl::IsNotFound(status) || absl::IsUnavailable(status)) {
           return reply(self->Nothing(request, status));
         }
         v1::Page page;
         page.set_location(
             fmt::format("/track/{}?lang={}&done={}", request.path(),
                         self->LanguageOf(request, tracking.ok() ? tracking->language() : ""),
                         DoneWord(ValueOf(request.form(), "do"), status)));
         reply(std::move(page));
       });
}

// --- The door

Tracker::Tracker(Shard& shard, ContactStore& store, TrackingOptions options)
    : parts_(std::make_shared<Parts>(shard, store, std::move(options))) {}
Tracker::~Tracker() = default;

void Tracker::Register(rpc::MethodTable& table) {
  const auto serve = [&]<class Request>(std::string_view name, auto call) {
    table.Unary<Request, Tracking>(
        fmt::format("wissel.v1.TrackingService.{}", name), Access::OpenToAll(),
        [parts = parts_, call](const Context&, const Request& request, Reply<Tracking> reply) {
          call(*parts, request, [reply](absl::StatusOr<Tracking> t) { reply(std::move(t)); });
        });
  };
  using Told = Parts::Told;
  serve.operator()<v1::GetTrackingRequest>("GetTracking",
                                           [](Parts& parts, const auto& request, Told told) {
                                             parts.Tell(request.token(), std::move(told));
                                           });
  serve.operator()<v1::AddTrackingMessageRequest>(
      "AddTrackingMessage",
      [](Parts& parts, const auto& request, Told told) { parts.Write(request, std::move(told)); });
  serve.operator()<v1::RateTrackingRequest>(
      "RateTracking",
      [](Parts& parts, const auto& request, Told told) { parts.Rate(request, std::move(told)); });
  serve.operator()<v1::RequestTrackingCallbackRequest>(
      "RequestTrackingCallback", [](Parts& parts, const auto& request, Told told) {
        parts.AskCallback(request, std::move(told));
      });
  serve.operator()<v1::ChooseTrackingNoticesRequest>(
      "ChooseTrackingNotices", [](Parts& parts, const auto& request, Told told) {
        parts.ChooseNotices(request, std::move(told));
      });
  const auto deed = [&]<class Request>(std::string_view name, auto make) {
    serve.operator()<Request>(name, [make](Parts& parts, const auto& request, Told told) {
      const absl::Status checked = contacts::CheckRequestId(request.request_id(), "requestId");
      if (!checked.ok()) return told(checked);
      parts.Do(request.token(), make, std::move(told));
    });
  };
  deed.operator()<v1::CancelTrackingRequest>("CancelTracking", Parts::Cancel);
  deed.operator()<v1::PauseTrackingRequest>("PauseTracking", Parts::Pause);
  deed.operator()<v1::ResumeTrackingRequest>("ResumeTracking", Parts::Resume);
  if (!parts_->has_pages()) return;
  table.Unary<v1::PageRequest, v1::Page>(
      "wissel.v1.TrackingService.ShowTracking", Access::OpenToAll(),
      [parts = parts_](const Context&, const v1::PageRequest& request, Reply<v1::Page> reply) {
        parts->Show(request, std::move(reply));
      });
}

}  // namespace wissel::tracking
