// The day itself: the outlook, offers of overtime and time off, and what they make of the schedule.
#include <cstdlib>
#include <filesystem>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "forecasting/service/shift_piece.h"
#include "gmock/gmock.h"
#include "metrics/history/history_import.h"
#include "tests/unit/planning_testing.h"

namespace wissel::forecasting {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::ShiftOffer;
using wissel::testing::Desk;
using wissel::testing::kStart;
using wissel::testing::With;

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wissel-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string File(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Ten weeks of a queue with three contacts in each half-hour from 8 to 18, of four minutes each.
void ImportPast(const std::string& path) {
  metrics::HistoryTables tables = *metrics::HistoryTables::Open(path);
  std::string text = "start;queue;arrivals;aht\n";
  const absl::CivilDay today(2026, 3, 2);
  for (absl::CivilDay day = today - 70; day < today; ++day) {
    const absl::Weekday weekday = absl::GetWeekday(day);
    if (weekday == absl::Weekday::saturday || weekday == absl::Weekday::sunday) continue;
    for (int half = 16; half < 36; ++half) {
      text += fmt::format("{} {:02}:{:02};tax;{};240\n", absl::FormatCivilTime(day), half / 2,
                          half % 2 * 30, 3 + (half + day.day()) % 3 - 1);
    }
  }
  auto import = *metrics::HistoryImport::Begin(tables, {.zone = "Europe/Brussels"}, kStart);
  ASSERT_TRUE(import->Feed(text).ok());
  ASSERT_TRUE(import->Preview().ok());
  ASSERT_TRUE(import->Commit(false).ok());
}

class PlanningDayTest : public PlanningTest {
 protected:
  PlanningDayTest() : PlanningTest(folder().File("history.sqlite")) {}
  static Folder& folder() {
    static Folder kept;
    return kept;
  }
  static void SetUpTestSuite() { ImportPast(folder().File("history.sqlite")); }

  void SetUp() override {
    PlanningTest::SetUp();
    for (const char* name : {"carl", "dora"}) center_.AddAgent(name, "dutch");
  }
  // The week of Monday 2 March, in which it is 10 o'clock on Monday.
  void PublishWeek(const std::vector<std::string>& shifts) {
    const auto draft =
        Must<v1::Schedule>("ScheduleService.CreateSchedule",
                           R"({"schedule": {"startDate": "2026-03-02", "weeks": 1}})");
    Change(draft, 1, shifts);
    Publish(draft, 2);
  }
  void PublishFour() {
    std::vector<std::string> shifts;
    for (const char* name : {"anna", "bert", "carl", "dora"}) {
      shifts.push_back(DayShift(name, "2026-03-02", 9));
    }
    PublishWeek(shifts);
  }
  v1::DayOutlook Outlook() { return Must<v1::DayOutlook>("DayService.GetDayOutlook", "{}"); }
  // Of 14:00, when nobody has a break but lunch is over.
  static const v1::DayOutlook::Point& AtTwo(const v1::DayOutlook& outlook) {
    return outlook.groups(0).points(28);
  }
  v1::ProposeShiftOffersResponse Proposals(const std::string& json = "{}") {
    return Must<v1::ProposeShiftOffersResponse>("DayService.ProposeShiftOffers", json);
  }
  static std::string Offer(const std::string& kind, int from, int to, int needed,
                           const std::vector<std::string>& agents) {
    return fmt::format(R"({{"shiftOffer": {{"kind": "{}", "queues": ["queues/tax"],
        "startTime": "2026-03-02T{:02}:00:00+01:00", "endTime": "2026-03-02T{:02}:00:00+01:00",
        "expireTime": "2026-03-02T11:00:00+01:00", "needed": {},
        "agents": ["agents/{}"]}}}})",
                       kind, from, to, needed, fmt::join(agents, R"(", "agents/)"));
  }
  ShiftOffer MustOffer(const std::string& kind, int from, int to, int needed,
                       const std::vector<std::string>& agents) {
    return Must<ShiftOffer>("DayService.CreateShiftOffer", Offer(kind, from, to, needed, agents));
  }
  absl::StatusOr<ShiftOffer> Answer(const std::string& agent, bool accept,
                                    const std::string& name = "shiftOffers/1") {
    return center_.Call<ShiftOffer>("DayService.AnswerShiftOffer",
                                    fmt::format(R"({{"name": "{}", "accept": {}}})", name, accept),
                                    Desk(agent));
  }
  std::vector<v1::Shift> PublishedOf(const std::string& agent) {
    const auto list = center_.Must<v1::ListShiftsResponse>(
        "ScheduleService.ListShifts",
        R"({"agent": "agents/)" + agent + R"(", "startDate": "2026-03-02"})", Desk(agent));
    return {list.shifts().begin(), list.shifts().end()};
  }
};

