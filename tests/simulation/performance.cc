#include "tests/simulation/performance.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

namespace wissel::simulation {

void Performance::Do(const Act& act) {
  if (!ok()) return;
  if (act.kind != Act::Kind::kCrash) inspector_.AdvanceTo(act.at);
  if (!ok()) return;
  switch (act.kind) {
    case Act::Kind::kCommand:
      Ask(act.command, act.at);
      break;
    case Act::Kind::kCrash:
      Crash(act.lost, act.at);
      break;
    case Act::Kind::kSave:
      Save(act.anew);
      break;
    case Act::Kind::kCompareReplay:
      inspector_.CompareReplay();
      break;
  }
  KeepJournal();
}

void Performance::Ask(const Command& command, Instant at) {
  const auto outcome = inspector_.Decide(command, at);
  if (command.request && outcome.ok() && ok()) AskAgain(command, *outcome, at);
}

// The same request is answered as the first time; another one under its key is refused.
void Performance::AskAgain(const Command& command, const Outcome& first, Instant at) {
  const auto again = inspector_.Decide(command, at);
  if (!ok()) return;
  if (!again.ok() || !again->repeated || again->subject != first.subject) {
    inspector_.Fault("a repeated request is not answered as the first one was");
  }
  Command other = command;
  ++other.request->fingerprint;
  const auto refused = inspector_.Decide(other, at);
  if (ok() && refused.status().code() != absl::StatusCode::kInvalidArgument) {
    inspector_.Fault("another request under a used key: " + refused.status().ToString());
  }
}

void Performance::KeepJournal() {
  for (auto& batch : inspector_.TakeBatches()) journal_.push_back(std::move(batch));
}

void Performance::Save(bool anew) {
  inspector_.CompareRestored();
  if (!ok()) return;
  inspector_.TakeBatches();
  journal_.clear();
  saved_ = subject_.Save();
  model_at_save_ = inspector_.model();
  if (!anew) return;
  inspector_.Recover(saved_, model_at_save_, {});
  inspector_.Note("RESTART from the saved state");
}

// Nobody had been told of what was lost.
void Performance::Crash(size_t lost, Instant at) {
  lost = std::min(lost, journal_.size());
  journal_.resize(journal_.size() - lost);
  inspector_.Recover(saved_, model_at_save_, journal_);
  inspector_.Note(fmt::format("CRASH: {} batches had not been synced", lost));
  inspector_.WakeLate(at);
}

}  // namespace wissel::simulation
