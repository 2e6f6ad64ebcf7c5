// A customer is told by mail of the stages that they want to hear of: once each, and never of what
// they did themselves.
#include "channels/tracking/stage_mails.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "channels/tracking/tracking.h"
#include "fmt/format.h"
#include "tests/postgres/places.h"
#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tracking::Followed;
using tracking::Notices;
using tracking::StageMail;
using tracking::Standing;
using v1::Tracking;

constexpr Duration kDelay = Duration::Minutes(1);
const Notices kAll({Tracking::TAKEN_UP, Tracking::SET_ASIDE, Tracking::ENDED,
                    Tracking::PROMISE_MOVED});

TEST(StageNotice, SaysWhatIsNewToTheCustomer) {
  const auto news = [](Tracking::Stage before, Tracking::Stage after) {
    Followed known{"forms/a", ItemId(1)};
    known.stage = before;
    return NewsOf(known, {"forms/a", ItemId(1), after});
  };
  EXPECT_EQ(news(Tracking::RECEIVED, Tracking::IN_HAND), Tracking::TAKEN_UP);
  EXPECT_EQ(news(Tracking::IN_HAND, Tracking::AWAITS_YOU), Tracking::SET_ASIDE);
  EXPECT_EQ(news(Tracking::IN_HAND, Tracking::RECEIVED), Tracking::SET_ASIDE);
  EXPECT_EQ(news(Tracking::PAUSED, Tracking::RECEIVED), Tracking::SET_ASIDE);
  EXPECT_EQ(news(Tracking::IN_HAND, Tracking::ANSWERED), Tracking::ENDED);
  EXPECT_EQ(news(Tracking::RECEIVED, Tracking::EXPIRED), Tracking::ENDED);
  EXPECT_EQ(news(Tracking::RECEIVED, Tracking::WAITS_FOR_HOURS), std::nullopt);
  EXPECT_EQ(news(Tracking::WAITS_FOR_HOURS, Tracking::RECEIVED), std::nullopt);
  EXPECT_EQ(news(Tracking::RECEIVED, Tracking::PAUSED), std::nullopt);
  EXPECT_EQ(news(Tracking::IN_HAND, Tracking::IN_HAND), std::nullopt);
}

TEST(StageNotice, APromiseMovesByMoreThanAFewMinutes) {
  Followed known{"forms/a", ItemId(1)};
  known.promise = kStart;
  Standing standing{"forms/a", ItemId(1)};
  standing.promise = kStart + Duration::Minutes(9);
  EXPECT_EQ(NewsOf(known, standing), std::nullopt);
  standing.promise = kStart + Duration::Minutes(10);
  EXPECT_EQ(NewsOf(known, standing), Tracking::PROMISE_MOVED);
  standing.promise = kStart - Duration::Minutes(10);
  EXPECT_EQ(NewsOf(known, standing), Tracking::PROMISE_MOVED);
}

