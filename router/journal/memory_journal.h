// A journal in memory: for tests, and for servers that are to forget everything.
#pragma once

#include <memory>

#include "router/journal/journal.h"

namespace wissel {

// What outlives a journal that is closed and opened again: the disk of a memory journal.
// Thread-safe.
class MemoryJournalStore;
std::shared_ptr<MemoryJournalStore> MakeMemoryJournalStore();

// FAILED_PRECONDITION while another journal has the store open to write.
absl::StatusOr<std::unique_ptr<Journal>> OpenMemoryJournal(
    std::shared_ptr<MemoryJournalStore> store);

}  // namespace wissel
