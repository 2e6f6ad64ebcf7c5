// The calendars of Belgium and the Netherlands, computed: no table that runs out.
//
// Belgium: the ten national holidays; the days of the communities and of Brussels, on which the
// services of each are closed; school holidays of the Flemish community, which follow from a rule.
// The Netherlands: the public holidays; Liberation Day is one every fifth year. School holidays
// that are decided year by year (the French community since 2022, the Dutch regions) are not
// computed: they come in as a regressor.
//
// Bridges are the open days between a holiday and a weekend. Pure, safe from any thread.
#pragma once

#include <cstdint>

#include "forecasting/core/volumes/series.h"
#include "forecasting/core/volumes/special_days.h"

namespace wissel::volumes {

// Of the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8).
Date EasterSunday(int year);

enum class Community : uint8_t { kNone, kFlemish, kFrench, kGermanSpeaking, kBrussels };

// Holidays, eves (24 and 31 December) and bridges from the first of January of `from` to the last
// of December of `to`; with a community its own day.
SpecialDays BelgianDays(int from, int to, Community community);
SpecialDays DutchDays(int from, int to);

// Autumn, Christmas, carnival, Easter and summer of Flemish schools, weekends in between included.
bool IsFlemishSchoolHoliday(Date day);

// 1 on such a day, 0 on others, from the first to the last.
Regressor FlemishSchoolHolidays(Date first, Date last);

}  // namespace wissel::volumes
