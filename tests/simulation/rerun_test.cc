// What was recorded comes again. Worlds with everything in them (tests/simulation) are recorded,
// read, and run again under the same rules: the same events, byte for byte, at the same instants.
#include <memory>
#include <string>
#include <vector>

#include "forecasting/core/recorder.h"
#include "forecasting/core/rerun.h"
#include "gtest/gtest.h"
#include "router/core/describe.h"
#include "router/journal/codec.h"
#include "tests/simulation/journaling_subject.h"
#include "tests/simulation/simulation.h"

namespace wissel::simulation {
namespace {

using forecasting::Recording;
using forecasting::Rerun;
using forecasting::WhatIf;
using Journal = std::vector<JournalingSubject::Batch>;

std::string Bytes(const Event& event) {
  std::string bytes;
  AppendEvent(bytes, event);
  return bytes;
}

// Empty when the events of `journal` from `first` on and of the re-run are the same.
std::string FirstDifference(const Journal& journal, size_t first, const Recording& recording) {
  auto rerun = Rerun::Make(recording, WhatIf());
  if (!rerun.ok()) return rerun.status().ToString();
  std::vector<Event> events;
  const absl::Status begun = rerun->Begin([&](const Event& event) { events.push_back(event); });
  if (!begun.ok()) return begun.ToString();
  rerun->RunUntil(recording.until);
  size_t i = 0;
  for (size_t batch = first; batch < journal.size(); ++batch) {
    for (const Event& event : journal[batch].events) {
      const std::string recorded =
          FormatInstant(event.at) + " " + Describe(event, rerun->engine().directory());
      if (i == events.size()) return "missing: " + recorded;
      if (Bytes(event) != Bytes(events[i])) {
        return "batch " + std::to_string(batch) + ": " + recorded + " became " +
               FormatInstant(events[i].at) + " " + Describe(events[i], rerun->engine().directory());
      }
      ++i;
    }
  }
  if (i < events.size()) {
    return "beyond: " + FormatInstant(events[i].at) + " " +
           Describe(events[i], rerun->engine().directory());
  }
  return "";
}

class RecordedWorldsTest : public testing::TestWithParam<uint64_t> {};

TEST_P(RecordedWorldsTest, ComeAgainEventByEvent) {
  constexpr uint64_t kWorlds = 10;
  uint64_t events = 0;
  for (uint64_t seed = GetParam() * kWorlds + 1; seed <= (GetParam() + 1) * kWorlds; ++seed) {
    SimulationOptions options = WorldOfSeed(seed, 20);
    auto subject = std::make_shared<JournalingSubject>(SmallOptions());
    options.subject = subject;
    const SimulationResult result = Simulate(options);
    ASSERT_TRUE(result.ok()) << Report(options, result);
    const Journal& journal = subject->journal();
    for (const size_t first : {size_t{0}, journal.size() / 3, journal.size() * 4 / 5}) {
      const auto recording = RecordFrom(journal, first, SmallOptions());
      ASSERT_TRUE(recording.ok()) << "seed " << seed << ": " << recording.status();
      ASSERT_EQ(FirstDifference(journal, first, *recording), "")
          << "seed " << seed << " from batch " << first;
      events += recording->events;
    }
  }
  EXPECT_GT(events, 10'000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RecordedWorldsTest, testing::Range<uint64_t>(0, 4));

}  // namespace
}  // namespace wissel::simulation
