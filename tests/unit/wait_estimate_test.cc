// Estimates and the record that they are made of, on a real engine whose every item is handled for
// a known time.
#include "router/core/wait_estimate.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "router/core/pace.h"

namespace wissel {
namespace {

constexpr Instant kStart = Instant::FromMillis(1'772'442'000'000);

class Center {
 public:
  Center() {
    Do(ConfigureSkill{std::nullopt, {"nl", ""}, {}});
    Do(ConfigureSkill{std::nullopt, {"fr", ""}, {}});
    Do(ConfigureProfile{std::nullopt, {.name = "voice", .channels = {{Channel::kVoice}}}, {}});
  }

  uint64_t Do(CommandBody body) {
    std::vector<Event> events;
    const auto outcome = engine.Decide({std::move(body), std::nullopt}, now, events);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    for (const Event& event : events) pace.Fold(event);
    return outcome.ok() ? outcome->subject : 0;
  }
  void Wait(Duration time) { now = now + time; }

  QueueId AddQueue(const std::string& name, uint32_t skill, Duration answer_within) {
    ConfigureQueue queue;
    queue.config.name = name;
    queue.config.channel = Channel::kVoice;
    queue.config.answer_within = answer_within;
    queue.requirement.steps.push_back({{{SkillId(skill), 1, false, 1}}, {}, {}, false});
    return QueueId(static_cast<uint32_t>(Do(queue)));
  }
  AgentId AddAgent(std::vector<uint32_t> skills) {
    AgentConfig agent;
    agent.name = "a" + std::to_string(++agents);
    for (uint32_t skill : skills) agent.skills.push_back({SkillId(skill), 5});
    agent.profile = ProfileId(1);
    const AgentId id(static_cast<uint32_t>(Do(ConfigureAgent{std::nullopt, agent, {}})));
    Do(SignIn{id, false});
    Do(SetPresence{id, Presence::kAvailable, ""});
    return id;
  }
  ItemId Enter(QueueId queue) {
    CreateItem create;
    create.queue = queue;
    return ItemId(Do(create));
  }
  ItemId EnterAndAccept(QueueId queue) {
    const ItemId id = Enter(queue);
    const Item& item = *engine.FindItem(id);
    EXPECT_EQ(item.state, ItemState::kOffered);
    Do(AcceptOffer{item.agent(), item.decision->offer});
    return id;
  }
  void Complete(ItemId id) { Do(CompleteItem{engine.FindItem(id)->agent(), id, {}}); }
  // So many items of the queue, one after the other, each for so long.
  void Handle(QueueId queue, int items, Duration each) {
    for (int i = 0; i < items; ++i) {
      const ItemId item = EnterAndAccept(queue);
      Wait(each);
      Complete(item);
    }
  }
  WaitEstimator Estimator() const { return WaitEstimator(engine, pace, now); }
  WaitEstimator::Outlook OutlookOf(ItemId id) const {
    return Estimator().LookOut(Estimator().AskingOf(*engine.FindItem(id)));
  }

