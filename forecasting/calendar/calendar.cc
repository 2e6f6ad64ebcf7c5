#include "forecasting/calendar/calendar.h"

#include <libical/ical.h>

#include <ctime>

#include <memory>

namespace wissel::calendar {
namespace {

constexpr int kRefreshMinutes = 15;

struct FreeComponent {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
struct FreeText {
  void operator()(char* text) const { icalmemory_free_buffer(text); }
};

icaltimetype TimeOf(Instant t) {
  return icaltime_from_timet_with_zone(static_cast<time_t>(t.millis() / 1000), 0,
                                       icaltimezone_get_utc_timezone());
}

// The component has it from then on.
icalcomponent* EventOf(const Event& event) {
  icalcomponent* const out = icalcomponent_new(ICAL_VEVENT_COMPONENT);
  const auto add = [&](icalproperty* property) { icalcomponent_add_property(out, property); };
  add(icalproperty_new_uid(event.uid.c_str()));
  add(icalproperty_new_dtstamp(TimeOf(event.modified)));
  add(icalproperty_new_lastmodified(TimeOf(event.modified)));
  add(icalproperty_new_sequence(event.sequence));
  add(icalproperty_new_dtstart(TimeOf(event.start)));
  add(icalproperty_new_dtend(TimeOf(event.end)));
  add(icalproperty_new_summary(event.summary.c_str()));
  if (!event.description.empty()) {
    add(icalproperty_new_description(event.description.c_str()));
  }
  add(icalproperty_new_status(ICAL_STATUS_CONFIRMED));
  add(icalproperty_new_transp(ICAL_TRANSP_OPAQUE));
  return out;
}

}  // namespace

std::string WriteCalendar(const std::string& name, const std::vector<Event>& events) {
  const std::unique_ptr<icalcomponent, FreeComponent> calendar(
      icalcomponent_new(ICAL_VCALENDAR_COMPONENT));
  const auto add = [&](icalproperty* property) {
    icalcomponent_add_property(calendar.get(), property);
  };
  add(icalproperty_new_version("2.0"));
  add(icalproperty_new_prodid("-//Wissel//Shifts//EN"));
  add(icalproperty_new_method(ICAL_METHOD_PUBLISH));
  add(icalproperty_new_name(name.c_str()));
  // What programs read that are older than NAME.
  icalproperty* const old_name = icalproperty_new_x(name.c_str());
  icalproperty_set_x_name(old_name, "X-WR-CALNAME");
  add(old_name);
  icalproperty* const refresh =
      icalproperty_new_refreshinterval(icaldurationtype_from_int(kRefreshMinutes * 60));
  icalproperty_set_parameter(refresh, icalparameter_new_value(ICAL_VALUE_DURATION));
  add(refresh);
  for (const Event& event : events) icalcomponent_add_component(calendar.get(), EventOf(event));
  const std::unique_ptr<char, FreeText> text(icalcomponent_as_ical_string_r(calendar.get()));
  return text == nullptr ? std::string() : std::string(text.get());
}

}  // namespace wissel::calendar