TEST_F(PlanningDayTest, TheOutlookSaysWhatThePublishedPeopleGive) {
  const auto nobody = Outlook();
  EXPECT_EQ(nobody.schedule(), "");
  EXPECT_FALSE(AtTwo(nobody).has_service_level());
  PublishFour();
  const auto outlook = Outlook();
  EXPECT_EQ(outlook.schedule(), "schedules/1");
  ASSERT_THAT(outlook.groups(), SizeIs(1));
  EXPECT_THAT(outlook.groups(0).queues(), ElementsAre("queues/tax"));
  EXPECT_EQ(outlook.groups(0).agents(), 4);
  ASSERT_THAT(outlook.groups(0).points(), SizeIs(48));
  EXPECT_TRUE(outlook.groups(0).points(19).over());
  EXPECT_FALSE(outlook.groups(0).points(20).over());
  const auto& at = AtTwo(outlook);
  EXPECT_NEAR(at.contacts(), 3, 0.7);
  EXPECT_GE(at.required(), 1);
  EXPECT_LE(at.required(), 3);
  EXPECT_EQ(at.planned(), 4);
  EXPECT_GT(at.service_level(), at.target());
  EXPECT_NEAR(at.target(), 0.8, 1e-9);
  EXPECT_EQ(outlook.groups(0).points(4).required(), 0);  // at two in the night
}

TEST_F(PlanningDayTest, WithTooFewPeopleTheServiceLevelSaysSo) {
  PublishWeek({DayShift("anna", "2026-03-02", 9)});
  const auto& at = AtTwo(Outlook());
  EXPECT_EQ(at.planned(), 1);
  EXPECT_LT(at.service_level(), 1);
  const double alone = at.service_level();
  PublishFour();
  EXPECT_GT(AtTwo(Outlook()).service_level(), alone);
}

TEST_F(PlanningDayTest, TooManyPeopleAreOfferedTimeOffInFairOrder) {
  PublishFour();
  const int required = AtTwo(Outlook()).required();
  const auto proposals = Proposals();
  ASSERT_FALSE(proposals.proposals().empty());
  int most = 0;
  for (const auto& proposal : proposals.proposals()) {
    EXPECT_EQ(proposal.kind(), ShiftOffer::TIME_OFF);
    most += proposal.needed();
    ASSERT_THAT(proposal.candidates(), SizeIs(4));
    EXPECT_EQ(proposal.candidates(0).agent(), "agents/anna");
    EXPECT_EQ(proposal.end_time().seconds(), proposal.candidates(0).shift().end_time().seconds());
  }
  EXPECT_GE(most, 4 - required);
  // Whoever had some lately comes last.
  MustOffer("TIME_OFF", 14, 18, 1, {"anna"});
  ASSERT_TRUE(Answer("anna", true).ok());
  const auto later = Proposals(R"({"queue": "queues/tax", "kind": "TIME_OFF",
      "startTime": "2026-03-02T12:00:00+01:00", "endTime": "2026-03-02T14:00:00+01:00"})");
  ASSERT_THAT(later.proposals(), SizeIs(1));
  ASSERT_THAT(later.proposals(0).candidates(), SizeIs(1));  // the others would come twice
  EXPECT_EQ(later.proposals(0).candidates(0).agent(), "agents/anna");
  EXPECT_DOUBLE_EQ(later.proposals(0).candidates(0).hours_lately(), 3.5);
}

