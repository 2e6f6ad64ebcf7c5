#include "server/center/center.h"

#include <chrono>
#include <filesystem>
#include <future>
#include <utility>

#include "agents/service/people.h"
#include "base/sql/stores.h"
#include "base/status.h"
#include "channels/chat/chat.h"
#include "channels/chat/old_chats.h"
#include "channels/contacts/contact_store.h"
#include "channels/contacts/contacts.h"
#include "channels/facts/fact_sheets.h"
#include "channels/forms/forms.h"
#include "channels/mailings/mailings.h"
#include "channels/outbound/outbound.h"
#include "channels/pages/page_set.h"
#include "channels/tracking/tracking.h"
#include "fmt/format.h"
#include "forecasting/service/planning.h"
#include "integration/events/event_service.h"
#include "integration/webhooks/webhooks.h"
#include "metrics/service/live.h"
#include "metrics/service/prometheus.h"
#include "router/journal/address.h"
#include "router/journal/memory_journal.h"
#include "router/journal/postgres_journal.h"
#include "router/journal/sqlite_journal.h"
#include "router/service/leases.h"
#include "router/service/sequencer.h"
#include "router/service/services.h"
#include "router/service/waits.h"
#include "server/center/today.h"
#include "server/rules/rules_service.h"

namespace wissel::server {
namespace {

constexpr auto kLongestForProfiles = std::chrono::seconds(2);

absl::StatusOr<std::unique_ptr<Journal>> OpenJournal(const CenterOptions& options) {
  if (!options.journal_address.empty()) {
    return OpenPostgresJournal(
        {.database = PostgresJournalPlace(options.journal_address), .epoch = options.epoch});
  }
  if (options.stores.folder()) return OpenSqliteJournal(*options.stores.folder());
  return OpenMemoryJournal(MakeMemoryJournalStore());
}

SequencerMetrics MetricsInto(metrics::Prometheus& figures) {
  SequencerMetrics metrics;
  metrics.decision_seconds = [&figures](double s) { figures.ObserveDecision(s); };
  metrics.commit_seconds = [&figures](double s) { figures.ObserveCommit(s); };
  metrics.publish_seconds = [&figures](double s) { figures.ObservePublish(s); };
  metrics.inbox_depth = [&figures](size_t commands) { figures.SetInboxDepth(commands); };
  return metrics;
}

email::MailFromElsewhere OfChat(chat::ChatMail mail) {
  return {.contact = std::move(mail.chat),
          .customer = std::move(mail.customer),
          .display_name = std::move(mail.display_name),
          .language = std::move(mail.language),
          .to = std::move(mail.address),
          .subject = std::move(mail.subject),
          .text = std::move(mail.text),
          .request_key = std::move(mail.request_key)};
}

}  // namespace

// In the order of their making; what stands below may use what stands above.
class Center::Rooms {
 public:
  static absl::StatusOr<std::unique_ptr<Rooms>> Open(const CenterOptions& options) {
    auto rooms = std::make_unique<Rooms>(options);
    // First, for it claims the epoch under which all stores are written.
    WISSEL_RETURN_IF_ERROR(rooms->OpenShard());
    WISSEL_RETURN_IF_ERROR(rooms->OpenPeople());
    WISSEL_RETURN_IF_ERROR(rooms->LoadPages());
    WISSEL_RETURN_IF_ERROR(rooms->OpenServices());
    WISSEL_RETURN_IF_ERROR(rooms->OpenIntegration());
    return rooms;
  }

  explicit Rooms(const CenterOptions& options)
      : options_(options), stores_(options_.stores), prometheus_(options.version) {}
  ~Rooms() { Stop(); }

  void Start() {
    sequencer_->Start();
    leases_->Start();
    services_->Start();
    chat_->Start();
    mail_->Start();
    for (const email::ImapOptions& imap : options_.mail.imap) {
      pollers_.push_back(std::make_unique<email::ImapPoller>(
          imap, [this](email::LmtpMail mail, email::ImapPoller::Done done) {
            mail_->Deliver(std::move(mail), std::move(done));
          }));
    }
    if (stage_mails_ != nullptr) stage_mails_->Start();
    forms_->Start();
    outbound_->Start();
    mailings_->Start();
    live_->Start(std::move(live_state_));
    events_->Start();
    webhooks_->Start();
    running_ = true;
  }

