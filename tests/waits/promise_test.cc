// The promises that the product gives and journals, over simulated days with a surge: as many are
// kept as the figure says.
#include <gtest/gtest.h>

#include <map>

#include "fmt/format.h"
#include "tests/waits/day.h"

namespace wissel::waits {
namespace {

// What became of the promises in the journal.
class Kept : public Watcher {
 public:
  void OnEvent(const Event& event, const Engine&) override {
    const auto* promised = std::get_if<WaitPromised>(&event.body);
    if (promised != nullptr) told_[promised->item] = promised->wait;
  }
  void OnWaiting(ItemId, QueueId, Instant) override {}
  void OnFate(ItemId item, const Fate& fate) override {
    const auto told = told_.find(item);
    if (told == told_.end()) return;
    switch (OutcomeOf(told->second.p80, fate.waited, fate.answered)) {
      case PromiseOutcome::kKept:
        ++kept;
        break;
      case PromiseOutcome::kBroken:
        ++broken;
        break;
      case PromiseOutcome::kLeft:
        break;
    }
  }
  double Share() const { return static_cast<double>(kept) / static_cast<double>(kept + broken); }

  int64_t kept = 0;
  int64_t broken = 0;

 private:
  std::map<ItemId, WaitEstimate> told_;
};

TEST(Promises, AreKeptAsOftenAsTheySay) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Day day(seed);
    Kept kept;
    for (int i = 0; i < 5; ++i) day.Run({&kept});
    EXPECT_GT(kept.kept + kept.broken, 1'000) << "seed " << seed;
    EXPECT_GE(kept.Share(), 0.78) << "seed " << seed;
    EXPECT_LE(kept.Share(), 0.90) << "seed " << seed;
    RecordProperty(fmt::format("seed_{}", seed), fmt::format("{:.3f}", kept.Share()));
  }
}

}  // namespace
}  // namespace wissel::waits
