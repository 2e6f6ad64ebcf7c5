#include "tests/mailings/mailings_testing.h"

#include <cstdlib>
#include <future>

#include "absl/strings/str_join.h"
#include "channels/pages/page_set.h"
#include "tests/postgres/places.h"

namespace wissel::testing {

MailingsCenter::MailingsCenter() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("mailings-") + test->name());
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  center_.SetUp();
  center_.Must<v1::RoutingProfile>("ConfigService.CreateRoutingProfile",
                                   R"({"routingProfileId": "mail", "routingProfile": {"channels": [
                                       {"channel": "EMAIL", "limit": 3, "cost": 30}]}})");
  center_.Must<v1::Queue>("ConfigService.CreateQueue",
                          R"({"queueId": "mail", "queue": {"channel": "EMAIL",
                              "answerWithin": "14400s"}})");
  OpenRooms();
}

MailingsCenter::~MailingsCenter() {
  CloseRooms();
  center_.shard().Stop();
  std::filesystem::remove_all(folder_);
}

void MailingsCenter::CloseRooms() {
  if (mailings_ != nullptr) mailings_->Stop();
  if (outbound_ != nullptr) outbound_->Stop();
  if (mail_ != nullptr) mail_->Stop();
  if (store_ != nullptr) store_->Close();
  mailings_.reset();
  outbound_.reset();
  mail_.reset();
  store_.reset();
  std::lock_guard lock(mutex_);
  waiting_.clear();
}

void MailingsCenter::OpenRooms() {
  CloseRooms();
  auto store = contacts::ContactStore::Open(wissel::testing::StoresIn(folder_.string()));
  ASSERT_TRUE(store.ok()) << store.status();
  store_ = *std::move(store);

  email::MailOptions mail;
  mail.outbox = wissel::testing::At((folder_ / "outbox.sqlite").string());
  mail.mailboxes = {{"tax@example.org", "mail", "The tax office"},
                    {"info@example.org", "mail", "", false, email::ThreadMark::kSubject}};
  mail.domain = "example.org";
  mail.send = [this](email::Envelope envelope, email::SmtpSender::Done done) {
    std::lock_guard lock(mutex_);
    envelopes_.push_back(std::move(envelope));
    if (result_) return done(*result_);
    waiting_.push_back(std::move(done));
  };
  mail.notice_bounced = [this](const std::string& contact) { mailings_->Bounced(contact); };
  auto channel = email::MailChannel::Open(center_.shard(), *store_, std::move(mail));
  ASSERT_TRUE(channel.ok()) << channel.status();
  mail_ = *std::move(channel);

  auto outbound =
      outbound::Outbound::Open(center_.shard(), *store_,
                               {wissel::testing::At((folder_ / "outbound.sqlite").string()), "BE"});
  ASSERT_TRUE(outbound.ok()) << outbound.status();
  outbound_ = *std::move(outbound);

  mailings::MailingOptions options;
  options.place = wissel::testing::At((folder_ / "mailings.sqlite").string());
  options.senders = {{"tax@example.org", "The tax office", "mail"},
                     {"info@example.org", "", "mail"}};
  options.can_send = can_send_;
  options.public_url = public_url_;
  const char* source = std::getenv("WISSEL_SOURCE_DIR");
  auto pages = pages::PageSet::Load(
      std::filesystem::path(source == nullptr ? "." : source) / "web/customer", "Europe/Brussels");
  ASSERT_TRUE(pages.ok()) << pages.status();
  options.pages = *pages;
  options.send = [this](email::Notice notice, email::NoticeDone done) {
    mail_->SendNotice(std::move(notice), std::move(done));
  };
  options.ask = [this](std::string contact, email::NoticeDone done) {
    mail_->AskNotice(std::move(contact), std::move(done));
  };
  options.may_mail = [this](std::string customer, contacts::Address address, auto done) {
    outbound_->MayMail(std::move(customer), std::move(address), std::move(done));
  };
  options.mark = [this](contacts::Address address, std::string creator, auto done) {
    outbound_->Mark(std::move(address), std::move(creator), std::move(done));
  };
  auto mailings = mailings::Mailings::Open(center_.shard(), *store_, std::move(options));
  ASSERT_TRUE(mailings.ok()) << mailings.status();
  mailings_ = *std::move(mailings);

  table_ = rpc::MethodTable();
  outbound_->Register(table_);
  mailings_->Register(table_);
  mail_->Start();
  outbound_->Start();
  mailings_->Start();
  Settle();
}