  void Stop() {
    if (!std::exchange(running_, false)) return;
    webhooks_->Stop();
    events_->Stop();
    planning_->Stop();
    rules_->Stop();
    live_->Stop();
    pollers_.clear();
    mailings_->Stop();
    if (stage_mails_ != nullptr) stage_mails_->Stop();
    outbound_->Stop();
    mail_->Stop();
    if (sender_ != nullptr) sender_->Stop();
    if (voice_ != nullptr) voice_->Stop();
    contact_store_->Close();
    facts_->Stop();
    chat_->Stop();
    services_->Stop();
    leases_->Stop();
    sequencer_->Stop();
  }

  rpc::MethodTable& methods() { return methods_; }
  Sequencer& sequencer() { return *sequencer_; }
  email::MailChannel& mail() { return *mail_; }
  absl::StatusOr<uint16_t> TakeCalls() {
    if (voice_ == nullptr) return uint16_t{0};
    WISSEL_RETURN_IF_ERROR(voice_->Start());
    return voice_->port();
  }
  void CountAnswer(absl::StatusCode code) { prometheus_.CountAnswer(code); }
  std::string MetricsText() {
    prometheus_.ShowJournal(sequencer_->writable(), sequencer_->last_sequence());
    return prometheus_.Text() + webhooks_->MetricsText();
  }

 private:
  bool kept() const { return stores_.shared() || stores_.folder(); }

  // Where others read the journal; none when nothing is kept.
  std::optional<std::string> JournalAddress() const {
    return options_.journal_address.empty() ? stores_.folder()
                                            : std::optional(options_.journal_address);
  }

  absl::Status OpenPeople() {
    WISSEL_ASSIGN_OR_RETURN(people_, People::Open(stores_.At("people")));
    return absl::OkStatus();
  }

  absl::Status OpenShard() {
    WISSEL_ASSIGN_OR_RETURN(auto journal, OpenJournal(options_));
    WISSEL_ASSIGN_OR_RETURN(auto reader, journal->OpenReader());
    WISSEL_ASSIGN_OR_RETURN(rules_reader_, journal->OpenReader());
    WISSEL_ASSIGN_OR_RETURN(events_reader_, journal->OpenReader());
    if (stores_.folder()) snapshots_.emplace(*stores_.folder());
    SequencerOptions options;
    options.metrics = MetricsInto(prometheus_);
    options.time = options_.time;
    options.on_fatal = options_.on_fatal;
    options.metrics.waited = options_.waited;
    WISSEL_ASSIGN_OR_RETURN(sequencer_,
                            Sequencer::Open(std::move(journal), snapshots_, std::move(options),
                                            options_.standby ? options_.standby() : std::nullopt));
    const std::string& zone = sequencer_->engine().directory().center.time_zone;
    WISSEL_ASSIGN_OR_RETURN(history_, metrics::HistoryStore::Open(stores_.At("history")));
    WISSEL_ASSIGN_OR_RETURN(std::optional<Today> today,
                            FoldToday(*reader, snapshots_ ? &*snapshots_ : nullptr,
                                      sequencer_->now(), zone, WhatWasBefore(zone)));
    waits_.emplace(*sequencer_, today ? std::move(today->pace) : Pace(sequencer_->engine()));
    sequencer_->PrepareCommandsWith(
        [waits = &*waits_](const Engine& engine, Instant now, CommandBody& command) {
          waits->Prepare(engine, now, command);
        });
    if (today) {
      live_state_ = std::move(today->live);
      presences_ = std::move(today->presences);
    }
    return absl::OkStatus();
  }

  // The history of a very large center takes longer to look through than a start may take: the
  // radar then learns a little later what is usual.
  Before WhatWasBefore(const std::string& zone) {
    Before before{.history_sequence = history_->sequence()};
    auto read = std::make_shared<std::promise<absl::StatusOr<metrics::Profiles>>>();
    history_->ReadProfiles(sequencer_->now(), metrics::LocalQuarterOfWeek, zone,
                           [read](absl::StatusOr<metrics::Profiles> profiles) {
                             read->set_value(std::move(profiles));
                           });
    auto profiles = read->get_future();
    if (profiles.wait_for(kLongestForProfiles) != std::future_status::ready) return before;
    if (auto usual = profiles.get(); usual.ok()) {
      before.profiles = std::make_shared<const metrics::Profiles>(*std::move(usual));
    }
    return before;
  }

