// The radar as a fold over a board by hand: what counts as an arrival, what is watched, when an
// alarm stands, and what is proposed.
#include "metrics/core/radar/radar.h"

#include <gtest/gtest.h>

#include "metrics/core/radar/proposals.h"
#include "metrics/service/calendar.h"

namespace wissel::metrics {
namespace {

constexpr QueueId kTax{1};
constexpr QueueId kHelp{2};
constexpr AgentId kAnna{1};
constexpr AgentId kBert{2};
constexpr AgentId kCleo{3};
// Monday 2 March 2026, 09:00 UTC.
constexpr Instant kStart = Instant::FromMillis(1'772'442'000'000);

class RadarTest : public ::testing::Test {
 protected:
  RadarTest() : radar_({}, LocalQuarterOfWeek) {
    radar_.Begin(kStart);
    Fold(TeamConfigured{TeamId(1), {"north", "North"}});
    Fold(ProfileConfigured{ProfileId(1), {"all", "", 100, {{Channel::kVoice, 1, 100}}}});
    QueueConfig tax{.name = "tax", .requirement = RequirementId(1)};
    Fold(QueueConfigured{kTax, tax});
    for (AgentId agent : {kAnna, kBert, kCleo}) {
      AgentConfig config{.name = "a" + std::to_string(agent.value()), .profile = ProfileId(1)};
      if (agent != kCleo)
        config.skills = {{SkillId(1), static_cast<uint8_t>(agent == kAnna ? 5 : 2)}};
      if (agent == kCleo) config.team = TeamId(1);
      Fold(AgentConfigured{agent, config});
      Fold(AgentSignedIn{agent, 1});
      Fold(PresenceChanged{agent, Presence::kAvailable, ""});
    }
  }

  template <class Body>
  void Fold(Body body) {
    const Event event{now_, std::move(body)};
    radar_.Fold(event, board_);
    board_.Fold(board_.sequence() + 1, event);
  }
  void Enter(const std::string& topic = "", Channel channel = Channel::kVoice,
             std::optional<Instant> not_before = std::nullopt) {
    Fold(ItemEntered{.item = ItemId(++items_),
                     .queue = kTax,
                     .channel = channel,
                     .due = now_ + Duration::Seconds(20),
                     .topic = topic,
                     .not_before = not_before});
  }
  // So many a minute.
  void Pass(int minutes, int arrivals, const std::string& topic = "") {
    for (int i = 0; i < minutes; ++i) {
      for (int k = 0; k < arrivals; ++k) Enter(topic);
      now_ = now_ + Duration::Minutes(1);
      radar_.Advance(now_, board_);
    }
  }
  const SeriesWatch& Watch(const std::string& topic = "") { return *radar_.Find({kTax, topic}); }
  Requirement SkillInTwoSteps() {
    RequirementStep first{.skills = {{SkillId(1), 4}}, .expires_after = Duration::Seconds(30)};
    RequirementStep then{.skills = {{SkillId(1), 1}}};
    return {{first, then}};
  }

