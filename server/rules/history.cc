#include "server/rules/history.h"

#include <vector>

#include "base/status.h"
#include "router/journal/inspect.h"

namespace wissel::rules {

absl::Status History::CatchUp() {
  const auto fold = [this](const JournalRow& row, const std::vector<Event>& events) {
    book_.Fold(events);
    position_ = {row.header.last_sequence, row.hash};
    return absl::OkStatus();
  };
  return ReadEventsAfter(*reader_, position_, fold).status();
}

}  // namespace wissel::rules
