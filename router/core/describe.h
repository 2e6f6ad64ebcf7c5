// Each event in one plain sentence of the field: the same in scenarios, the audit trail, the log
// and on screen. Names come from the directory as it stands after the event.
#pragma once

#include <string>

#include "router/core/directory.h"
#include "router/core/event.h"

namespace wissel {

// For example "workItems/7 is offered to agents/anna until 09:00:20.000 (offers/3)". Times are UTC.
std::string Describe(const Event& event, const Directory& directory);

const char* NameOf(PartnerDeviation reason);
// "partners/callco"; none: "the house".
std::string PartnerName(const std::optional<PartnerId>& partner, const Directory& directory);
// Credit or what is due, of which so many parts make one decision: "-1.250".
std::string InDecisions(int64_t parts, int32_t weight);
const char* NameOf(OverflowCause cause);  // "it is closed", "too many wait", ...

// "2026-11-21T09:00:20.000Z"
std::string FormatInstant(Instant t);
// "1 h 2 min 3.5 s"
std::string FormatDuration(Duration d);

}  // namespace wissel