  Engine engine;
  Pace pace;
  Instant now = kStart;
  int agents = 0;
};

// Two agents who hold calls for 100 s each take one in 50 s; the third in line waits for three.
TEST(WaitEstimate, LineOfOneQueue) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  c.AddAgent({1});
  c.AddAgent({1});
  c.Handle(phone, 6, Duration::Seconds(100));
  c.EnterAndAccept(phone);
  c.EnterAndAccept(phone);
  c.Enter(phone);
  c.Enter(phone);
  const ItemId third = c.Enter(phone);
  const WaitEstimator::Outlook outlook = c.OutlookOf(third);
  EXPECT_EQ(outlook.people, 2);
  EXPECT_EQ(outlook.ahead, 2);
  EXPECT_EQ(outlook.seen, 6);
  EXPECT_NEAR(outlook.taken, 1.0 / 50'000, 1e-9);
  EXPECT_NEAR(Left(outlook).mean, 150'000, 1);
  const WaitAnswer answer = c.Estimator().OfItem(third);
  ASSERT_TRUE(answer.wait);
  // An Erlang time of three steps: 2.674 and 4.279 of them.
  EXPECT_NEAR(answer.wait->p50.seconds(), 133.7, 1);
  EXPECT_NEAR(answer.wait->p80.seconds(), 214, 2);
}

// Of the people of the French queue half speak Dutch too; what goes before in the Dutch queue
// counts by their share of those who speak Dutch.
TEST(WaitEstimate, OnlyWhatCompetesForTheSamePeople) {
  Center c;
  const QueueId dutch = c.AddQueue("dutch", 1, Duration::Seconds(20));
  const QueueId french = c.AddQueue("french", 2, Duration::Seconds(20));
  c.AddAgent({1});
  c.AddAgent({1});
  c.AddAgent({1});
  c.AddAgent({1, 2});
  c.AddAgent({2});
  c.Handle(french, 6, Duration::Seconds(100));
  for (int i = 0; i < 2; ++i) c.EnterAndAccept(french);
  for (int i = 0; i < 3; ++i) c.EnterAndAccept(dutch);
  for (int i = 0; i < 4; ++i) c.Enter(dutch);
  const ItemId item = c.Enter(french);
  EXPECT_EQ(c.OutlookOf(item).people, 2);
  EXPECT_NEAR(c.OutlookOf(item).ahead, 4 * 0.25, 1e-9);
  // What enters the Dutch queue later stands behind.
  c.Wait(Duration::Seconds(1));
  c.Enter(dutch);
  EXPECT_NEAR(c.OutlookOf(item).ahead, 4 * 0.25, 1e-9);
}

// A mail waits for the calls that will come in the meantime too.
TEST(WaitEstimate, ThoseWhoWillOvertake) {
  Center c;
  const QueueId calls = c.AddQueue("calls", 1, Duration::Seconds(20));
  const QueueId patient = c.AddQueue("patient", 1, Duration::Minutes(60));
  c.AddAgent({1});
  c.Handle(calls, 6, Duration::Seconds(100));
  c.EnterAndAccept(calls);
  const ItemId later = c.Enter(patient);
  const WaitEstimator::Outlook outlook = c.OutlookOf(later);
  ASSERT_EQ(outlook.overtakers.size(), 1u);
  EXPECT_NEAR(outlook.overtakers[0].within, (60 * 60 - 20) * 1000.0, 1);
  EXPECT_GT(outlook.overtakers[0].arrive, 0);
  EXPECT_GT(Left(outlook).mean, 2 * 100'000);
}

// Who ranks one queue first takes all of it before the other, and whatever comes to it later; who
// helps a queue only after a delay does not count among its people before.
TEST(WaitEstimate, RanksAndDelaysOfTheProfile) {
  Center c;
  const QueueId first = c.AddQueue("first", 1, Duration::Minutes(10));
  const QueueId second = c.AddQueue("second", 1, Duration::Seconds(20));
  c.AddAgent({1});
  c.Handle(second, 6, Duration::Seconds(100));
  c.EnterAndAccept(second);
  c.Enter(first);
  const ItemId item = c.Enter(second);
  EXPECT_EQ(c.OutlookOf(item).ahead, 0);
  RoutingProfile profile = c.engine.directory().profiles.Get(ProfileId(1));
  profile.queues = {{first, std::nullopt, {1, Duration()}}};
  c.Do(ConfigureProfile{ProfileId(1), profile, {}});
  EXPECT_EQ(c.OutlookOf(item).ahead, 1);
  EXPECT_EQ(c.OutlookOf(item).overtakers.size(), 1u);
  profile.queues = {{second, std::nullopt, {5, Duration::Minutes(1)}}};
  c.Do(ConfigureProfile{ProfileId(1), profile, {}});
  EXPECT_EQ(c.Estimator().OfItem(item).none, NoEstimate::kNobodyHere);
}

TEST(WaitEstimate, SomebodyFreeMeansAtOnce) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  EXPECT_EQ(c.Estimator().OfNewcomer(phone).none, NoEstimate::kNobodyHere);
  c.AddAgent({1});
  EXPECT_EQ(c.Estimator().OfNewcomer(phone).wait, WaitEstimate());
  c.EnterAndAccept(phone);
  EXPECT_EQ(c.Estimator().OfNewcomer(phone).none, NoEstimate::kTooFewSeen);
}

TEST(WaitEstimate, NothingIsSaidOfWhatIsTooFarAway) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  c.AddAgent({1});
  c.Handle(phone, 6, Duration::Minutes(9));
  c.EnterAndAccept(phone);
  for (int i = 0; i < 5; ++i) c.Enter(phone);
  EXPECT_TRUE(c.Estimator().OfNewcomer(phone).wait);
  for (int i = 0; i < 10; ++i) c.Enter(phone);
  EXPECT_EQ(c.Estimator().OfNewcomer(phone).none, NoEstimate::kTooFar);
}

TEST(Pace, ForgetsAfterAnHour) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  c.AddAgent({1});
  c.Handle(phone, 5, Duration::Seconds(60));
  const Pace::Counts counts = c.pace.Recent(phone, c.now);
  EXPECT_EQ(counts.entered, 5);
  EXPECT_EQ(counts.answered, 5);
  EXPECT_EQ(counts.freed, 5);
  EXPECT_EQ(counts.occupied, Duration::Seconds(300));
  EXPECT_EQ(c.pace.Recent(phone, c.now + Duration::Minutes(50)).freed, 5);
  EXPECT_EQ(c.pace.Recent(phone, c.now + Duration::Minutes(61)).freed, 0);
}

TEST(Pace, ABrokenPromiseStretchesTheNext) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  c.AddAgent({1});
  const ItemId busy = c.EnterAndAccept(phone);
  const ItemId waits = c.Enter(phone);
  c.Do(PromiseWait{waits, {Duration::Seconds(10), Duration::Seconds(60)}});
  c.Wait(Duration::Seconds(30));
  c.Complete(busy);
  c.Do(AcceptOffer{c.engine.FindItem(waits)->agent(), c.engine.FindItem(waits)->decision->offer});
  EXPECT_GT(c.pace.StretchesOf(phone).p50.factor(), 1);
  EXPECT_LT(c.pace.StretchesOf(phone).p80.factor(), 1);
}

// Nobody knows whether it would have been true.
TEST(Pace, WhoLeavesBeforeTheTimeTeachesNothing) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  c.AddAgent({1});
  c.EnterAndAccept(phone);
  const ItemId waits = c.Enter(phone);
  c.Do(PromiseWait{waits, {Duration::Seconds(10), Duration::Seconds(60)}});
  c.Wait(Duration::Seconds(30));
  c.Do(AbandonItem{waits});
  EXPECT_GT(c.pace.StretchesOf(phone).p50.factor(), 1);
  EXPECT_EQ(c.pace.StretchesOf(phone).p80.factor(), 1);
}

// Begun from an engine, it goes on with what is under way.
TEST(Pace, FromAnEngine) {
  Center c;
  const QueueId phone = c.AddQueue("phone", 1, Duration::Seconds(20));
  c.AddAgent({1});
  const ItemId busy = c.EnterAndAccept(phone);
  c.Wait(Duration::Seconds(40));
  c.pace = Pace(c.engine);
  c.Complete(busy);
  EXPECT_EQ(c.pace.Recent(phone, c.now).freed, 1);
  EXPECT_EQ(c.pace.Recent(phone, c.now).occupied, Duration::Seconds(40));
}

}  // namespace
}  // namespace wissel