class StageMailsTest : public ::testing::Test {
 protected:
  StageMailsTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / (std::string("stages-") + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    center_.SetUp();
    center_.Must<v1::RoutingProfile>(
        "ConfigService.UpdateRoutingProfile",
        R"({"routingProfile": {"name": "routingProfiles/chat", "channels": [
            {"channel": "FORM", "limit": 2, "cost": 50}]}, "updateMask": "channels"})");
    center_.Must<v1::Queue>(
        "ConfigService.UpdateQueue",
        R"({"queue": {"name": "queues/tax", "longestPause": "7200s", "channel": "FORM"},
            "updateMask": "longestPause,channel"})");
    store_ = *contacts::ContactStore::Open(wissel::testing::StoresIn(folder_.string()));
    pages_ = *pages::PageSet::Load(
        std::filesystem::path(std::getenv("WISSEL_SOURCE_DIR")) / "web/customer",
        "Europe/Brussels");
    OpenRoom();
    center_.Available("anna");
  }
  ~StageMailsTest() override {
    CloseRoom();
    store_->Close();
    center_.shard().Stop();
    std::filesystem::remove_all(folder_);
  }

  void CloseRoom() {
    tracker_.reset();
    if (room_ != nullptr) room_->Stop();
    room_.reset();
  }
  // The room anew, as after a restart.
  void OpenRoom() {
    CloseRoom();
    tracking::StageMailOptions options;
    options.place = wissel::testing::At((folder_ / "notices.sqlite").string());
    options.pages = pages_;
    options.public_url = "https://wissel.example.org";
    options.by_default = by_default_;
    options.delay = kDelay;
    options.send = [this](StageMail mail, std::function<void(absl::Status)> done) {
      std::lock_guard lock(mutex_);
      if (broken_) return done(absl::UnavailableError("no room"));
      sent_.push_back(std::move(mail));
      done(absl::OkStatus());
    };
    room_ = *tracking::StageMails::Open(center_.shard(), *store_, std::move(options));
    tracker_.emplace(center_.shard(), *store_,
                     tracking::TrackingOptions{.pages = pages_, .stage_mails = room_.get()});
    table_ = rpc::MethodTable();
    tracker_->Register(table_);
    room_->Start();
    room_->Settle();
  }

  // A form of somebody whose address is known, and its item.
  void Send(const std::string& mail = "mia@home.test") {
    contacts::NewContact start;
    start.contact.name = contacts::NewContactName(Channel::kForm);
    start.contact.channel = Channel::kForm;
    start.contact.queue = "tax";
    start.contact.language = "nl";
    start.contact.subject = "Mijn belasting";
    if (!mail.empty()) start.addresses = {{contacts::AddressKind::kEmail, mail}};
    contact_ = start.contact.name;
    std::promise<void> started;
    store_->Start(std::move(start), [&](const absl::StatusOr<contacts::ContactStore::Started>& s) {
      customer_ = s->contact.customer;
      started.set_value();
    });
    started.get_future().wait();
    const auto item = center_.Must<v1::WorkItem>(
        "WorkService.CreateWorkItem",
        fmt::format(R"({{"workItem": {{"queue": "queues/tax", "contact": "{}"}}}})", contact_));
    item_ = item.name();
    store_->SetItem(contact_, ItemId(std::stoull(item_.substr(item_.find('/') + 1))));
    room_->Settle();
  }
  Tracking Ask(const std::string& method, const std::string& more = "") {
    const auto told = CallOn<Tracking>(
        table_, "TrackingService." + method,
        fmt::format(R"({{"token": "{}"{}}})", store_->TrackingToken(contact_), more),
        rpc::Caller());
    EXPECT_TRUE(told.ok()) << told.status();
    room_->Settle();
    return told.ok() ? *told : Tracking();
  }
  void Choose(const std::string& notices) {
    Ask("ChooseTrackingNotices", R"(, "notices": [)" + notices + "]");
  }
  void Accept() {
    const v1::AgentState state = center_.StateOf("anna");
    ASSERT_EQ(state.offers_size(), 1);
    center_.Must<v1::AgentState>("AgentService.AcceptOffer",
                                 R"({"name": ")" + state.offers(0).name() + "\"}", Desk("anna"));
    room_->Settle();
  }
  void Act(const std::string& method, const std::string& more = "") {
    center_.Must<v1::AgentState>("AgentService." + method,
                                 fmt::format(R"({{"name": "agents/anna/assignments/{}"{}}})",
                                             item_.substr(item_.find('/') + 1), more),
                                 Desk("anna"));
    room_->Settle();
  }
  void Pass(Duration time) {
    center_.shard().Advance(time);
    room_->Settle();
  }
  // Subjects, in the order of their sending.
  std::vector<std::string> Sent() {
    std::lock_guard lock(mutex_);
    std::vector<std::string> subjects;
    for (const StageMail& mail : sent_) subjects.push_back(mail.subject);
    return subjects;
  }
  std::string Subject(const std::string& stage) {
    return fmt::format("Uw aanvraag {}: {}", item_.substr(item_.find('/') + 1), stage);
  }

  std::filesystem::path folder_;
  TestCenter center_;
  rpc::MethodTable table_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::shared_ptr<const pages::PageSet> pages_;
  Notices by_default_;
  std::unique_ptr<tracking::StageMails> room_;
  std::optional<tracking::Tracker> tracker_;
  std::string contact_, customer_, item_;
  std::mutex mutex_;
  std::vector<StageMail> sent_;
  bool broken_ = false;
};

