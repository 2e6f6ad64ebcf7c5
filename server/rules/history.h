// The versions of a center's rules, from its journal: read from the beginning when first asked for,
// and from where it stopped after that. Reads on a connection of its own, beside the writer.
//
// The first reading decodes every batch once, about a second for a million events; what is kept are
// the changes of configuration (router/core/rule_book.h). Not thread-safe: one worker.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "router/core/rule_book.h"
#include "router/journal/journal.h"

namespace wissel::rules {

class History {
 public:
  explicit History(std::unique_ptr<JournalReader> reader) : reader_(std::move(reader)) {}

  // Everything that is durable by now stands in the book afterwards.
  absl::Status CatchUp();
  const RuleBook& book() const { return book_; }

 private:
  const std::unique_ptr<JournalReader> reader_;
  JournalPosition position_;
  RuleBook book_;
};

}  // namespace wissel::rules
