// What `wissel journal` does: looks through a journal without changing it, in use or not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "router/core/event.h"
#include "router/journal/journal.h"

namespace wissel {

struct JournalReport {
  uint64_t batches = 0;
  uint64_t events = 0;
  uint64_t epochs = 0;  // in which something was written
  uint64_t payload_bytes = 0;
  std::optional<Instant> first_at;
  std::optional<Instant> last_at;
  JournalPosition end;
};

// `address` as in address.h.

// Every page, every row's place in the chain, every event's form and time. DATA_LOSS names the
// first sequence that is not good.
absl::StatusOr<JournalReport> VerifyJournal(const std::string& address);

// One line for each event of [from, to] (none: to the end): "sequence time sentence". Replays from
// the start, so that every name is the one of that moment.
absl::Status DumpJournal(const std::string& address, uint64_t from, std::optional<uint64_t> to,
                         std::ostream& out);

// Shows the events of every row after `position`, each row checked, and returns the end.
absl::StatusOr<JournalPosition> ReadEventsAfter(
    JournalReader& reader, const JournalPosition& position,
    const std::function<absl::Status(const JournalRow&, const std::vector<Event>&)>& visit);

}  // namespace wissel
