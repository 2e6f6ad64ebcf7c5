#include "tests/simulation/shrink.h"

#include <algorithm>

#include "tests/reference/inspector.h"

namespace wissel::simulation {
namespace {

using reference::Inspector;
using reference::SeededDice;
using reference::Subject;

constexpr size_t kMostRuns = 800;

class Shrinker {
 public:
  Shrinker(const SimulationOptions& options, std::vector<Act> script)
      : options_(options), script_(std::move(script)) {}

  Shrunk Run() {
    Shrunk shrunk;
    shrunk.fails = Fails(script_, nullptr);
    if (!shrunk.fails) return shrunk;
    for (size_t chunk = script_.size() / 2; chunk >= 1 && runs_ < kMostRuns; chunk /= 2) {
      DropChunks(chunk);
    }
    Fails(script_, &shrunk);
    shrunk.acts = script_.size();
    return shrunk;
  }

 private:
  void DropChunks(size_t chunk) {
    for (size_t from = 0; from < script_.size() && runs_ < kMostRuns;) {
      std::vector<Act> shorter(script_.begin(), script_.begin() + static_cast<long>(from));
      const size_t to = std::min(from + chunk, script_.size());
      shorter.insert(shorter.end(), script_.begin() + static_cast<long>(to), script_.end());
      if (Fails(shorter, nullptr)) {
        script_ = std::move(shorter);
      } else {
        from += chunk;
      }
    }
  }

  bool Fails(const std::vector<Act>& script, Shrunk* shrunk) {
    ++runs_;
    Subject subject{SmallOptions()};
    Performance performance(subject);
    Inspector& inspector = performance.inspector();
    SeededDice dice(options_.seed);
    reference::SetUpCenter(inspector, dice, options_.size, kMorning);
    performance.Do({.kind = Act::Kind::kSave, .at = kMorning});
    for (const Act& act : script) performance.Do(act);
    if (shrunk == nullptr) return !inspector.ok();
    shrunk->faults = inspector.faults();
    shrunk->events = inspector.Recent();
    return !inspector.ok();
  }

  SimulationOptions options_;
  std::vector<Act> script_;
  size_t runs_ = 0;
};

}  // namespace

Shrunk Shrink(const SimulationOptions& options, const SimulationResult& result) {
  if (result.script.empty()) return {};
  return Shrinker(options, result.script).Run();
}

}  // namespace wissel::simulation