  // What customers read without signing in, and in mails.
  absl::Status LoadPages() {
    if (!options_.customer_pages) return absl::OkStatus();
    const std::string& zone = sequencer_->engine().directory().center.time_zone;
    WISSEL_ASSIGN_OR_RETURN(
        pages_, pages::PageSet::Load(*options_.customer_pages,
                                     options_.time_zone.empty() ? zone : options_.time_zone));
    return absl::OkStatus();
  }

  absl::Status OpenServices() {
    const auto display_name = [people = people_.get()](std::string_view agent) {
      return people->Find(agent);
    };
    leases_ = std::make_unique<Leases>(*sequencer_, LeaseOptions{.length = options_.lease});
    services_ = std::make_unique<Services>(
        *sequencer_, *people_, *waits_,
        ServiceOptions{
            .lease = options_.lease,
            .heartbeat = [leases = leases_.get()](AgentId agent) { leases->Heartbeat(agent); }});
    WISSEL_ASSIGN_OR_RETURN(contact_store_, contacts::ContactStore::Open(stores_));
    contacts_.emplace(*sequencer_, *contact_store_,
                      contacts::ContactServiceOptions{.region = options_.region,
                                                      .agent_display_name = display_name});
    WISSEL_ASSIGN_OR_RETURN(
        facts_, facts::FactSheets::Open(*sequencer_, {stores_.At("facts"), options_.fact_sheets}));
    chat::ChatOptions chat;
    chat.grace = options_.chat_grace;
    chat.agent_display_name = display_name;
    chat.waits = &*waits_;
    chat.largest_file = options_.chat_largest_file;
    if (options_.mail.smtp && !options_.mail.options.mailboxes.empty() && pages_) {
      LetChatsMail(chat);
    }
    if (stores_.folder()) {
      WISSEL_RETURN_IF_ERROR(
          chat::TakeOverOldChats(*stores_.folder() + "/chats.sqlite", *contact_store_).status());
    }
    WISSEL_ASSIGN_OR_RETURN(chat_,
                            chat::ChatChannel::Open(*sequencer_, *contact_store_, std::move(chat)));
    WISSEL_RETURN_IF_ERROR(OpenMail(display_name));
    OpenVoice();
    WISSEL_ASSIGN_OR_RETURN(outbound_,
                            outbound::Outbound::Open(*sequencer_, *contact_store_,
                                                     {stores_.At("outbound"), options_.region}));
    WISSEL_RETURN_IF_ERROR(OpenCustomerPages(display_name));
    metrics::LiveOptions live;
    live.agent_display_name = display_name;
    live.prometheus = &prometheus_;
    live.waits = &*waits_;
    live.history = history_.get();
    live_ = std::make_unique<metrics::Live>(*sequencer_, std::move(live));
    rules_ = std::make_unique<rules::RulesService>(*sequencer_, *people_, std::move(rules_reader_),
                                                   JournalAddress());
    WISSEL_ASSIGN_OR_RETURN(
        planning_,
        forecasting::Planning::Open(
            *sequencer_, {.place = stores_.At("planning"),
                          .history = kept() ? std::optional(stores_.At("history")) : std::nullopt,
                          .presences = std::move(presences_)}));
    services_->Register(methods_);
    rules_->Register(methods_);
    planning_->Register(methods_);
    contacts_->Register(methods_);
    facts_->Register(methods_);
    chat_->Register(methods_);
    mail_->Register(methods_);
    if (voice_ != nullptr) voice_->Register(methods_);
    outbound_->Register(methods_);
    mailings_->Register(methods_);
    forms_->Register(methods_);
    tracker_->Register(methods_);
    live_->Register(methods_);
    return absl::OkStatus();
  }

  // The mail channel is opened after the chats, and there before one begins.
  void LetChatsMail(chat::ChatOptions& chat) {
    chat.texts = pages_;
    chat.send_mail = [this](chat::ChatMail mail, std::function<void(absl::Status)> done) {
      mail_->Send(OfChat(std::move(mail)),
                  [done](const absl::StatusOr<std::string>& sent) { done(sent.status()); });
    };
    chat.go_on_by_mail = [this](chat::ChatMail mail, ItemId item,
                                std::function<void(absl::Status)> done) {
      mail_->GoOn(OfChat(std::move(mail)), item,
                  [done](const absl::StatusOr<std::string>& gone_on) { done(gone_on.status()); });
    };
  }

