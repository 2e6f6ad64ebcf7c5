// A calendar for other programs: iCalendar (RFC 5545), with the properties by which subscribed
// calendars know what is newer (UID, SEQUENCE, LAST-MODIFIED) and how often to look (RFC 7986).
//
// Pure; plain values. Not thread-safe: libical keeps state of its own.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace wissel::calendar {

struct Event {
  std::string uid;   // the same for as long as it is the same thing
  int sequence = 0;  // rises when it changes
  Instant modified;  // when it did last
  Instant start;
  Instant end;
  std::string summary;
  std::string description;  // lines
};

// `name`: what the calendar is called. Text in UTF-8, lines of at most 75 octets.
std::string WriteCalendar(const std::string& name, const std::vector<Event>& events);

}  // namespace wissel::calendar
