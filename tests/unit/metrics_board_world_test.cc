// The board over the events of a real engine that is driven at random: after every command the
// books close, and the board shows what the engine's state says when it is counted anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "metrics/core/day_fold.h"
#include "metrics/core/interval_fold.h"

namespace wissel::metrics {
namespace {

constexpr int kQueues = 3;
constexpr int kAgents = 5;

// Days of a quarter of an hour, so that many begin.
Day QuarterHour(Instant t, const std::string&) {
  const int64_t length = Duration::Minutes(15).millis();
  const Instant start = Instant::FromMillis(t.millis() / length * length);
  return {start, start + Duration::Minutes(15)};
}

class World {
 public:
  explicit World(uint64_t seed) : random_(seed), fold_(Board(), QuarterHour) {
    Do(ConfigureCenter{{"center", "UTC", {"break"}}});
    Do(ConfigureSkill{{}, {"french", ""}});
    ChannelCapacity voice{Channel::kVoice, 1, 100, 0, false, Duration::Seconds(20)};
    ChannelCapacity chat{Channel::kChat, 3, 30, 0, false, Duration::Seconds(30)};
    ChannelCapacity mail{Channel::kEmail, 2, 50, 1, true, Duration::Seconds(60)};
    Do(ConfigureProfile{{}, {"all", "", 100, {voice, mail, chat}}});
    const Channel channels[] = {Channel::kVoice, Channel::kChat, Channel::kEmail};
    for (int i = 0; i < kQueues; ++i) {
      QueueConfig queue{.name = "q" + std::to_string(i),
                        .channel = channels[i],
                        .answer_within = Duration::Seconds(20 + 100 * i)};
      queue.wrap_up = {i == 0 ? WrapUpMode::kTimed : WrapUpMode::kOptional, Duration::Seconds(15),
                       i != 1};
      Do(ConfigureQueue{{}, queue, Requirement{{RequirementStep{}}}});
    }
    for (int i = 0; i < kAgents; ++i) {
      AgentConfig agent{.name = "a" + std::to_string(i), .profile = ProfileId(1)};
      if (i % 2 == 0) agent.skills = {{SkillId(1), 5}};
      Do(ConfigureAgent{{}, agent});
      Do(SignIn{AgentId(i + 1)});
    }
  }

