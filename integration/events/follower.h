// Reads a journal on from some place and tells what is published. Every follower that has read up
// to the same place knows the same (book.h), wherever it began.
//
// Not thread-safe; the journal's reader belongs to the thread that calls.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/statusor.h"
#include "integration/events/publisher.h"
#include "router/journal/journal.h"
#include "router/service/snapshots.h"

namespace wissel::events {

class Follower {
 public:
  // `publisher` knows what had happened at `position`.
  Follower(Publisher publisher, const JournalPosition& position)
      : publisher_(std::move(publisher)), position_(position) {}

  // At some place at or before `sequence`: at the newest snapshot that is whole, or at the
  // beginning. `snapshots` may be null.
  static Follower From(const std::string& source, const SnapshotStore* snapshots,
                       uint64_t sequence);

  // Reads at most so many rows on and appends what is published of events after `after`. False: the
  // journal ends here. DATA_LOSS as of the journal.
  absl::StatusOr<bool> ReadOn(JournalReader& journal, size_t most_rows, uint64_t after,
                              std::deque<PublishedPtr>& found);

  // Everything up to here has been read.
  uint64_t sequence() const { return position_.sequence; }
  const Book& book() const { return publisher_.book(); }

 private:
  Publisher publisher_;
  JournalPosition position_;
};

}  // namespace wissel::events
