// Opening hours become openings: in local time, over clock changes, holidays and midnight.
#include "router/service/hours.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/time.h"
#include "base/status.h"
#include "google/protobuf/util/json_util.h"

namespace wissel {
namespace {

v1::OpeningHours Hours(const std::string& json) {
  v1::OpeningHours hours;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &hours).ok()) << json;
  return hours;
}

Instant At(const std::string& rfc3339) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) << error;
  return Instant::FromMillis(absl::ToUnixMillis(time));
}

std::string InUtc(Instant t) {
  return absl::FormatTime("%Y-%m-%dT%H:%MZ", absl::FromUnixMillis(t.millis()), absl::UTCTimeZone());
}

// "2026-03-02T08:00Z/2026-03-02T16:00Z" each.
std::vector<std::string> Openings(const std::string& json, const std::string& from, int days) {
  const auto hours = ReadHours(Hours(json));
  EXPECT_TRUE(hours.ok()) << hours.status();
  std::vector<std::string> lines;
  for (const Opening& o : ExpandHours(*hours, "Europe/Brussels", At(from), days)) {
    lines.push_back(InUtc(o.from) + "/" + InUtc(o.to));
  }
  return lines;
}

using Lines = std::vector<std::string>;
constexpr const char* kOfficeHours = R"({"weekly": [{"days": ["monday", "tuesday", "wednesday",
    "thursday", "friday"], "ranges": [{"from": "09:00", "to": "17:00"}]}]})";

TEST(HoursTest, FollowTheClockChangeOfMarch) {
  // Friday in winter time, Monday in summer time.
  EXPECT_EQ(Openings(kOfficeHours, "2026-03-27T00:00:00Z", 4),
            (Lines{"2026-03-27T08:00Z/2026-03-27T16:00Z", "2026-03-30T07:00Z/2026-03-30T15:00Z"}));
}

TEST(HoursTest, FollowTheClockChangeOfOctober) {
  EXPECT_EQ(Openings(kOfficeHours, "2026-10-23T00:00:00Z", 4),
            (Lines{"2026-10-23T07:00Z/2026-10-23T15:00Z", "2026-10-26T08:00Z/2026-10-26T16:00Z"}));
}

TEST(HoursTest, ATimeThatDoesNotExistIsTheMomentOfTheChange) {
  // On 29 March 2026 the clocks in Brussels go from 02:00 to 03:00, at 01:00 UTC.
  EXPECT_EQ(Openings(R"({"weekly": [{"days": ["sunday"], "ranges": [
                         {"from": "01:00", "to": "02:30"}, {"from": "02:45", "to": "05:00"}]}]})",
                     "2026-03-28T12:00:00Z", 2),
            (Lines{"2026-03-29T00:00Z/2026-03-29T03:00Z"}));
  EXPECT_EQ(Openings(R"({"weekly": [{"days": ["sunday"], "ranges": [
                         {"from": "02:10", "to": "02:50"}]}]})",
                     "2026-03-28T12:00:00Z", 2),
            Lines{});
}

TEST(HoursTest, OfATimeThatComesTwiceTheOpeningTakesBoth) {
  // On 25 October 2026 the clocks go from 03:00 back to 02:00, at 01:00 UTC.
  EXPECT_EQ(Openings(R"({"weekly": [{"days": ["sunday"], "ranges": [
                         {"from": "02:15", "to": "02:30"}]}]})",
                     "2026-10-24T12:00:00Z", 2),
            (Lines{"2026-10-25T00:15Z/2026-10-25T01:30Z"}));
  EXPECT_EQ(Openings(R"({"weekly": [{"days": ["sunday"], "ranges": [
                         {"from": "00:00", "to": "24:00"}]}]})",
                     "2026-10-24T12:00:00Z", 2),
            (Lines{"2026-10-24T22:00Z/2026-10-25T23:00Z"}));
}

TEST(HoursTest, MidnightJoinsTwoDays) {
  EXPECT_EQ(Openings(R"({"weekly": [
                {"days": ["monday"], "ranges": [{"from": "20:00", "to": "24:00"}]},
                {"days": ["tuesday"], "ranges": [{"from": "00:00", "to": "06:00"},
                                                 {"from": "08:00", "to": "09:00"}]}]})",
                     "2026-03-02T00:00:00Z", 3),
            (Lines{"2026-03-02T19:00Z/2026-03-03T05:00Z", "2026-03-03T07:00Z/2026-03-03T08:00Z"}));
}