  void Step() {
    if (Chance(60)) Do(RandomCommand());
    if (Chance(40)) Pass(Duration::Millis(Pick(5'000)));
    if (Chance(1)) Pass(Duration::Minutes(Pick(10)));
  }

  // The quarters, added up, are the board's counters since its beginning, over days that begin anew
  // every quarter of an hour; and each keeps its part of the books.
  void CheckIntervals() {
    const IntervalBatch batch = intervals_.Take();
    EXPECT_EQ(batch.after, counted_to_);
    EXPECT_EQ(batch.sequence, sequence_);
    counted_to_ = sequence_;
    for (const auto& [key, counts] : batch.queues) {
      counted_[key.queue] += counts.counters;
      EXPECT_EQ(StartOfInterval(key.start), key.start);
    }
    std::map<IntervalKey, IntervalCounts> of_all_channels;
    for (const auto& [key, counts] : batch.channels) {
      IntervalCounts& all = of_all_channels[{key.queue, key.start}];
      all.counters += counts.counters;
      all.arrivals += counts.arrivals;
    }
    for (auto& [key, counts] : of_all_channels) {
      counts.waiting = batch.queues.at(key).waiting;  // of the queue, whatever the channel
    }
    EXPECT_EQ(of_all_channels, batch.queues);
    board().directory().queues.ForEach([&](QueueId id, const QueueConfig& queue) {
      const QueueRow& row = *board().FindQueue(id);
      const DayCounters& counted = counted_[queue.name];
      EXPECT_EQ(counted, row.Ever()) << queue.name;
      EXPECT_GE(counted.handle_sum, counted.hold_sum + counted.wrap_sum);
      EXPECT_EQ(counted.offered - counted.answered - counted.abandoned - counted.ended_otherwise,
                row.waiting);
    });
  }

  void Check() const {
    CheckQueues();
    CheckAgents();
    CheckLines();
  }

  const Engine& engine() const { return engine_; }
  const Board& board() const { return fold_.board(); }
  // Kinds of events that there were.
  const std::set<size_t>& kinds() const { return kinds_; }
  Instant now() const { return now_; }
  // Folds every event from now on into a second board as well.
  void AlsoFoldInto(DayFold* other) { other_ = other; }

 private:
  int64_t Pick(int64_t below) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(below));
  }
  bool Chance(int percent) { return Pick(100) < percent; }

  void Do(CommandBody body) {
    std::vector<Event> events;
    // Many are refused, as they should be.
    engine_.Decide(Command{std::move(body), {}}, now_, events).status().IgnoreError();
    Fold(events);
  }
  void Pass(Duration time) {
    const Instant until = now_ + time;
    for (auto next = engine_.NextTimer(); next && *next <= until; next = engine_.NextTimer()) {
      now_ = std::max(now_, *next);
      std::vector<Event> events;
      engine_.Wake(now_, events);
      Fold(events);
    }
    now_ = until;
    fold_.Advance(now_);
  }
  void Fold(const std::vector<Event>& events) {
    for (const Event& event : events) {
      ++sequence_;
      kinds_.insert(event.body.index());
      fold_.Fold(sequence_, event);
      intervals_.Count(event, board());
      if (other_ != nullptr) other_->Fold(sequence_, event);
      for (int q = 1; q <= kQueues; ++q) {
        const QueueRow* row = fold_.board().FindQueue(QueueId(q));
        EXPECT_TRUE(row == nullptr || row->BooksClose()) << "queue " << q;
      }
    }
  }

  // Mostly one that an agent has.
  ItemId SomeItem() {
    const AgentState& agent = *engine_.FindAgent(SomeAgent());
    if (!agent.work.empty() && Chance(90)) return agent.work[Pick(agent.work.size())];
    std::vector<ItemId> living;
    engine_.ForEachLivingItem(ItemId(1), [&](const Item& item) {
      living.push_back(item.id);
      return true;
    });
    return living.empty() ? ItemId(1) : living[Pick(living.size())];
  }
  AgentId SomeAgent() { return AgentId(1 + Pick(kAgents)); }
  QueueId SomeQueue() { return QueueId(1 + Pick(kQueues)); }

  std::optional<Requirement> SomeRequirement() {
    if (Chance(70)) return std::nullopt;
    RequirementStep first{.skills = {{SkillId(1), static_cast<uint8_t>(1 + Pick(9))}},
                          .expires_after = Duration::Seconds(9)};
    return Requirement{{first, RequirementStep{}}};
  }

  CommandBody Talk(AgentId holder, ItemId item) {
    switch (Pick(7)) {
      case 0:
        return StartConsult{holder, item, SomeQueue(), {}};
      case 1:
        return StartConsult{holder, item, {}, SomeAgent()};
      case 2:
        return TransferConsult{holder, item};
      case 3:
        return EndConsult{holder, item};
      case 4:
        return MarkConference{holder, item, Chance(60)};
      case 5:
        return SetAside{holder, item};
      default:
        return WakeItem{item};
    }
  }

  CommandBody RandomCommand() {
    const ItemId item = SomeItem();
    const Item* found = engine_.FindItem(item);
    const AgentId holder = found != nullptr ? found->agent() : AgentId();
    const OfferId offer = found != nullptr && found->decision ? found->decision->offer : OfferId(1);
    switch (Pick(36)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: {
        CreateItem create{.queue = SomeQueue()};
        if (Chance(20)) create.band = static_cast<uint8_t>(Pick(10));
        if (Chance(20)) create.head_start = Duration::Seconds(Pick(30));
        if (Chance(20)) create.preferred = {{SomeAgent(), Duration::Seconds(Pick(60))}};
        create.requirement = SomeRequirement();
        return create;
      }
      case 5:
      case 6:
      case 7:
      case 8:
        return AcceptOffer{holder, offer};
      case 9:
        return DeclineOffer{holder, offer};
      case 10:
        return HoldItem{holder, item};
      case 11:
        return RetrieveItem{holder, item};
      case 12:
        return WrapUpItem{holder, item};
      case 13:
      case 14:
      case 15:
        return CompleteItem{holder, item, {}};
      case 16:
        return TransferAssignment{holder, item, SomeQueue(), {}};
      case 17:
        return TransferAssignment{holder, item, {}, SomeAgent()};
      case 18:
        return ReturnItem{holder, item};
      case 19:
        return AbandonItem{item};
      case 20:
        return CancelItem{item};
      case 21:
        return TransferItem{item, SomeQueue(), {}};
      case 22:
        return UpdateItem{item, static_cast<uint8_t>(Pick(10)), {}, SomeRequirement()};
      case 23:
        if (Chance(20)) return SignOut{SomeAgent()};
        return SignIn{SomeAgent(), Chance(10)};
      case 24:
        if (Chance(20)) return LoseLease{SomeAgent()};
        return RestoreLease{SomeAgent()};
      case 25:
        return ForceAssign{item, SomeAgent()};
      case 26:
        return PullBack{item};
      case 27:
      case 28:
      case 29:
      case 30:
        return Talk(holder, item);
      default:
        if (Chance(15)) return SetPresence{SomeAgent(), Presence::kAway, "break"};
        return SetPresence{SomeAgent(), Presence::kAvailable, ""};
    }
  }

  void CheckQueues() const {
    std::map<QueueId, QueueRow> rows;
    engine_.ForEachLivingItem(ItemId(1), [&](const Item& item) {
      QueueRow& row = rows[item.queue];
      if (item.state <= ItemState::kOffered) {
        ++row.waiting;
        if (item.due < now_) ++row.overdue;
      }
      if (item.state == ItemState::kOffered) ++row.offered_now;
      if (IsAssigned(item.state))
        ++(item.state == ItemState::kWrapping ? row.wrapping : row.active);
      row.awaiting_customer += item.state == ItemState::kAwaitingCustomer;
      const LiveItem* live = board().FindItem(item.id);
      EXPECT_NE(live, nullptr);
      if (live == nullptr) return false;
      EXPECT_EQ(live->state, item.state);
      EXPECT_EQ(live->state_since, item.state_since);
      EXPECT_EQ(live->step, item.step);
      EXPECT_EQ(live->entered, item.entered);
      EXPECT_EQ(live->agent, item.agent());
      EXPECT_EQ(live->kept_for.has_value(), item.keep.has_value());
      EXPECT_EQ(live->consult.has_value(), item.consult.has_value());
      EXPECT_EQ(live->conference, item.consult && item.consult->conference);
      return true;
    });
    for (int q = 1; q <= kQueues; ++q) {
      const QueueRow& shown = *board().FindQueue(QueueId(q));
      const QueueRow& counted = rows[QueueId(q)];
      EXPECT_EQ(shown.waiting, counted.waiting);
      EXPECT_EQ(shown.offered_now, counted.offered_now);
      EXPECT_EQ(shown.overdue, counted.overdue);
      EXPECT_EQ(shown.active, counted.active);
      EXPECT_EQ(shown.wrapping, counted.wrapping);
      EXPECT_EQ(shown.awaiting_customer, counted.awaiting_customer);
      EXPECT_EQ(shown.open, engine_.IsOpen(QueueId(q)));
    }
  }

  void CheckAgents() const {
    std::map<Presence, int64_t> presences;
    for (int a = 1; a <= kAgents; ++a) {
      const AgentState& state = *engine_.FindAgent(AgentId(a));
      const AgentRow& row = *board().FindAgent(AgentId(a));
      ++presences[state.presence];
      EXPECT_EQ(row.presence, state.presence);
      EXPECT_EQ(row.not_responding, state.not_responding);
      EXPECT_EQ(row.connection_lost, state.connection_lost());
      EXPECT_EQ(row.presence_since, state.presence_since);
      EXPECT_EQ(row.idle_since, state.idle_since);
      EXPECT_EQ(row.work, state.work);
      EXPECT_EQ(board().LoadPermilleOf(AgentId(a)),
                LoadPermille(engine_.directory().profiles.Get(ProfileId(1)), state.load));
    }
    for (Presence p : {Presence::kOffline, Presence::kAvailable, Presence::kAway}) {
      EXPECT_EQ(board().AgentsIn(p), presences[p]);
    }
  }

  void CheckLines() const {
    for (int q = 1; q <= kQueues; ++q) {
      std::vector<OrderKey> keys;
      std::optional<Instant> first_entry, first_due;
      engine_.ForEachLivingItem(ItemId(1), [&](const Item& item) {
        if (item.queue != QueueId(q) || item.state > ItemState::kOffered) return true;
        keys.push_back(OrderOf(item));
        first_entry = std::min(first_entry.value_or(item.entered), item.entered);
        first_due = std::min(first_due.value_or(item.due), item.due);
        return true;
      });
      std::sort(keys.begin(), keys.end());
      std::vector<ItemId> ids;
      for (const OrderKey& key : keys) ids.push_back(key.id);
      EXPECT_EQ(board().FirstWaiting(QueueId(q), 1'000'000), ids);
      for (size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(board().RankOf(ids[i]), i + 1);
      EXPECT_EQ(board().LongestWaitingSince(QueueId(q)), first_entry);
      EXPECT_EQ(board().NextDue(QueueId(q)), first_due);
    }
  }

  std::mt19937_64 random_;
  Engine engine_;
  DayFold fold_;
  DayFold* other_ = nullptr;
  IntervalFold intervals_;
  uint64_t counted_to_ = 0;
  std::map<std::string, DayCounters> counted_;
  Instant now_ = Instant::FromMillis(1'772'442'000'000);
  uint64_t sequence_ = 0;
  std::set<size_t> kinds_;
};

template <class... Bodies>
std::set<size_t> KindsOf() {
  return {EventBody(Bodies()).index()...};
}

TEST(BoardWorld, AgreesWithTheEngineAtEveryStep) {
  std::set<size_t> seen;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed);
    for (int step = 0; step < 1'500 && !::testing::Test::HasFailure(); ++step) {
      world.Step();
      world.Check();
      if (step % 50 == 0) world.CheckIntervals();
    }
    seen.insert(world.kinds().begin(), world.kinds().end());
  }
  // The world lives: whatever may happen to an item has happened.
  const auto expected =
      KindsOf<ItemEntered, ItemUpdated, StepReached, ItemKept, KeepEnded, ItemAbandoned,
              ItemCancelled, ItemTransferred, ItemReturned, OfferMade, OfferAccepted, OfferDeclined,
              OfferMissed, OfferRevoked, OfferCancelled, ItemHeld, ItemRetrieved, ItemParked,
              ItemResumed, WrapUpStarted, ItemCompleted, LeaseLost, LeaseRestored, ItemAssigned,
              ItemPulledBack>();
  for (size_t kind : expected) EXPECT_TRUE(seen.contains(kind)) << "kind " << kind;
}

TEST(BoardWorld, GoesOnFromAnEngineAsIfItHadSeenAll) {
  World world(99);
  for (int step = 0; step < 1'000; ++step) world.Step();
  Board made(world.engine(), world.board().sequence());
  DayFold other(std::move(made), QuarterHour);
  other.Advance(world.now());
  world.AlsoFoldInto(&other);
  for (int step = 0; step < 1'000; ++step) world.Step();
  other.Advance(world.now());
  for (int q = 1; q <= kQueues; ++q) {
    const QueueRow& all = *world.board().FindQueue(QueueId(q));
    const QueueRow& late = *other.board().FindQueue(QueueId(q));
    EXPECT_EQ(all.waiting, late.waiting);
    EXPECT_EQ(all.offered_now, late.offered_now);
    EXPECT_EQ(all.overdue, late.overdue);
    EXPECT_EQ(all.active, late.active);
    EXPECT_EQ(all.wrapping, late.wrapping);
    EXPECT_EQ(world.board().FirstWaiting(QueueId(q), 1'000),
              other.board().FirstWaiting(QueueId(q), 1'000));
    EXPECT_TRUE(late.BooksClose());
    // Days began after the second board did, and what was handled then has ended since.
    EXPECT_EQ(all.today.offered, late.today.offered);
    EXPECT_EQ(all.today.answered, late.today.answered);
    EXPECT_EQ(all.today.abandoned, late.today.abandoned);
    EXPECT_EQ(all.today.ended_otherwise, late.today.ended_otherwise);
    EXPECT_EQ(all.today.completed, late.today.completed);
  }
  for (int a = 1; a <= kAgents; ++a) {
    const AgentId id(a);
    EXPECT_EQ(world.board().FindAgent(id)->work, other.board().FindAgent(id)->work);
    EXPECT_EQ(world.board().LoadPermilleOf(id), other.board().LoadPermilleOf(id));
    EXPECT_EQ(world.board().FindAgent(id)->completed, other.board().FindAgent(id)->completed);
  }
}

}  // namespace
}  // namespace wissel::metrics
