// A shard on which rules are tried out: it decides on a copy of a center at one moment of the past,
// writes nothing down, and remembers what was granted and changed something.
//
// Thread-safe; whoever comes while another thread is at work leaves the work to that thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "router/service/shard.h"

namespace wissel::whatif {

class Rehearsal : public Shard {
 public:
  Rehearsal(Engine engine, Instant moment);

  void Submit(Command command, Done done) override;
  bool Read(std::function<void(const Engine&)> read) override;
  void AddObserver(Observer) override {}
  std::shared_ptr<const Directory> directory() const override;
  uint64_t last_sequence() const override { return 0; }
  Instant now() const override { return moment_; }

  // When nothing is under way any more.
  const Engine& engine() const { return engine_; }
  const std::vector<CommandBody>& changes() const { return changes_; }

 private:
  void Run(std::function<void()> task);
  void Decide(const Command& command, const Done& done);

  Engine engine_;
  const Instant moment_;
  std::vector<CommandBody> changes_;
  mutable std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  bool running_ = false;
  std::shared_ptr<const Directory> directory_;
};

// Whether the center is already what the command would make it.
bool IsAlready(const Engine& engine, const CommandBody& command);

}  // namespace wissel::whatif
