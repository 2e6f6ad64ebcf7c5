// From the journal to what other systems see: one table (publisher.cc) of every kind of event that
// the engine records, each published under its type or internal on purpose. A fold: fed with every
// event in order, it tells each as of its moment, and the same each time.
//
// Not thread-safe. No personal data: names of resources, times, words of the configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "integration/events/book.h"
#include "integration/events/vocabulary.h"
#include "router/core/event.h"
#include "wissel/v1/event.pb.h"

namespace wissel::events {

struct Published {
  uint64_t sequence = 0;  // in the journal; the id
  EventType type = EventType::kItemEntered;
  v1::CloudEvent event;
};
using PublishedPtr = std::shared_ptr<const Published>;

class Publisher {
 public:
  // `source` as in CloudEvent.
  Publisher(std::string source, Book book) : source_(std::move(source)), book_(std::move(book)) {}

  // Null for an internal event.
  PublishedPtr Publish(uint64_t sequence, const Event& event);
  // The same without telling it.
  void Pass(const Event& event);

  const Book& book() const { return book_; }

 private:
  std::string source_;
  Book book_;
};

// Under which type, or why under none. For tests and documentation.
struct Fate {
  std::optional<EventType> type;
  std::string_view internal_because;  // of one without a type
};
Fate FateOf(const Event& event);

}  // namespace wissel::events
