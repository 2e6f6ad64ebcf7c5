// Carries out a list of acts (commands, crashes, restarts) on a subject under inspection: the same
// acts, whether a simulation makes them up or a shrinker leaves some of them out.
#pragma once

#include <memory>
#include <vector>

#include "tests/reference/inspector.h"

namespace wissel::simulation {

struct Act {
  enum class Kind {
    kCommand,
    // The process dies and starts again; the last `lost` batches had not reached the disk.
    kCrash,
    // All is saved; on it goes, or, if `anew`, in a new process that reads what was saved.
    kSave,
    kCompareReplay,
  };
  Kind kind = Kind::kCommand;
  Instant at;
  Command command;
  size_t lost = 0;
  bool anew = false;
};

class Performance {
 public:
  explicit Performance(reference::Subject& subject) : subject_(subject), inspector_(subject) {}

  void Do(const Act& act);
  reference::Inspector& inspector() { return inspector_; }
  const reference::Model& model() const { return inspector_.model(); }
  bool ok() const { return inspector_.ok(); }
  // Batches that a crash could lose.
  size_t unsaved() const { return journal_.size(); }

 private:
  void Ask(const Command& command, Instant at);
  void AskAgain(const Command& command, const Outcome& first, Instant at);
  void Save(bool anew);
  void Crash(size_t lost, Instant at);
  void KeepJournal();

  reference::Subject& subject_;
  reference::Inspector inspector_;
  SavedState saved_;
  reference::Model model_at_save_;
  std::vector<std::vector<Event>> journal_;  // since then
};

}  // namespace wissel::simulation
