// What people say of a stretch of time: closed, a holiday, an outage, an event, or not to be
// learned from. A mark never changes a count; whoever reads a series gets its marks beside it.
//
// Belongs to the connection that it is made on. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "base/time.h"

namespace wissel::metrics {

enum class MarkKind : uint8_t {
  kClosed,   // nobody could come
  kHoliday,  // a special day
  kOutage,   // what was counted is not what came
  kEvent,    // a letter, snow, a measure: more or fewer came than otherwise
  kExclude,  // to be left out, for whatever reason
};
const char* NameOf(MarkKind kind);
std::optional<MarkKind> MarkKindNamed(std::string_view name);

// [start, end).
struct Mark {
  int64_t id = 0;
  std::string queue;  // empty: all
  MarkKind kind = MarkKind::kEvent;
  std::string label;  // at most 200 bytes, one line
  Instant start;
  Instant end;
};

class MarkTable {
 public:
  static absl::StatusOr<MarkTable> Prepare(sql::Connection& connection);

  // The same again is the one that is there. Its id.
  absl::StatusOr<int64_t> Add(const Mark& mark);
  // Of the queue, and of all queues, in [from, to), by start; `queue` empty: every mark.
  absl::StatusOr<std::vector<Mark>> List(const std::string& queue, Instant from, Instant to);
  // NOT_FOUND when there is none of this id.
  absl::Status Delete(int64_t id);

 private:
  sql::Statement add_, same_, list_, delete_;
};

}  // namespace wissel::metrics