  absl::Status OpenMail(const std::function<std::string(std::string_view)>& agent_display_name) {
    email::MailOptions mail = options_.mail.options;
    mail.outbox = stores_.At("outbox");
    mail.waits = &*waits_;
    mail.agent_display_name = agent_display_name;
    mail.notice_bounced = [this](const std::string& contact) { mailings_->Bounced(contact); };
    if (options_.mail.smtp) {
      sender_ = std::make_unique<email::SmtpSender>(*options_.mail.smtp, mail.domain);
      mail.send = [sender = sender_.get()](email::Envelope envelope, email::SmtpSender::Done done) {
        sender->Send(std::move(envelope), std::move(done));
      };
    }
    WISSEL_ASSIGN_OR_RETURN(
        mail_, email::MailChannel::Open(*sequencer_, *contact_store_, std::move(mail)));
    return absl::OkStatus();
  }

  void OpenVoice() {
    if (!options_.voice) return;
    voice::VoiceOptions voice = *options_.voice;
    voice.waits = &*waits_;
    voice.agent_phone = [people = people_.get()](std::string_view agent) {
      return people->Get(agent).phone;
    };
    voice.may_call = [this](std::string customer, std::string number,
                            std::function<void(const absl::Status&)> done) {
      outbound_->MayCall(std::move(customer), {contacts::AddressKind::kPhone, std::move(number)},
                         std::move(done));
    };
    voice_ = voice::VoiceChannel::Open(*sequencer_, *contact_store_, std::move(voice));
  }

  // Of events: what other systems follow, and what is sent to them.
  absl::Status OpenIntegration() {
    WISSEL_ASSIGN_OR_RETURN(
        events_, events::Hub::Open(*sequencer_, sequencer_->engine(), std::move(events_reader_),
                                   {.source = options_.event_source,
                                    .snapshots = snapshots_ ? &*snapshots_ : nullptr}));
    webhooks::WebhookOptions options = options_.webhooks;
    options.place = stores_.At("webhooks");
    options.version = options_.version;
    options.seed = static_cast<uint64_t>(sequencer_->now().millis());
    WISSEL_ASSIGN_OR_RETURN(webhooks_,
                            webhooks::Webhooks::Open(*sequencer_, *events_, std::move(options)));
    events::RegisterEventService(methods_, *sequencer_, *events_);
    webhooks_->Register(methods_);
    return absl::OkStatus();
  }

  // What customers see without signing in.
  absl::Status OpenCustomerPages(
      const std::function<std::string(std::string_view)>& agent_display_name) {
    WISSEL_ASSIGN_OR_RETURN(forms_,
                            forms::FormChannel::Open(*sequencer_, *contact_store_,
                                                     {.forms = options_.forms,
                                                      .pages = pages_,
                                                      .region = options_.region,
                                                      .agent_display_name = agent_display_name}));
    WISSEL_RETURN_IF_ERROR(OpenMailings());
    WISSEL_RETURN_IF_ERROR(OpenStageMails());
    tracker_.emplace(*sequencer_, *contact_store_,
                     tracking::TrackingOptions{.pages = pages_,
                                               .waits = &*waits_,
                                               .region = options_.region,
                                               .follow_up_queue = options_.follow_up_queue,
                                               .low_score = options_.low_score,
                                               .stage_mails = stage_mails_.get(),
                                               .write_to_chat = WritesToChat()});
    return absl::OkStatus();
  }

  // They send through the mail channel, and ask the marks of the outbound room.
  absl::Status OpenMailings() {
    mailings::MailingOptions options;
    options.place = stores_.At("mailings");
    for (const email::Mailbox& mailbox : options_.mail.options.mailboxes) {
      options.senders.push_back({mailbox.address, mailbox.display_name, mailbox.queue});
    }
    options.can_send = sender_ != nullptr;
    options.public_url = options_.mail.options.public_url;
    options.pages = pages_;
    options.send = [mail = mail_.get()](email::Notice notice, email::NoticeDone done) {
      mail->SendNotice(std::move(notice), std::move(done));
    };
    options.ask = [mail = mail_.get()](std::string contact, email::NoticeDone done) {
      mail->AskNotice(std::move(contact), std::move(done));
    };
    options.may_mail = [outbound = outbound_.get()](std::string customer, contacts::Address address,
                                                    mailings::MailingOptions::Said done) {
      outbound->MayMail(std::move(customer), std::move(address), std::move(done));
    };
    options.mark = [outbound = outbound_.get()](contacts::Address address, std::string creator,
                                                mailings::MailingOptions::Said done) {
      outbound->Mark(std::move(address), std::move(creator), std::move(done));
    };
    WISSEL_ASSIGN_OR_RETURN(
        mailings_, mailings::Mailings::Open(*sequencer_, *contact_store_, std::move(options)));
    return absl::OkStatus();
  }

