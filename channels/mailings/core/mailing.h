// A mailing as a whole: which of its states leads to which, and what may be changed in it when.
// Pure; thread-safe. Refusals are FAILED_PRECONDITION on the field at fault.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "channels/mailings/core/notice_text.h"
#include "channels/mailings/core/recipient.h"

namespace wissel::mailings {

// The same numbers as wissel.v1.Mailing.State.
enum class Phase : uint8_t { kDraft = 1, kRunning = 2, kPaused = 3, kStopped = 4, kFinished = 5 };
constexpr bool IsOver(Phase phase) { return phase >= Phase::kStopped; }

struct Mailing {
  int64_t number = 0;  // of its row
  std::string id;      // last part of its name
  std::string display_name;
  std::string sender;  // normalised
  std::vector<std::string> fields;
  std::vector<NoticeText> texts;
  int rate = 60;  // mails a minute
  Phase phase = Phase::kDraft;
  Instant created;
  std::optional<Instant> started;
  std::optional<Instant> ended;

  bool operator==(const Mailing&) const = default;
};

using Counts = std::map<RecipientState, int64_t>;
int64_t Total(const Counts& counts);
// Those without an outcome.
int64_t Remaining(const Counts& counts);

// The mailing after each deed. Repeated, it changes nothing.
absl::StatusOr<Mailing> Started(const Mailing& mailing, const Counts& counts, Instant now);
absl::StatusOr<Mailing> Paused(const Mailing& mailing);
absl::StatusOr<Mailing> Stopped(const Mailing& mailing, Instant now);
// None: somebody has no outcome yet, or it does not run.
std::optional<Mailing> Finished(const Mailing& mailing, const Counts& counts, Instant now);

absl::Status MayAdd(const Mailing& mailing);
// Whether `before` may become `after`, by what they say of themselves.
absl::Status MayChange(const Mailing& before, const Mailing& after, const Counts& counts);

}  // namespace wissel::mailings
