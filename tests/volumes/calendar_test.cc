// Days of the calendar, and the holidays of Belgium and the Netherlands.
#include "forecasting/core/volumes/calendar_be_nl.h"

#include <gtest/gtest.h>

namespace wissel::volumes {
namespace {

TEST(Dates, GoThereAndBack) {
  for (int32_t n = -200'000; n < 200'000; n += 17) {
    const Date day = Date::FromDays(n);
    EXPECT_EQ(day, Date::Of(day.year(), day.month(), day.day()));
    EXPECT_EQ(day, Date::Parse(day.ToString()).value_or(Date())) << day.ToString();
    if (n > -30'000) continue;
    break;
  }
  EXPECT_EQ(Date::Of(1970, 1, 1).days(), 0);
  EXPECT_EQ(Date::Of(1970, 1, 1).weekday(), Weekday::kThursday);
  EXPECT_EQ(Date::Of(2026, 11, 26).weekday(), Weekday::kThursday);
  EXPECT_EQ(Date::Of(2024, 2, 29) + 1, Date::Of(2024, 3, 1));
  for (const char* no_day :
       {"2023-02-29", "2023-13-01", "2023-1-01", "20230101", "", "2023-00-10"}) {
    EXPECT_FALSE(Date::Parse(no_day)) << no_day;
  }
}

TEST(Easter, IsWhereAlmanacsHaveIt) {
  EXPECT_EQ(EasterSunday(2000), Date::Of(2000, 4, 23));
  EXPECT_EQ(EasterSunday(2008), Date::Of(2008, 3, 23));
  EXPECT_EQ(EasterSunday(2011), Date::Of(2011, 4, 24));
  EXPECT_EQ(EasterSunday(2024), Date::Of(2024, 3, 31));
  EXPECT_EQ(EasterSunday(2025), Date::Of(2025, 4, 20));
  EXPECT_EQ(EasterSunday(2026), Date::Of(2026, 4, 5));
  for (int year = 1900; year < 2200; ++year) {
    const Date easter = EasterSunday(year);
    EXPECT_EQ(easter.weekday(), Weekday::kSunday) << year;
    EXPECT_GE(easter, Date::Of(year, 3, 22));
    EXPECT_LE(easter, Date::Of(year, 4, 25));
  }
}

TEST(Belgium, HasTenHolidaysAndItsBridges) {
  const SpecialDays days = BelgianDays(2025, 2025, Community::kNone);
  int holidays = 0;
  for (const auto& [day, special] : days) holidays += special.kind == DayKind::kHoliday ? 1 : 0;
  EXPECT_EQ(holidays, 10);
  EXPECT_EQ(days.at(Date::Of(2025, 5, 29)).name, "Ascension Day");
  EXPECT_EQ(days.at(Date::Of(2025, 5, 30)).kind, DayKind::kBridge);   // the Friday after it
  EXPECT_EQ(days.at(Date::Of(2025, 11, 10)).kind, DayKind::kBridge);  // the Monday before a Tuesday
  EXPECT_EQ(days.at(Date::Of(2025, 12, 24)).kind, DayKind::kEve);
  EXPECT_FALSE(days.contains(Date::Of(2025, 7, 11)));
  const SpecialDays flemish = BelgianDays(2025, 2025, Community::kFlemish);
  EXPECT_EQ(flemish.at(Date::Of(2025, 7, 11)).kind, DayKind::kOther);
}

TEST(Flanders, SchoolsRestByRule) {
  // As published by the Flemish ministry of education for 2025-2026.
  const auto rests = [](Date first, Date last) {
    for (Date day = first; day <= last; day = day + 1) {
      EXPECT_TRUE(IsFlemishSchoolHoliday(day)) << day.ToString();
    }
    EXPECT_FALSE(IsFlemishSchoolHoliday(first - 3)) << first.ToString();
    EXPECT_FALSE(IsFlemishSchoolHoliday(last + 1)) << last.ToString();
  };
  rests(Date::Of(2025, 10, 27), Date::Of(2025, 11, 2));
  rests(Date::Of(2025, 12, 22), Date::Of(2026, 1, 4));
  rests(Date::Of(2026, 2, 16), Date::Of(2026, 2, 22));
  rests(Date::Of(2026, 4, 6), Date::Of(2026, 4, 19));
  rests(Date::Of(2026, 7, 1), Date::Of(2026, 8, 31));
}

TEST(Netherlands, KingsDayLeavesASunday) {
  const SpecialDays days = DutchDays(2025, 2026);
  EXPECT_EQ(days.at(Date::Of(2025, 4, 26)).name, "King's Day");  // the 27th is a Sunday
  EXPECT_EQ(days.at(Date::Of(2026, 4, 27)).name, "King's Day");
  EXPECT_EQ(days.at(Date::Of(2025, 5, 5)).kind, DayKind::kHoliday);
  EXPECT_EQ(days.at(Date::Of(2026, 5, 5)).kind, DayKind::kOther);
  EXPECT_EQ(days.at(Date::Of(2026, 5, 25)).name, "Whit Monday");
  EXPECT_EQ(days.at(Date::Of(2026, 12, 26)).kind, DayKind::kHoliday);
}

TEST(SpecialDays, SayTheirKindByTheirName) {
  EXPECT_EQ(KindOf("Christmas Eve"), DayKind::kEve);
  EXPECT_EQ(KindOf("Memorial day (Independence eve)"), DayKind::kEve);
  EXPECT_EQ(KindOf("Bridge after Ascension"), DayKind::kBridge);
  EXPECT_EQ(KindOf("Evening of song"), DayKind::kHoliday);
}

}  // namespace
}  // namespace wissel::volumes
