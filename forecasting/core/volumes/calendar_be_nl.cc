#include "forecasting/core/volumes/calendar_be_nl.h"

namespace wissel::volumes {
namespace {

constexpr int kAscension = 39;  // days after Easter Sunday
constexpr int kWhitSunday = 49;
constexpr int kWeek = 7;

void Add(SpecialDays& days, Date day, const char* name, DayKind kind = DayKind::kHoliday) {
  days.try_emplace(day, SpecialDay{name, kind});
}

// The Friday after a Thursday, the Monday before a Tuesday.
void AddBridges(SpecialDays& days) {
  SpecialDays bridges;
  for (const auto& [day, special] : days) {
    if (special.kind != DayKind::kHoliday) continue;
    if (day.weekday() == Weekday::kThursday) {
      Add(bridges, day + 1, "Bridge", DayKind::kBridge);
    } else if (day.weekday() == Weekday::kTuesday) {
      Add(bridges, day - 1, "Bridge", DayKind::kBridge);
    }
  }
  for (const auto& [day, bridge] : bridges) days.try_emplace(day, bridge);
}

void AddEves(SpecialDays& days, int year) {
  Add(days, Date::Of(year, 12, 24), "Christmas Eve", DayKind::kEve);
  Add(days, Date::Of(year, 12, 31), "New Year's Eve", DayKind::kEve);
}

Date MondayOf(Date day) { return day - static_cast<int>(day.weekday()); }

// The Monday of the week of `day`; the one after it where `day` falls on such a late weekday.
Date MondayAround(Date day, Weekday late) {
  return day.weekday() >= late ? MondayOf(day) + kWeek : MondayOf(day);
}

bool Within(Date day, Date first, int days) { return first <= day && day < first + days; }

// The first Monday of April; the Monday after Easter where that falls in March, the second Monday
// before it where it falls after the 15th of April.
Date FlemishEasterHolidays(int year) {
  const Date easter = EasterSunday(year);
  if (easter.month() == 3) return easter + 1;
  if (easter > Date::Of(year, 4, 15)) return MondayOf(easter) - kWeek;
  const Date first = Date::Of(year, 4, 1);
  return first.weekday() == Weekday::kMonday ? first : MondayOf(first) + kWeek;
}

}  // namespace

Date EasterSunday(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return Date::Of(year, n / 31, n % 31 + 1);
}

SpecialDays BelgianDays(int from, int to, Community community) {
  SpecialDays days;
  for (int year = from; year <= to; ++year) {
    const Date easter = EasterSunday(year);
    Add(days, Date::Of(year, 1, 1), "New Year's Day");
    Add(days, easter + 1, "Easter Monday");
    Add(days, Date::Of(year, 5, 1), "Labour Day");
    Add(days, easter + kAscension, "Ascension Day");
    Add(days, easter + kWhitSunday + 1, "Whit Monday");
    Add(days, Date::Of(year, 7, 21), "National Day");
    Add(days, Date::Of(year, 8, 15), "Assumption");
    Add(days, Date::Of(year, 11, 1), "All Saints' Day");
    Add(days, Date::Of(year, 11, 11), "Armistice Day");
    Add(days, Date::Of(year, 12, 25), "Christmas Day");
    AddEves(days, year);
  }
  AddBridges(days);
  for (int year = from; year <= to; ++year) {
    switch (community) {
      case Community::kNone:
        break;
      case Community::kFlemish:
        Add(days, Date::Of(year, 7, 11), "Day of the Flemish Community", DayKind::kOther);
        break;
      case Community::kFrench:
        Add(days, Date::Of(year, 9, 27), "Day of the French Community", DayKind::kOther);
        break;
      case Community::kGermanSpeaking:
        Add(days, Date::Of(year, 11, 15), "Day of the German-speaking Community", DayKind::kOther);
        break;
      case Community::kBrussels:
        Add(days, Date::Of(year, 5, 8), "Iris Day", DayKind::kOther);
        break;
    }
  }
  return days;
}

SpecialDays DutchDays(int from, int to) {
  SpecialDays days;
  for (int year = from; year <= to; ++year) {
    const Date easter = EasterSunday(year);
    Add(days, Date::Of(year, 1, 1), "New Year's Day");
    Add(days, easter - 2, "Good Friday", DayKind::kOther);
    Add(days, easter, "Easter Sunday");
    Add(days, easter + 1, "Easter Monday");
    const Date birthday = Date::Of(year, 4, 27);
    Add(days, birthday.weekday() == Weekday::kSunday ? birthday - 1 : birthday, "King's Day");
    Add(days, Date::Of(year, 5, 5), "Liberation Day",
        year % 5 == 0 ? DayKind::kHoliday : DayKind::kOther);
    Add(days, easter + kAscension, "Ascension Day");
    Add(days, easter + kWhitSunday, "Whit Sunday");
    Add(days, easter + kWhitSunday + 1, "Whit Monday");
    Add(days, Date::Of(year, 12, 25), "Christmas Day");
    Add(days, Date::Of(year, 12, 26), "Second Day of Christmas");
    AddEves(days, year);
  }
  AddBridges(days);
  return days;
}

bool IsFlemishSchoolHoliday(Date day) {
  constexpr int kOneWeek = 7;
  constexpr int kTwoWeeks = 14;
  const int year = day.year();
  if (day.month() == 7 || day.month() == 8) return true;
  // All Saints' Day on a Sunday: the week after it.
  if (Within(day, MondayAround(Date::Of(year, 11, 1), Weekday::kSunday), kOneWeek)) return true;
  for (const int christmas : {year - 1, year}) {
    const Date first = MondayAround(Date::Of(christmas, 12, 25), Weekday::kSaturday);
    if (Within(day, first, kTwoWeeks)) return true;
  }
  const Date ash_week = EasterSunday(year) + 1 - 7 * kWeek;
  if (Within(day, ash_week, kOneWeek)) return true;
  return Within(day, FlemishEasterHolidays(year), kTwoWeeks);
}

Regressor FlemishSchoolHolidays(Date first, Date last) {
  Regressor regressor{"school_holidays", {}};
  for (Date day = first; day <= last; day = day + 1) {
    regressor.values[day] = IsFlemishSchoolHoliday(day) ? 1 : 0;
  }
  return regressor;
}

}  // namespace wissel::volumes