TEST(HoursTest, AnOpeningThatBeganYesterdayIsStillThere) {
  EXPECT_EQ(Openings(R"({"weekly": [
                {"days": ["monday"], "ranges": [{"from": "20:00", "to": "24:00"}]},
                {"days": ["tuesday"], "ranges": [{"from": "00:00", "to": "06:00"}]}]})",
                     "2026-03-03T02:00:00Z", 1),
            (Lines{"2026-03-02T19:00Z/2026-03-03T05:00Z"}));
  EXPECT_EQ(Openings(kOfficeHours, "2026-03-02T16:00:00Z", 1), Lines{});  // ends this moment
}

TEST(HoursTest, SpecialDaysReplaceTheWeek) {
  const std::string json = R"({"weekly": [{"days": ["friday", "saturday"],
      "ranges": [{"from": "09:00", "to": "17:00"}]}],
      "specialDays": [{"date": "2026-12-25", "displayName": "Christmas"},
                      {"date": "2026-12-27", "ranges": [{"from": "10:00", "to": "12:00"}]}]})";
  EXPECT_EQ(Openings(json, "2026-12-24T12:00:00Z", 4),
            (Lines{"2026-12-26T08:00Z/2026-12-26T16:00Z", "2026-12-27T09:00Z/2026-12-27T11:00Z"}));
}

TEST(HoursTest, TheQueuesOwnZoneGoesBeforeTheCenters) {
  EXPECT_EQ(Openings(R"({"timeZone": "America/New_York", "weekly": [{"days": ["monday"],
                         "ranges": [{"from": "09:00", "to": "17:00"}]}]})",
                     "2026-03-02T00:00:00Z", 2),
            (Lines{"2026-03-02T14:00Z/2026-03-02T22:00Z"}));
}

TEST(HoursTest, NoHoursAreNeverOpen) {
  EXPECT_EQ(Openings("{}", "2026-03-02T00:00:00Z", 28), Lines{});
}

TEST(HoursTest, ReachesFourWeeksAhead) {
  EXPECT_EQ(Openings(kOfficeHours, "2026-03-02T00:00:00Z", kOpeningDays).size(), 20u);
}

TEST(HoursTest, WhatIsWrittenIsReadBack) {
  const auto hours = Hours(R"({"timeZone": "Europe/Brussels",
      "weekly": [{"days": ["monday", "friday"], "ranges": [{"from": "08:30", "to": "12:00"},
                                                           {"from": "13:00", "to": "24:00"}]}],
      "specialDays": [{"date": "2026-12-25", "displayName": "Christmas"}]})");
  v1::OpeningHours written;
  WriteHours(*ReadHours(hours), &written);
  EXPECT_EQ(written.SerializeAsString(), hours.SerializeAsString());
}

TEST(HoursTest, RefusesWhatCannotBe) {
  const auto field = [](const std::string& json) {
    const auto status = ReadHours(Hours(json)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_NE(WhatWouldBeRight(status), "") << json;
    return FieldAtFault(status);
  };
  const auto monday = [](const std::string& ranges) {
    return R"({"weekly": [{"days": ["monday"], "ranges": [)" + ranges + "]}]}";
  };
  EXPECT_EQ(field(R"({"timeZone": "Europe/Brussel"})"), "timeZone");
  EXPECT_EQ(field(R"({"timeZone": "/etc/passwd"})"), "timeZone");
  EXPECT_EQ(field(R"({"weekly": [{"days": []}]})"), "weekly[0].days");
  EXPECT_EQ(field(R"({"weekly": [{"days": ["maandag"]}]})"), "weekly[0].days[0]");
  EXPECT_EQ(field(R"({"weekly": [{"days": ["monday"]}, {"days": ["sunday", "monday"]}]})"),
            "weekly[1].days[1]");
  EXPECT_EQ(field(monday(R"({"from": "9:00", "to": "17:00"})")), "weekly[0].ranges[0].from");
  EXPECT_EQ(field(monday(R"({"from": "09:00", "to": "24:01"})")), "weekly[0].ranges[0].to");
  EXPECT_EQ(field(monday(R"({"from": "09:60", "to": "24:00"})")), "weekly[0].ranges[0].from");
  EXPECT_EQ(field(monday(R"({"from": "17:00", "to": "09:00"})")), "weekly[0].ranges[0].to");
  EXPECT_EQ(field(monday(R"({"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"})")),
            "weekly[0].ranges[1].from");
  EXPECT_EQ(field(R"({"specialDays": [{"date": "2026-02-30"}]})"), "specialDays[0].date");
  EXPECT_EQ(field(R"({"specialDays": [{"date": "25-12-2026"}]})"), "specialDays[0].date");
  EXPECT_EQ(field(R"({"specialDays": [{"date": "2026-12-25"}, {"date": "2026-12-25"}]})"),
            "specialDays[1].date");
}

}  // namespace
}  // namespace wissel