TEST_F(PlanningDayTest, FirstComeFirstServedAndTheScheduleChangesAtOnce) {
  PublishFour();
  const double before = AtTwo(Outlook()).planned();
  const auto offer = MustOffer("TIME_OFF", 13, 18, 1, {"anna", "bert"});
  EXPECT_EQ(offer.state(), ShiftOffer::OPEN);
  const auto seen =
      center_.Must<v1::ListShiftOffersResponse>("DayService.ListShiftOffers", "{}", Desk("bert"));
  ASSERT_THAT(seen.shift_offers(), SizeIs(1));
  EXPECT_THAT(seen.shift_offers(0).agents(), ElementsAre("agents/bert"));
  EXPECT_EQ(seen.shift_offers(0).becomes().end_time().seconds(), offer.start_time().seconds());
  EXPECT_EQ(Answer("carl", true).status().code(), StatusCode::kNotFound);
  const auto taken = Answer("bert", true);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_EQ(taken->state(), ShiftOffer::FILLED);
  EXPECT_EQ(Answer("anna", true).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Answer("bert", false).status().code(), StatusCode::kFailedPrecondition);
  const auto shifts = PublishedOf("bert");
  ASSERT_THAT(shifts, SizeIs(1));
  EXPECT_EQ(shifts[0].end_time().seconds(), offer.start_time().seconds());
  EXPECT_THAT(shifts[0].breaks(), SizeIs(1));  // lunch at one and what is later are gone
  EXPECT_EQ(AtTwo(Outlook()).planned(), before - 1);
  const auto changes =
      Must<v1::ListScheduleChangesResponse>("DayService.ListScheduleChanges", "{}");
  ASSERT_THAT(changes.schedule_changes(), SizeIs(1));
  const auto& change = changes.schedule_changes(0);
  EXPECT_EQ(change.reason(), "shiftOffers/1");
  EXPECT_EQ(change.user(), "users/bert");
  EXPECT_EQ(change.schedule(), "schedules/1");
  EXPECT_EQ(change.revision(), 4);
  EXPECT_EQ(
      Must<v1::Schedule>("ScheduleService.GetSchedule", R"({"name": "schedules/1"})").revision(),
      4);
}

TEST_F(PlanningDayTest, TheSameAnswerAgainIsCarriedOutOnce) {
  PublishFour();
  MustOffer("TIME_OFF", 14, 18, 2, {"anna", "bert"});
  const auto accept = [&] {
    return center_.Call<ShiftOffer>(
        "DayService.AnswerShiftOffer",
        R"({"name": "shiftOffers/1", "accept": true, "requestId": "once"})", Desk("anna"));
  };
  ASSERT_TRUE(accept().ok());
  const auto again = accept();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->accepted(), 1);
  EXPECT_EQ(again->state(), ShiftOffer::OPEN);
}

TEST_F(PlanningDayTest, AnOfferEndsByItselfAndByThePlanner) {
  PublishFour();
  MustOffer("TIME_OFF", 14, 18, 1, {"anna"});
  center_.shard().Advance(Duration::Hours(1));  // its deadline
  EXPECT_EQ(Answer("anna", true).status().code(), StatusCode::kFailedPrecondition);
  const auto listed = Must<v1::ListShiftOffersResponse>("DayService.ListShiftOffers", "{}");
  EXPECT_EQ(listed.shift_offers(0).state(), ShiftOffer::EXPIRED);
  EXPECT_THAT(PublishedOf("anna"), SizeIs(1));
  Refused<ShiftOffer>("DayService.CreateShiftOffer", Offer("TIME_OFF", 14, 18, 1, {"anna"}),
                      StatusCode::kInvalidArgument, "shiftOffer.expireTime");
}

