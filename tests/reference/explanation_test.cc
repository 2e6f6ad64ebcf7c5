// What the engine says of itself is true: for waiting items of many random centers, the first check
// that fails of every agent, as the naive router finds it by looking at everything; for past
// decisions, the reason that was recorded with the offer.
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "router/core/explain.h"
#include "tests/reference/random_center.h"
#include "tests/reference/random_people.h"
#include "tests/reference/reference_router.h"
#include "tests/simulation/simulation.h"

namespace wissel::reference {
namespace {

constexpr uint64_t kWanted = 1'000;

struct Asked {
  uint64_t items = 0;
  uint64_t checks = 0;
  uint64_t decisions = 0;
};

// A center that is asked about everything that waits, now and then.
class Day {
 public:
  explicit Day(uint64_t seed) : dice_(seed), subject_(simulation::SmallOptions()) {
    CenterSize size;
    size.agents = static_cast<int>(4 + seed % 20);
    size.queues = static_cast<int>(2 + seed % 7);
    SetUpCenter(inspector_, dice_, size, now_);
  }

  void Play(Asked& asked) {
    Habits habits;
    habits.nonsense = 0;
    for (int i = 0; i < 400 && inspector_.ok(); ++i) {
      now_ = now_ + Duration::Millis(dice_.Between(0, 20'000));
      inspector_.AdvanceTo(now_);
      (void)inspector_.Decide({NextCommand(dice_, inspector_.model(), habits), {}}, now_);
      NoteOffers();
      if (i % 40 == 39) AskAboutEverything(asked);
    }
    ASSERT_TRUE(inspector_.ok()) << inspector_.faults().front();
  }

 private:
  void NoteOffers() {
    for (const std::vector<Event>& batch : inspector_.TakeBatches()) {
      for (const Event& event : batch) {
        if (const auto* offer = std::get_if<OfferMade>(&event.body)) {
          offers_.emplace(offer->offer, *offer);
        }
      }
    }
  }

  void AskAboutEverything(Asked& asked) {
    for (const auto& [id, item] : inspector_.model().living) {
      const auto explanation = ExplainItem(subject_.engine(), id);
      ASSERT_TRUE(explanation.ok());
      if (item.state == ItemState::kWaiting) {
        CheckAgents(item, *explanation, asked);
        ++asked.items;
      } else {
        EXPECT_TRUE(explanation->failed_checks.empty());
      }
      CheckDecisions(*explanation, asked);
    }
  }

  void CheckAgents(const ItemPicture& item, const ItemExplanation& explanation, Asked& asked) {
    const Model& model = inspector_.model();
    const ReferenceRouter router(model);
    size_t named = 0;
    for (const FailedCheck& group : explanation.failed_checks) {
      for (AgentId id : group.agents) {
        const AgentPicture& agent = model.agents.at(id);
        EXPECT_EQ(static_cast<int>(group.check), static_cast<int>(router.FirstFailing(agent, item)))
            << "agent " << id.value() << " " << group.sentence << ", item " << item.id.value();
        EXPECT_EQ(group.check == Check::kNone, router.CouldTake(agent, item, model.now));
        EXPECT_EQ(static_cast<int>(group.check),
                  static_cast<int>(
                      FirstFailedCheck(subject_.engine(), *subject_.engine().FindItem(item.id), id)
                          .check));
        ++asked.checks;
      }
      named += group.agents.size();
    }
    EXPECT_EQ(named, model.agents.size());
  }

  void CheckDecisions(const ItemExplanation& explanation, Asked& asked) {
    for (const Decision& decision : explanation.decisions) {
      ++asked.decisions;
      if (decision.forced || decision.handed_over) {  // no offer, and nobody was looked at
        EXPECT_EQ(decision.reason.eligible, 0u);
        continue;
      }
      const auto offer = offers_.find(decision.offer);
      ASSERT_NE(offer, offers_.end());
      EXPECT_EQ(decision.reason, offer->second.reason);
      EXPECT_EQ(decision.agent, offer->second.agent);
    }
  }

  SeededDice dice_;
  Subject subject_;
  Inspector inspector_{subject_};
  Instant now_ = simulation::kMorning;
  std::map<OfferId, OfferMade> offers_;
};

TEST(ExplanationTest, IsTrueOfAThousandItemsAndDecisions) {
  Asked asked;
  for (uint64_t seed = 1; asked.items < 2 * kWanted || asked.decisions < kWanted; ++seed) {
    Day day(seed);
    day.Play(asked);
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(asked.checks, 10 * kWanted);
}

}  // namespace
}  // namespace wissel::reference