std::string InNl(const pages::PageSet& pages, const char* key) { return pages.Say("nl", key); }

TEST_F(StageMailsTest, WhoChoseIsToldOnceOfEachStage) {
  Send();
  EXPECT_TRUE(Ask("GetTracking").may_choose_notices());
  EXPECT_EQ(Ask("GetTracking").notices_size(), 0);
  Choose(R"("TAKEN_UP", "ENDED")");
  EXPECT_THAT(Ask("GetTracking").notices(), ElementsAre(Tracking::TAKEN_UP, Tracking::ENDED));
  Accept();
  EXPECT_THAT(Sent(), IsEmpty()) << "within the delay it may change again";
  Pass(kDelay);
  const std::string taken_up = Subject(InNl(*pages_, "track.inHand"));
  EXPECT_THAT(Sent(), ElementsAre(taken_up));
  EXPECT_EQ(sent_[0].to, "mia@home.test");
  EXPECT_EQ(sent_[0].contact, contact_);
  EXPECT_THAT(sent_[0].text, HasSubstr("Mijn belasting"));
  EXPECT_THAT(sent_[0].text,
              HasSubstr("https://wissel.example.org/track/" + store_->TrackingToken(contact_)));
  Act("HoldAssignment");
  Act("ResumeAssignment");
  Pass(kDelay);
  EXPECT_THAT(Sent(), ElementsAre(taken_up)) << "on hold it is in hand";
  Act("CompleteAssignment", R"(, "reasonCodes": ["solved"])");
  Pass(kDelay);
  Pass(Duration::Hours(1));
  EXPECT_THAT(Sent(), ElementsAre(taken_up, Subject(InNl(*pages_, "track.answered"))));
}

TEST_F(StageMailsTest, WhatIsAsBeforeIsNoNews) {
  Send();
  Choose(R"("TAKEN_UP", "SET_ASIDE", "ENDED", "PROMISE_MOVED")");
  Accept();
  Act("ReturnAssignment");
  Pass(kDelay);
  EXPECT_THAT(Sent(), IsEmpty()) << "it waits as before";
}

TEST_F(StageMailsTest, WhatEndsAtOnceIsToldAsEnded) {
  Send();
  Choose(R"("TAKEN_UP", "ENDED")");
  Accept();
  Act("CompleteAssignment", R"(, "reasonCodes": ["solved"])");
  Pass(kDelay);
  EXPECT_THAT(Sent(), ElementsAre(Subject(InNl(*pages_, "track.answered"))));
}