TEST_F(PlanningDayTest, AnOfferIsWithdrawnAndADeclineMayBeTakenBack) {
  PublishFour();
  MustOffer("TIME_OFF", 14, 18, 2, {"anna", "bert"});
  ASSERT_TRUE(Answer("anna", false).ok());
  EXPECT_EQ(Answer("anna", true)->accepted(), 1);
  Must<ShiftOffer>("DayService.WithdrawShiftOffer", R"({"name": "shiftOffers/1"})");
  EXPECT_EQ(Answer("bert", true).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(PublishedOf("anna")[0].end_time().seconds(), kStart.millis() / 1000 + 4 * 3600);
}

TEST_F(PlanningDayTest, OvertimeKeepsTheLabourRules) {
  PublishWeek({DayShift("anna", "2026-03-02", 9), DayShift("carl", "2026-03-03", 7)});
  const auto asked = Proposals(R"({"queue": "queues/tax", "kind": "OVERTIME",
      "startTime": "2026-03-02T17:00:00+01:00", "endTime": "2026-03-02T22:00:00+01:00"})");
  ASSERT_THAT(asked.proposals(), SizeIs(1));
  // Bert and Dora are free; Anna would work for 13 hours, and Carl begins at seven tomorrow.
  const auto& proposal = asked.proposals(0);
  ASSERT_THAT(proposal.candidates(), SizeIs(2));
  EXPECT_EQ(proposal.candidates(0).agent(), "agents/bert");
  EXPECT_EQ(proposal.candidates(1).agent(), "agents/dora");
  ASSERT_THAT(proposal.refused(), SizeIs(2));
  EXPECT_THAT(proposal.refused(1).sentence(), HasSubstr("rests"));
  Refused<ShiftOffer>("DayService.CreateShiftOffer", Offer("OVERTIME", 17, 22, 1, {"bert", "carl"}),
                      StatusCode::kFailedPrecondition, "shiftOffer.agents[1]");
  MustOffer("OVERTIME", 17, 22, 1, {"bert"});
  const auto taken = Answer("bert", true);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_DOUBLE_EQ(taken->answers(0).hours(), 5);
  EXPECT_THAT(PublishedOf("bert"), SizeIs(1));
  EXPECT_THAT(PublishedOf("dora"), IsEmpty());
}

TEST_F(PlanningDayTest, BadOffersAreRefusedAtTheirField) {
  PublishFour();
  const std::string create = "DayService.CreateShiftOffer";
  Refused<ShiftOffer>(create, Offer("TIME_OFF", 9, 18, 1, {"anna"}), StatusCode::kInvalidArgument,
                      "shiftOffer.startTime");
  Refused<ShiftOffer>(create, Offer("TIME_OFF", 14, 13, 1, {"anna"}), StatusCode::kInvalidArgument,
                      "shiftOffer.endTime");
  Refused<ShiftOffer>(create, Offer("TIME_OFF", 14, 18, 0, {"anna"}), StatusCode::kInvalidArgument,
                      "shiftOffer.needed");
  Refused<ShiftOffer>(create, Offer("TIME_OFF", 14, 18, 1, {"anna", "anna"}),
                      StatusCode::kInvalidArgument, "shiftOffer.agents[1]");
  Refused<ShiftOffer>(create, Offer("TIME_OFF", 14, 18, 1, {"nobody"}), StatusCode::kNotFound,
                      "shiftOffer.agents[0]");
  // From the middle of a shift: they would have to come twice.
  Refused<ShiftOffer>(create, Offer("TIME_OFF", 13, 15, 1, {"anna"}),
                      StatusCode::kFailedPrecondition, "shiftOffer.agents[0]");
  EXPECT_EQ(center_.Call<ShiftOffer>(create, Offer("TIME_OFF", 14, 18, 1, {"anna"}), Desk("anna"))
                .status()
                .code(),
            StatusCode::kPermissionDenied);
}

TEST_F(PlanningDayTest, TheOutlookIsTheSameWhenNothingNewIsKnown) {
  const auto before = Outlook();
  center_.shard().Advance(Duration::Minutes(20));  // forecasts are made anew after a while
  const auto after = Outlook();
  EXPECT_EQ(AtTwo(before).contacts(), AtTwo(after).contacts());
  EXPECT_GT(after.update_time().seconds(), before.update_time().seconds());
}

}  // namespace
}  // namespace wissel::forecasting