  Board board_;
  Radar radar_;
  Instant now_ = kStart;
  uint64_t items_ = 0;
};

TEST_F(RadarTest, LearnsTheLevelThenNamesASpikeAndItsEnd) {
  Pass(Baseline::kWarmUp - 1, 3);
  EXPECT_EQ(radar_.judged(), 0U);
  EXPECT_EQ(radar_.learning(), 1U);
  Pass(40, 3);
  EXPECT_EQ(radar_.judged(), 1U);
  EXPECT_EQ(radar_.by_history(), 0U);
  EXPECT_TRUE(radar_.Alarms().empty());

  const Instant change = now_;
  Pass(4, 30);
  ASSERT_EQ(radar_.Alarms(), (std::vector<SeriesKey>{{kTax, ""}}));
  const SeriesAlarm& alarm = *Watch().alarm();
  EXPECT_EQ(alarm.direction, Direction::kUp);
  EXPECT_EQ(alarm.onset, change);
  const Comparison comparison = Watch().OverAlarm(radar_.judged_to());
  EXPECT_EQ(comparison.bins, 5);
  EXPECT_EQ(comparison.observed, 123);
  EXPECT_NEAR(comparison.expected, 15, 1);
  EXPECT_GT(comparison.observed, comparison.high);

  // The day's level does not follow a spike: what was usual is expected on.
  Pass(30, 30);
  EXPECT_NEAR(Watch().bins().back().expected.mean, 3, 0.5);
  Pass(20, 3);
  EXPECT_TRUE(radar_.Alarms().empty());
}

TEST_F(RadarTest, SilenceIsAnAlarmUnlessTheQueueIsClosed) {
  Pass(90, 5);
  Pass(15, 0);
  ASSERT_TRUE(Watch().alarm());
  EXPECT_EQ(Watch().alarm()->direction, Direction::kDown);
  Fold(QueueClosed{kTax});
  Pass(1, 0);
  EXPECT_FALSE(Watch().alarm());
  Pass(120, 0);
  EXPECT_TRUE(radar_.Alarms().empty());
}

TEST_F(RadarTest, NothingIsSaidOfTheTimeInWhichNobodyWatched) {
  Pass(90, 5);
  now_ = now_ + Duration::Minutes(40);
  radar_.Interrupt(now_, board_);
  Pass(5, 5);
  EXPECT_TRUE(radar_.Alarms().empty());
  EXPECT_EQ(radar_.learning(), 1U);
}

TEST_F(RadarTest, AppointmentsAndOutboundItemsAreNoArrivals) {
  Enter();
  Enter("", Channel::kOutbound);
  Enter("", Channel::kCallback, now_ + Duration::Hours(2));
  Pass(1, 0);
  EXPECT_EQ(Watch().bins().back().count, 1);
}

TEST_F(RadarTest, AskingAColleagueIsNoArrival) {
  Enter("permits");
  Enter("permits");  // the engine enters a consult, and says at once that it is one
  Fold(ConsultStarted{ItemId(1), ItemId(2), kAnna, {}});
  Pass(1, 0);
  EXPECT_EQ(Watch().bins().back().count, 1);
  EXPECT_EQ(Watch("permits").bins().back().count, 1);
}

TEST_F(RadarTest, ATopicIsASeriesOfItsOwn) {
  Pass(1, 3, "permits");
  ASSERT_NE(radar_.Find({kTax, "permits"}), nullptr);
  EXPECT_EQ(Watch("permits").bins().back().count, 3);
  EXPECT_EQ(Watch().bins().back().count, 3);
  // Topics come from outside: their number is bounded.
  for (int i = 0; i < 1'200; ++i) Enter("t" + std::to_string(i));
  Pass(1, 0);
  EXPECT_NE(radar_.Find({kTax, "t998"}), nullptr);
  EXPECT_EQ(radar_.Find({kTax, "t999"}), nullptr);
  EXPECT_EQ(Watch().bins().back().count, 1'200);
}

TEST_F(RadarTest, PastWeeksSayAtOnceWhatIsUsual) {
  WeekProfileBuilder builder;
  for (int week = 0; week < 6; ++week) {
    for (int quarter = 0; quarter < kQuartersOfWeek; ++quarter) builder.Add(quarter, 30);
  }
  auto profiles = std::make_shared<Profiles>();
  profiles->emplace(std::pair("tax", ""), builder.Build());
  radar_.SetProfiles(profiles);
  Pass(1, 2);
  EXPECT_EQ(radar_.by_history(), 1U);
  EXPECT_NEAR(Watch().bins().back().expected.mean, 2, 0.1);
  // Weeks that were counted without topics do not make every topic a new one.
  Pass(8, 3, "moving");
  EXPECT_FALSE(Watch("moving").alarm());
  EXPECT_EQ(Watch("moving").bins().back().expected.basis, Basis::kLearning);
  auto with_topics = std::make_shared<Profiles>(*profiles);
  with_topics->emplace(std::pair("tax", "permits"), builder.Build());
  radar_.SetProfiles(with_topics);
  // A topic that no week has seen is unusual as soon as a few come.
  Pass(4, 3, "flood");
  ASSERT_TRUE(Watch("flood").alarm());
  EXPECT_EQ(Watch("flood").bins().back().expected.basis, Basis::kHistory);
}

TEST_F(RadarTest, ProposesOnlyWhatIsTrue) {
  const Requirement requirement = SkillInTwoSteps();
  const SeriesKey key{kTax, ""};
  const auto propose = [&](Direction direction = Direction::kUp) {
    return ProposalsFor(key, direction, board_, requirement);
  };
  // Nobody waits, nothing is configured: cleo alone could be moved.
  auto proposals = propose();
  ASSERT_EQ(proposals.size(), 1U);
  EXPECT_EQ(proposals[0].kind, ProposalKind::kMovePeople);
  EXPECT_EQ(proposals[0].agents, std::vector<AgentId>{kCleo});
  EXPECT_EQ(proposals[0].team, TeamId(1));
  EXPECT_TRUE(propose(Direction::kDown).empty());

  Fold(QueueConfigured{kHelp, {.name = "help", .requirement = RequirementId(1)}});
  QueueConfig tax = board_.directory().queues.Get(kTax);
  tax.surge.merge_duplicates = true;
  tax.overflow = Overflow{Duration::Minutes(5), kHelp};
  Fold(QueueConfigured{kTax, tax});
  Enter();
  Enter("permits");
  now_ = now_ + Duration::Minutes(1);
  board_.Advance(now_);
  proposals = propose();
  const std::vector<ProposalKind> wanted = {ProposalKind::kOpenStep, ProposalKind::kAnnounce,
                                            ProposalKind::kSurge, ProposalKind::kMovePeople,
                                            ProposalKind::kOverflow};
  ASSERT_EQ(proposals.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(proposals[i].kind, wanted[i]);
  EXPECT_EQ(proposals[0].agents, std::vector<AgentId>{kBert});
  EXPECT_EQ(proposals[0].step, 1);
  EXPECT_EQ(proposals[4].contacts, 2);
  EXPECT_EQ(proposals[4].queue, kHelp);
  EXPECT_EQ(proposals[1].contacts, 2);
  EXPECT_EQ(ProposalsFor({kTax, "permits"}, Direction::kUp, board_, requirement)[1].contacts, 1);

  // What is done already, or whom nobody could ask, is not proposed.
  Fold(SurgeBegun{kTax});
  Fold(StepOpened{kTax, 1});
  Fold(QueueClosed{kHelp});
  Fold(OfferMade{OfferId(1), ItemId(1), kCleo});
  proposals = propose();
  ASSERT_EQ(proposals.size(), 1U);
  EXPECT_EQ(proposals[0].kind, ProposalKind::kAnnounce);
  Fold(StepClosed{kTax});
  Fold(PresenceChanged{kBert, Presence::kAway, "break"});
  EXPECT_EQ(propose().size(), 1U);
}

TEST(LocalQuarterOfWeek, IsThatOfTheWallClockOverAChangeOfTheClocks) {
  EXPECT_EQ(LocalQuarterOfWeek(kStart, "UTC"), 36);
  EXPECT_EQ(LocalQuarterOfWeek(kStart, "Europe/Brussels"), 40);
  // Four weeks later it is summer there.
  EXPECT_EQ(LocalQuarterOfWeek(kStart + Duration::Days(28), "Europe/Brussels"), 44);
}

}  // namespace
}  // namespace wissel::metrics