TEST_F(StageMailsTest, OfTheirOwnDeedsNobodyIsTold) {
  center_.Must<v1::AgentState>("AgentService.SetPresence",
                               R"({"presence": "AWAY", "awayReason": "break"})", Desk("anna"));
  Send();
  Choose(R"("TAKEN_UP", "SET_ASIDE", "ENDED", "PROMISE_MOVED")");
  Ask("PauseTracking");
  Pass(kDelay);
  Ask("ResumeTracking");
  Pass(kDelay);
  Ask("CancelTracking");
  Pass(kDelay);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(StageMailsTest, ARestartLosesNoNoticeAndRepeatsNone) {
  Send();
  Choose(R"("TAKEN_UP", "ENDED")");
  Accept();
  OpenRoom();
  Pass(kDelay);
  EXPECT_EQ(Sent().size(), 1u);
  OpenRoom();
  Pass(kDelay);
  EXPECT_EQ(Sent().size(), 1u);
  // What happens while nobody looks is told afterwards.
  CloseRoom();
  center_.Must<v1::AgentState>(
      "AgentService.CompleteAssignment",
      fmt::format(R"({{"name": "agents/anna/assignments/{}", "reasonCodes": ["solved"]}})",
                  item_.substr(item_.find('/') + 1)),
      Desk("anna"));
  OpenRoom();
  Pass(kDelay);
  OpenRoom();
  Pass(kDelay);
  EXPECT_THAT(Sent(), ElementsAre(Subject(InNl(*pages_, "track.inHand")),
                                  Subject(InNl(*pages_, "track.answered"))));
}

TEST_F(StageMailsTest, WhatCannotBeHandedOverIsTriedAgainUnderTheSameId) {
  Send();
  Choose(R"("TAKEN_UP")");
  broken_ = true;
  Accept();
  Pass(kDelay);
  broken_ = false;
  EXPECT_THAT(Sent(), IsEmpty());
  Pass(Duration::Minutes(1));
  ASSERT_EQ(Sent().size(), 1u);
  EXPECT_EQ(sent_[0].request_id, fmt::format("notice {} 0 {}", item_.substr(item_.find('/') + 1),
                                             static_cast<int>(Tracking::IN_HAND)));
}

TEST_F(StageMailsTest, TheCentersOwnChoiceHoldsUntilTheyChoose) {
  by_default_ = Notices({Tracking::TAKEN_UP});
  OpenRoom();
  Send();
  EXPECT_THAT(Ask("GetTracking").notices(), ElementsAre(Tracking::TAKEN_UP));
  Accept();
  Pass(kDelay);
  EXPECT_EQ(Sent().size(), 1u);
  Choose("");
  EXPECT_EQ(Ask("GetTracking").notices_size(), 0);
  EXPECT_TRUE(Ask("GetTracking").may_choose_notices());
  Act("CompleteAssignment", R"(, "reasonCodes": ["solved"])");
  Pass(kDelay);
  EXPECT_EQ(Sent().size(), 1u);
}

TEST_F(StageMailsTest, WithoutAnAddressThereIsNothingToChoose) {
  by_default_ = kAll;
  OpenRoom();
  Send("");
  EXPECT_FALSE(Ask("GetTracking").may_choose_notices());
  const auto refused = CallOn<Tracking>(
      table_, "TrackingService.ChooseTrackingNotices",
      fmt::format(R"({{"token": "{}", "notices": ["ENDED"]}})", store_->TrackingToken(contact_)),
      rpc::Caller());
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  Accept();
  Pass(kDelay);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(StageMailsTest, ErasedIsErased) {
  Send();
  Choose(R"("TAKEN_UP")");
  Accept();
  std::promise<void> erased;
  store_->EraseCustomer(customer_, "users/root", center_.shard().now(),
                        [&](const absl::StatusOr<int64_t>&) { erased.set_value(); });
  erased.get_future().wait();
  room_->Settle();
  Pass(kDelay);
  OpenRoom();
  Pass(kDelay);
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(StageMailsTest, ThePageAsksWithoutScript) {
  Send();
  const std::string token = store_->TrackingToken(contact_);
  const auto page = [&](const std::string& more) {
    return *CallOn<v1::Page>(table_, "TrackingService.ShowTracking",
                             fmt::format(R"({{"path": "{}"{}}})", token, more), rpc::Caller());
  };
  EXPECT_THAT(page("").content(), HasSubstr(R"(name="noticeTakenUp" value="on">)"));
  const auto posted = page(R"(, "posted": true, "form": [{"name": "do", "value": "notices"},
                               {"name": "noticeTakenUp", "value": "on"}])");
  EXPECT_THAT(posted.location(), HasSubstr("done=notices"));
  EXPECT_THAT(page("").content(), HasSubstr(R"(name="noticeTakenUp" value="on" checked>)"));
  EXPECT_THAT(Ask("GetTracking").notices(), ElementsAre(Tracking::TAKEN_UP));
}

}  // namespace
}  // namespace wissel::testing
