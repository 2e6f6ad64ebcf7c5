// How much depends on a method when not all can be answered: the one table of it, for both doors.
//
// Who may call: the doors and tests. Threads: a free function without state.
#pragma once

#include <cstdint>
#include <string_view>

namespace wissel::gateway {

// The lowest is refused first. The idea is that of "criticality" in Google's Site Reliability
// Engineering, chapter 21, "Handling Overload"; the classes are a contact center's.
enum class Criticality : uint8_t {
  // Contacts that somebody has in hand, agents' presence, hang-ups, and the levers with which
  // people
  // relieve a center. Never refused by admission: to refuse them is to lose what was promised.
  kHeld = 1,
  // Somebody waits for it: a contact that wants in, a sign-in, a page for a customer.
  kWaiting = 2,
  // Looking, reporting, planning: it can be done later.
  kViewing = 3,
};

// `method`: "wissel.v1.WorkService.CreateWorkItem". What the table does not name is kWaiting.
Criticality CriticalityOf(std::string_view method);

// Whether the table names it, itself or by its service; for the test that all are named.
bool HasCriticality(std::string_view method);

}  // namespace wissel::gateway
