// Rules that are applied together, on random worlds at work: they make what their changes would
// have made one by one; what is refused changes nothing; and the way back to an earlier version
// leads there.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "gtest/gtest.h"
#include "router/core/rule_book.h"
#include "tests/reference/random_center.h"
#include "tests/reference/random_people.h"
#include "tests/simulation/simulation.h"

namespace wissel::reference {
namespace {

// What the rules say, in the words of people; numbers of resources do not matter.
bool SaySame(const Rules& a, const Rules& b) {
  return DifferenceOf(a, b).empty() && ChangesBetween(a, b).empty();
}

class World {
 public:
  explicit World(uint64_t seed) : dice_(seed * 7919), subject_(simulation::SmallOptions()) {
    inspector_.emplace(subject_);
    CenterSize size;
    size.hours = seed % 2 == 0;
    SetUpCenter(*inspector_, dice_, size, now_);
    Fold();
    made_ = book_.versions().size() - 1;
  }

  bool ok() const { return inspector_->ok() && !::testing::Test::HasFailure(); }
  std::string Faults() const {
    std::string text;
    for (const std::string& line : inspector_->Recent()) text += "  " + line + "\n";
    for (const std::string& fault : inspector_->faults()) text += "* " + fault + "\n";
    return text;
  }
  int applied() const { return applied_; }
  int refused() const { return refused_; }
  int restored() const { return restored_; }

  void Step() {
    now_ = now_ + Duration::Millis(dice_.Between(0, 4'000));
    if (dice_.Chance(92)) return Decide(NextCommand(dice_, inspector_->model(), Habits()));
    if (dice_.Chance(70))
      return Apply(std::get<ApplyRules>(RandomRules(dice_, inspector_->model())));
    GoBack();
  }

 private:
  const Engine& engine() const { return subject_.engine(); }

  void Decide(CommandBody body) {
    inspector_->Decide({std::move(body), std::nullopt, ""}, now_).IgnoreError();
    Fold();
  }

  void Fold() {
    for (const std::vector<Event>& batch : inspector_->TakeBatches()) book_.Fold(batch);
    known_[engine().directory().revision] = RulesOf(engine());
  }

  // One by one, on a copy.
  std::optional<Rules> OneByOne(const ApplyRules& rules) const {
    Engine copy = Engine::Restore(engine().Save(), subject_.options());
    for (const RuleChange& change : rules.changes) {
      std::vector<Event> events;
      Command command;
      std::visit([&](const auto& c) { command.body = c; }, change);
      if (!copy.Decide(command, now_, events).ok()) return std::nullopt;
    }
    return RulesOf(copy);
  }

  void Apply(const ApplyRules& rules) {
    inspector_->AdvanceTo(now_);
    Fold();
    if (!ok()) return;
    const std::optional<Rules> expected = OneByOne(rules);
    const uint64_t digest = engine().Digest();
    const absl::Status checked = engine().CheckRules(rules);
    EXPECT_EQ(engine().Digest(), digest) << "a look at rules changed something";
    const auto outcome = inspector_->Decide({rules, std::nullopt, "users/maya"}, now_);
    EXPECT_EQ(checked, outcome.status());
    Fold();
    if (!outcome.ok()) {
      ++refused_;
      EXPECT_EQ(engine().Digest(), digest) << "refused, and yet something changed";
      return;
    }
    ++applied_;
    EXPECT_EQ(outcome->subject, engine().directory().revision);
    if (expected) {
      EXPECT_TRUE(SaySame(*expected, RulesOf(engine())));
    }
    const RuleVersion* version = book_.Find(engine().directory().revision);
    ASSERT_NE(version, nullptr);
    EXPECT_EQ(version->changes, rules.changes.size());
    EXPECT_EQ(version->by, "users/maya") << version->sentence;
  }

  // Any version since the center stood: before that there was nobody in it. Refused where people or
  // work stand in the way.
  void GoBack() {
    const std::vector<RuleVersion>& versions = book_.versions();
    const auto since = static_cast<uint32_t>(versions.size() - made_);
    const RuleVersion& to = versions[made_ + dice_.Below(since)];
    const std::optional<Rules> rules = book_.At(to.number);
    ASSERT_TRUE(rules.has_value());
    EXPECT_TRUE(SaySame(*rules, known_.at(to.number))) << "version " << to.number;
    const Rules now = RulesOf(engine());
    ApplyRules back{ChangesBetween(now, *rules), now.directory.revision, "", to.number};
    EXPECT_EQ(back.changes.empty(), DifferenceOf(now, *rules).empty());
    const auto outcome = inspector_->Decide({back, std::nullopt, "users/maya"}, now_);
    Fold();
    if (!outcome.ok()) return;
    ++restored_;
    EXPECT_TRUE(SaySame(*rules, RulesOf(engine()))) << "back to version " << to.number;
  }

  SeededDice dice_;
  Subject subject_;
  std::optional<Inspector> inspector_;
  Instant now_ = simulation::kMorning;
  RuleBook book_;
  std::map<uint64_t, Rules> known_;
  size_t made_ = 0;  // which of the versions made the center
  int applied_ = 0;
  int refused_ = 0;
  int restored_ = 0;
};

TEST(RulesTest, AllOrNothingAndBack) {
  int applied = 0;
  int refused = 0;
  int restored = 0;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int step = 0; step < 600 && world.ok(); ++step) world.Step();
    ASSERT_TRUE(world.ok()) << world.Faults();
    applied += world.applied();
    refused += world.refused();
    restored += world.restored();
  }
  EXPECT_GT(applied, 200);
  EXPECT_GT(refused, 50);
  EXPECT_GT(restored, 50);
}

}  // namespace
}  // namespace wissel::reference