// A mail passes three rooms and the store between them.
void MailingsCenter::Settle() {
  for (int round = 0; round < 6; ++round) {
    mailings_->Settle();
    outbound_->Settle();
    mail_->Settle();
  }
  mailings_->Settle();
}

void MailingsCenter::Advance(Duration by) {
  center_.shard().Advance(by);
  Settle();
}

v1::Mailing MailingsCenter::Make(int rate) {
  return Must<v1::Mailing>(
      "MailingService.CreateMailing",
      fmt::format(R"({{"mailingId": "due", "mailing": {{"displayName": "Forms that are due",
          "sender": "tax@example.org", "fields": ["name", "reference"], "rate": {},
          "texts": [{{"language": "nl", "subject": "Uw dossier {{reference}}",
                      "text": "Dag {{name}}, dossier {{reference}}. {{unsubscribe}}"}},
                    {{"language": "en", "subject": "Your file {{reference}}",
                      "text": "Dear {{name}}, file {{reference}}."}}]}}}})",
                  rate));
}

v1::Mailing MailingsCenter::Change(const std::string& verb) {
  return Must<v1::Mailing>("MailingService." + verb + "Mailing", R"({"name": "mailings/due"})");
}

v1::Mailing MailingsCenter::Mailing() {
  return Must<v1::Mailing>("MailingService.GetMailing", R"({"name": "mailings/due"})");
}

std::string MailingsCenter::Counts() {
  std::vector<std::string> counts;
  const v1::Mailing mailing = Mailing();
  for (const v1::MailingCount& count : mailing.counts()) {
    counts.push_back(
        fmt::format("{} {}", v1::MailingRecipient::State_Name(count.state()), count.recipients()));
  }
  return absl::StrJoin(counts, ", ");
}

v1::AddMailingRecipientsResponse MailingsCenter::Add(const std::string& recipients,
                                                     bool validate_only) {
  return Must<v1::AddMailingRecipientsResponse>(
      "MailingService.AddMailingRecipients",
      fmt::format(R"({{"mailing": "mailings/due", "recipients": [{}], "validateOnly": {}}})",
                  recipients, validate_only));
}

std::string MailingsCenter::Person(int number, const std::string& more) {
  return fmt::format(R"({{"address": "p{0}@example.net", "language": "nl", "fields": [
                           {{"name": "name", "value": "Person {0}"}},
                           {{"name": "reference", "value": "R/{0}"}}]{1}}})",
                     number, more.empty() ? "" : ", " + more);
}

void MailingsCenter::AddPeople(int people) {
  std::vector<std::string> all;
  for (int number = 1; number <= people; ++number) all.push_back(Person(number));
  const auto response = Add(absl::StrJoin(all, ","));
  for (const auto& result : response.results()) {
    EXPECT_EQ(result.kind(), v1::AddMailingRecipientResult::ADDED) << result.reason();
  }
}

v1::MailingPreview MailingsCenter::Preview(int number) {
  return Must<v1::MailingPreview>(
      "MailingService.PreviewMailing",
      fmt::format(R"({{"recipient": "mailings/due/recipients/{}"}})", number));
}

std::vector<MailingsCenter::Taken> MailingsCenter::taken() {
  std::lock_guard lock(mutex_);
  std::vector<Taken> all;
  for (const email::Envelope& envelope : envelopes_) {
    auto mail = email::ReadMail(envelope.bytes, {});
    EXPECT_TRUE(mail.ok()) << mail.status();
    all.push_back({mail.ok() ? *mail : email::Mail(), envelope.bytes, envelope.to, envelope.from});
  }
  return all;
}

void MailingsCenter::ServerSays(std::optional<email::SendResult> result) {
  std::lock_guard lock(mutex_);
  result_ = std::move(result);
}

void MailingsCenter::Answer(email::SendResult result) {
  std::deque<email::SmtpSender::Done> waiting;
  {
    std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& done : waiting) done(result);
  Settle();
}

int MailingsCenter::Deliver(const std::string& bytes, const std::string& to,
                            const std::string& from) {
  std::promise<int> replied;
  mail_->Deliver({from, {to}, bytes},
                 [&](std::vector<email::LmtpReply> all) { replied.set_value(all.at(0).code); });
  const int code = replied.get_future().get();
  Settle();
  return code;
}

std::vector<Item> MailingsCenter::Items() {
  std::vector<Item> items;
  center_.shard().Read([&](const Engine& engine) {
    engine.ForEachLivingItem(ItemId(1), [&](const Item& item) {
      items.push_back(item);
      return true;
    });
  });
  return items;
}

}  // namespace wissel::testing