  // Only where mails are sent, and their link leads somewhere.
  absl::Status OpenStageMails() {
    const email::MailOptions& mail = options_.mail.options;
    if (!options_.mail.smtp || mail.mailboxes.empty() || mail.public_url.empty() || !pages_) {
      return absl::OkStatus();
    }
    tracking::StageMailOptions options;
    options.place = stores_.At("notices");
    options.pages = pages_;
    options.public_url = mail.public_url;
    options.by_default = tracking::Notices(options_.notices);
    options.delay = options_.notice_delay;
    options.send = [mail = mail_.get()](tracking::StageMail notice,
                                        std::function<void(absl::Status)> done) {
      mail->SendAbout({std::move(notice.contact), std::move(notice.to), std::move(notice.subject),
                       std::move(notice.text), std::move(notice.request_id)},
                      std::move(done));
    };
    WISSEL_ASSIGN_OR_RETURN(
        stage_mails_, tracking::StageMails::Open(*sequencer_, *contact_store_, std::move(options)));
    return absl::OkStatus();
  }

  decltype(tracking::TrackingOptions::write_to_chat) WritesToChat() {
    return [chat = chat_.get()](const std::string& conversation, std::string text, std::string id,
                                std::function<void(absl::Status)> done) {
      chat->SendAsCustomer(conversation, {std::move(text), std::move(id)}, std::move(done));
    };
  }

  const CenterOptions options_;
  const sql::Stores& stores_;
  std::optional<SnapshotStore> snapshots_;
  metrics::Prometheus prometheus_;
  rpc::MethodTable methods_;
  std::unique_ptr<People> people_;
  std::unique_ptr<contacts::ContactStore> contact_store_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<metrics::HistoryStore> history_;
  std::optional<metrics::LiveState> live_state_;
  std::optional<forecasting::PresenceRecord> presences_;
  std::optional<Waits> waits_;
  std::unique_ptr<Leases> leases_;
  std::unique_ptr<Services> services_;
  std::shared_ptr<const pages::PageSet> pages_;
  std::optional<contacts::ContactService> contacts_;
  std::unique_ptr<facts::FactSheets> facts_;
  std::unique_ptr<chat::ChatChannel> chat_;
  std::unique_ptr<email::SmtpSender> sender_;
  std::unique_ptr<email::MailChannel> mail_;
  std::vector<std::unique_ptr<email::ImapPoller>> pollers_;
  std::unique_ptr<voice::VoiceChannel> voice_;
  std::unique_ptr<outbound::Outbound> outbound_;
  std::unique_ptr<mailings::Mailings> mailings_;
  std::unique_ptr<forms::FormChannel> forms_;
  std::unique_ptr<tracking::StageMails> stage_mails_;
  std::optional<tracking::Tracker> tracker_;
  std::unique_ptr<metrics::Live> live_;
  std::unique_ptr<JournalReader> rules_reader_;
  std::unique_ptr<rules::RulesService> rules_;
  std::unique_ptr<forecasting::Planning> planning_;
  std::unique_ptr<JournalReader> events_reader_;
  std::unique_ptr<events::Hub> events_;
  std::unique_ptr<webhooks::Webhooks> webhooks_;
  bool running_ = false;
};

absl::StatusOr<std::unique_ptr<Center>> Center::Open(const CenterOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(auto rooms, Rooms::Open(options));
  return std::unique_ptr<Center>(new Center(std::move(rooms)));
}

Center::Center(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Center::~Center() = default;

void Center::Start() { rooms_->Start(); }
void Center::Stop() { rooms_->Stop(); }
rpc::MethodTable& Center::methods() { return rooms_->methods(); }
Shard& Center::shard() { return rooms_->sequencer(); }
absl::StatusOr<uint16_t> Center::TakeCalls() { return rooms_->TakeCalls(); }
email::MailChannel& Center::mail() { return rooms_->mail(); }

absl::Status Center::Ready() const {
  if (rooms_->sequencer().writable()) return absl::OkStatus();
  return absl::UnavailableError("the journal cannot be written");
}

void Center::CountAnswer(absl::StatusCode code) { rooms_->CountAnswer(code); }
std::string Center::MetricsText() const { return rooms_->MetricsText(); }

}  // namespace wissel::server
