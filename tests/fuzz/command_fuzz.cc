// Command streams made of raw bytes: whatever is asked of the engine in whatever order, refusals
// change nothing, events obey every rule, and the state comes back from its journal. The bytes
// choose the center, the commands and the gaps between them; the inspector (tests/reference)
// judges.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "tests/reference/random_center.h"
#include "tests/reference/random_people.h"
#include "tests/simulation/simulation.h"

namespace wissel {
namespace {

using reference::ByteDice;
using simulation::Act;
using simulation::Performance;

constexpr int kMostSteps = 2000;

reference::Habits Unruly() {
  reference::Habits habits;
  habits.nonsense = 30;
  habits.configure = 6;
  habits.update = 8;
  habits.move = 8;
  habits.lease = 8;
  habits.crowd = 25;
  return habits;
}

[[noreturn]] void Stop(const reference::Inspector& inspector) {
  for (const std::string& line : inspector.Recent()) std::fprintf(stderr, "  %s\n", line.c_str());
  for (const std::string& fault : inspector.faults()) std::fprintf(stderr, "* %s\n", fault.c_str());
  std::abort();
}

Act NextAct(ByteDice& dice, const Performance& performance, Instant& now) {
  const uint32_t kind = dice.Below(64);
  if (kind != 0) now = now + Duration::Millis(dice.Chance(50) ? 0 : dice.Between(0, 60'000));
  if (kind == 0) return {.kind = Act::Kind::kCompareReplay, .at = now};
  if (kind == 1) return {.kind = Act::Kind::kSave, .at = now, .anew = dice.Chance(50)};
  if (kind == 2) {
    return {.kind = Act::Kind::kCrash, .at = now, .lost = dice.Below(8)};
  }
  return {.at = now, .command = {NextCommand(dice, performance.model(), Unruly()), {}}};
}

}  // namespace
}  // namespace wissel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wissel;
  ByteDice dice(std::span(data, size));
  reference::Subject subject{simulation::SmallOptions()};
  Performance performance(subject);
  reference::CenterSize center;
  center.skills = static_cast<int>(dice.Between(1, 3));
  center.queues = static_cast<int>(dice.Between(1, 4));
  center.agents = static_cast<int>(dice.Between(1, 5));
  Instant now = simulation::kMorning;
  reference::SetUpCenter(performance.inspector(), dice, center, now);
  performance.Do({.kind = Act::Kind::kSave, .at = now});
  for (int step = 0; step < kMostSteps && !dice.exhausted() && performance.ok(); ++step) {
    performance.Do(NextAct(dice, performance, now));
  }
  performance.Do({.kind = Act::Kind::kCompareReplay, .at = now});
  if (!performance.ok()) Stop(performance.inspector());
  return 0;
}
