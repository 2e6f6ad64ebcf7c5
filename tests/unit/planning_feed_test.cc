// Calendars that agents subscribe to, read back by libical.
#include <libical/ical.h>

#include <memory>

#include "gmock/gmock.h"
#include "tests/unit/planning_testing.h"

namespace wissel::forecasting {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using wissel::testing::Desk;

struct ReadEvent {
  std::string uid, summary, description;
  int sequence = 0;
  int64_t start = 0, end = 0, modified = 0;
};

class PlanningFeedTest : public PlanningTest {
 protected:
  std::string NewToken(const std::string& language = "en") {
    const auto feed = center_.Must<v1::ShiftFeed>(
        "DayService.CreateShiftFeed", R"({"language": ")" + language + R"("})", Desk("anna"));
    const std::string path = feed.path();
    EXPECT_TRUE(path.starts_with("/shifts/") && path.ends_with(".ics")) << path;
    return path.substr(8, path.size() - 12);
  }
  absl::StatusOr<v1::Calendar> Calendar(const std::string& token) {
    return center_.Call<v1::Calendar>("DayService.GetShiftCalendar",
                                      R"({"token": ")" + token + R"("})", rpc::Caller());
  }
  std::vector<ReadEvent> Read(const std::string& token) {
    const auto calendar = Calendar(token);
    EXPECT_TRUE(calendar.ok()) << calendar.status();
    const std::unique_ptr<icalcomponent, decltype(&icalcomponent_free)> root(
        icalparser_parse_string(calendar->content().c_str()), &icalcomponent_free);
    EXPECT_NE(root, nullptr);
    EXPECT_EQ(icalcomponent_count_errors(root.get()), 0) << calendar->content();
    std::vector<ReadEvent> events;
    for (icalcomponent* at = icalcomponent_get_first_component(root.get(), ICAL_VEVENT_COMPONENT);
         at != nullptr; at = icalcomponent_get_next_component(root.get(), ICAL_VEVENT_COMPONENT)) {
      ReadEvent& event = events.emplace_back();
      event.uid = icalcomponent_get_uid(at);
      event.summary = icalcomponent_get_summary(at);
      const char* const description = icalcomponent_get_description(at);
      event.description = description == nullptr ? "" : description;
      event.sequence = icalcomponent_get_sequence(at);
      event.start = icaltime_as_timet(icalcomponent_get_dtstart(at));
      event.end = icaltime_as_timet(icalcomponent_get_dtend(at));
      event.modified = icaltime_as_timet(icalproperty_get_lastmodified(
          icalcomponent_get_first_property(at, ICAL_LASTMODIFIED_PROPERTY)));
    }
    return events;
  }
};

TEST_F(PlanningFeedTest, ShowsThePublishedShiftsWithTheirBreaks) {
  const std::string token = NewToken("nl");
  EXPECT_EQ(token.size(), 22u);  // 128 bits
  EXPECT_THAT(Read(token), IsEmpty());
  const v1::Schedule draft = Draft();
  Change(draft, 1, {DayShift("anna", "2026-03-09", 9), DayShift("bert", "2026-03-09", 9)});
  EXPECT_THAT(Read(token), IsEmpty());
  Publish(draft, 2);
  const auto events = Read(token);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].start, 1'773'043'200);  // 9 March, 08:00 UTC
  EXPECT_EQ(events[0].end - events[0].start, 510 * 60);
  EXPECT_EQ(events[0].summary, "Dienst · Test");
  EXPECT_EQ(events[0].description,
            "Pauzes: 11:00–11:15 (betaald), 13:00–13:30, 15:15–15:30 (betaald)");
  EXPECT_EQ(events[0].sequence, 0);
}

TEST_F(PlanningFeedTest, AShiftKeepsItsIdAndANewerOneCountsOn) {
  const std::string token = NewToken();
  const v1::Schedule first = Draft();
  Change(first, 1, {DayShift("anna", "2026-03-09", 9), DayShift("anna", "2026-03-10", 9)});
  Publish(first, 2);
  const auto before = Read(token);
  ASSERT_THAT(before, SizeIs(2));
  center_.shard().Advance(Duration::Minutes(10));
  // Another schedule of the same weeks, in which only the first day differs.
  const v1::Schedule second = Draft();
  Change(second, 1, {DayShift("anna", "2026-03-09", 11), DayShift("anna", "2026-03-10", 9)});
  Publish(second, 2);
  const auto after = Read(token);
  ASSERT_THAT(after, SizeIs(2));
  EXPECT_EQ(after[0].uid, before[0].uid);
  EXPECT_EQ(after[0].sequence, 1);
  EXPECT_EQ(after[0].modified - before[0].modified, 600);
  EXPECT_EQ(after[1].uid, before[1].uid);
  EXPECT_EQ(after[1].sequence, 0);
  EXPECT_EQ(after[1].modified, before[1].modified);
  EXPECT_EQ(Calendar(token)->content(), Calendar(token)->content());
}

TEST_F(PlanningFeedTest, OnlyTheNewestAddressIsGoodAndOnlyItsHashIsKept) {
  EXPECT_EQ(Calendar("AAAAAAAAAAAAAAAAAAAAAA").status().code(), StatusCode::kNotFound);
  const std::string old = NewToken();
  const std::string token = NewToken();
  EXPECT_EQ(Calendar(old).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(Calendar(token).ok());
  const auto kept = office_.OnStore([](PlanStore& store) -> absl::StatusOr<std::string> {
    std::string all;
    for (const char* kind : {"shiftFeeds", "shiftFeedTokens"}) {
      auto parts = store.Parts(kind, 0);
      if (!parts.ok()) return parts.status();
      for (const PlanRecord& record : *parts) all += record.part + record.bytes;
    }
    return all;
  });
  ASSERT_TRUE(kept.ok());
  EXPECT_THAT(*kept, HasSubstr("agents/anna"));
  EXPECT_THAT(*kept, Not(HasSubstr(token)));
  const auto shown = center_.Must<v1::ShiftFeed>("DayService.GetShiftFeed", "{}", Desk("anna"));
  EXPECT_EQ(shown.path(), "");
  center_.Must<google::protobuf::Empty>("DayService.DeleteShiftFeed", "{}", Desk("anna"));
  EXPECT_EQ(Calendar(token).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(
      center_.Call<v1::ShiftFeed>("DayService.GetShiftFeed", "{}", Desk("anna")).status().code(),
      StatusCode::kNotFound);
}

}  // namespace
}  // namespace wissel::forecasting
