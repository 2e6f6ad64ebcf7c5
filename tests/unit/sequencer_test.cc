#include <thread>

#include "base/status.h"
#include "gmock/gmock.h"
#include "router/journal/memory_journal.h"
#include "tests/unit/sequencer_testing.h"

namespace wissel {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

class SequencerTest : public ::testing::Test {
 protected:
  // As after a start of the process.
  void Open(SequencerOptions options = {}) {
    sequencer_.reset();
    if (!real_time_) options.time = clock_.source();
    auto journal = OpenMemoryJournal(store_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    auto sequencer = Sequencer::Open(std::make_unique<TestJournal>(*std::move(journal), control_),
                                     {}, std::move(options));
    ASSERT_TRUE(sequencer.ok()) << sequencer.status();
    sequencer_ = *std::move(sequencer);
  }
  void Start(SequencerOptions options = {}) {
    Open(std::move(options));
    sequencer_->PrepareCommandsWith(prepare_);
    sequencer_->Start();
  }

  bool real_time_ = false;
  Sequencer::Preparer prepare_;
  HandClock clock_;
  std::shared_ptr<MemoryJournalStore> store_ = MakeMemoryJournalStore();
  std::shared_ptr<TestJournal::Control> control_ = std::make_shared<TestJournal::Control>();
  std::unique_ptr<Sequencer> sequencer_;
};

TEST_F(SequencerTest, AnswersWithTheEngineThatIncludesTheCommand) {
  Start();
  SmallCenter center(*sequencer_);
  std::promise<ItemState> state;
  Command command;
  command.body = NewItem(center.queue);
  sequencer_->Submit(command, [&](const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    state.set_value(engine.FindItem(ItemId(outcome->subject))->state);
  });
  EXPECT_EQ(state.get_future().get(), ItemState::kWaiting);
}

TEST_F(SequencerTest, ARefusedCommandChangesNothing) {
  Start();
  SmallCenter center(*sequencer_);
  const uint64_t before = DigestNow(*sequencer_);
  const uint64_t sequence = sequencer_->last_sequence();
  EXPECT_EQ(Ask(*sequencer_, NewItem(QueueId(77))).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(DigestNow(*sequencer_), before);
  EXPECT_EQ(sequencer_->last_sequence(), sequence);
}

TEST_F(SequencerTest, ACommandIsPreparedByTheStateThatDecidesIt) {
  prepare_ = [](const Engine& engine, Instant, CommandBody& body) {
    auto* create = std::get_if<CreateItem>(&body);
    if (create != nullptr) create->topic = engine.WasItem(ItemId(1)) ? "second" : "first";
  };
  Start();
  SmallCenter center(*sequencer_);
  for (const char* topic : {"first", "second"}) {
    Command command;
    command.body = NewItem(center.queue);
    std::promise<std::string> found;
    sequencer_->Submit(command, [&](const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
      found.set_value(engine.FindItem(ItemId(outcome->subject))->topic);
    });
    EXPECT_EQ(found.get_future().get(), topic);
  }
}

TEST_F(SequencerTest, WhatComesInDuringASyncIsOneBatch) {
  std::vector<size_t> commands;
  SequencerOptions options;
  options.metrics.batch_commands = [&](size_t n) { commands.push_back(n); };
  Start(std::move(options));
  SmallCenter center(*sequencer_);
  commands.clear();
  control_->Hold();
  std::vector<std::thread> callers;
  std::atomic<int> granted = 0;
  auto call = [&] { granted += Ask(*sequencer_, NewItem(center.queue)).ok(); };
  callers.emplace_back(call);
  control_->AwaitAppend();
  for (int i = 1; i < 64; ++i) callers.emplace_back(call);
  // Each caller has one command in the inbox or in the append that is held up.
  while (sequencer_->inbox_depth() < 63) std::this_thread::yield();
  control_->LetGo();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(granted, 64);
  sequencer_->Stop();
  EXPECT_EQ(commands, (std::vector<size_t>{1, 63}));
}

TEST_F(SequencerTest, ABatchHasItsLimits) {
  std::vector<size_t> commands;
  SequencerOptions options;
  options.max_batch_commands = 10;
  options.metrics.batch_commands = [&](size_t n) { commands.push_back(n); };
  Open(std::move(options));
  for (int i = 0; i < 25; ++i) {
    Command command;
    command.body = ConfigureSkill{{}, {"skill-" + std::to_string(i), "Skill"}, {}};
    sequencer_->Submit(command, [](const auto& outcome, const Engine&) {
      EXPECT_TRUE(outcome.ok()) << outcome.status();
    });
  }
  sequencer_->Start();
  sequencer_->Stop();
  EXPECT_EQ(commands, (std::vector<size_t>{10, 10, 5}));
}

TEST_F(SequencerTest, ABatchIsClosedWhenItIsLong) {
  std::vector<size_t> bytes;
  SequencerOptions options;
  options.metrics.batch_bytes = [&](size_t n) { bytes.push_back(n); };
  Open(std::move(options));
  for (int i = 0; i < 100; ++i) {
    Command command;
    command.body = ConfigureSkill{{}, {"skill-" + std::to_string(i), std::string(100, 'x')}, {}};
    for (int j = 0; j < 20; ++j) sequencer_->Submit(command, [](const auto&, const Engine&) {});
    command.body = ConfigureTeam{{}, {"team-" + std::to_string(i), std::string(200, 'x')}, {}};
    sequencer_->Submit(command, [](const auto&, const Engine&) {});
  }
  sequencer_->Start();
  sequencer_->Stop();
  for (size_t size : bytes) EXPECT_LT(size, 65u * 1024);
}

TEST_F(SequencerTest, NothingIsSeenBeforeItIsDurable) {
  Open();
  std::atomic<uint64_t> observed = 0;
  sequencer_->AddObserver(
      [&](const CommittedBatch& batch, const Engine&) { observed = batch.last_sequence(); });
  sequencer_->Start();
  SmallCenter center(*sequencer_);
  const uint64_t before = sequencer_->last_sequence();
  const auto directory = sequencer_->directory();
  control_->Hold();
  std::atomic<int> seen = 0;
  Command create;
  create.body = ConfigureSkill{{}, {"dutch", "Dutch"}, {}};
  sequencer_->Submit(create, [&](const auto&, const Engine&) { ++seen; });
  create.body = NewItem(QueueId(77));  // refused, but in the same batch or a later one
  sequencer_->Submit(create, [&](const auto&, const Engine&) { ++seen; });
  sequencer_->Read([&](const Engine&) { ++seen; });
  control_->AwaitAppend();
  EXPECT_EQ(seen, 0);
  EXPECT_EQ(observed, before);
  EXPECT_EQ(sequencer_->last_sequence(), before);
  EXPECT_EQ(sequencer_->directory(), directory);
  control_->LetGo();
  sequencer_->Stop();
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(observed, before + 1);
  EXPECT_TRUE(sequencer_->directory()->skills.FindId("dutch").has_value());
}

TEST_F(SequencerTest, ObserversSeeEveryEventOnceInOrderBeforeItsAnswer) {
  Open();
  uint64_t next = 1;
  uint64_t announced = 0;
  sequencer_->AddObserver([&](const CommittedBatch& batch, const Engine&) {
    EXPECT_EQ(batch.first_sequence, next);
    EXPECT_FALSE(batch.events.empty());
    next = batch.last_sequence() + 1;
    for (const Event& event : batch.events) {
      if (const auto* entered = std::get_if<ItemEntered>(&event.body))
        announced = entered->item.value();
    }
  });
  sequencer_->Start();
  SmallCenter center(*sequencer_);
  for (int i = 0; i < 100; ++i) {
    Command command;
    command.body = NewItem(center.queue);
    sequencer_->Submit(command, [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
      ASSERT_TRUE(outcome.ok());
      EXPECT_GE(announced, outcome->subject);
    });
  }
  sequencer_->Stop();
  EXPECT_EQ(next, sequencer_->last_sequence() + 1);
}

TEST_F(SequencerTest, AFullInboxTurnsAwayWithAHint) {
  SequencerOptions options;
  options.inbox_capacity = 8;
  Start(std::move(options));
  SmallCenter center(*sequencer_);
  control_->Hold();
  std::atomic<int> granted = 0;
  auto submit = [&](Shard::Done done) {
    Command command;
    command.body = NewItem(center.queue);
    sequencer_->Submit(command, std::move(done));
  };
  auto count = [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
    granted += outcome.ok();
  };
  submit(count);
  control_->AwaitAppend();
  for (int i = 0; i < 8; ++i) submit(count);
  absl::Status refusal;
  submit([&](const absl::StatusOr<Outcome>& outcome, const Engine& engine) {
    refusal = outcome.status();
    EXPECT_EQ(engine.directory().queues.size(), 0u) << "not the engine that is being worked on";
  });
  EXPECT_EQ(refusal.code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(WhatWouldBeRight(refusal), HasSubstr("again"));
  EXPECT_TRUE(sequencer_->Read([](const Engine&) {})) << "reads go a little beyond";
  control_->LetGo();
  sequencer_->Stop();
  EXPECT_EQ(granted, 9);
}

TEST_F(SequencerTest, AfterStopNothingIsTaken) {
  Start();
  SmallCenter center(*sequencer_);
  sequencer_->Stop();
  EXPECT_EQ(Ask(*sequencer_, NewItem(center.queue)).status().code(), StatusCode::kUnavailable);
  EXPECT_FALSE(sequencer_->Read([](const Engine&) {}));
}

TEST_F(SequencerTest, StopCarriesOutWhatWasSubmitted) {
  Start();
  SmallCenter center(*sequencer_);
  control_->Hold();
  std::atomic<int> granted = 0;
  for (int i = 0; i < 50; ++i) {
    Command command;
    command.body = NewItem(center.queue);
    sequencer_->Submit(command, [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
      granted += outcome.ok();
    });
  }
  control_->LetGo();
  sequencer_->Stop();
  EXPECT_EQ(granted, 50);
}

TEST_F(SequencerTest, TimersFireWhenTheirTimeComes) {
  Start();
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  const ItemId item(Must(*sequencer_, NewItem(center.queue)));
  auto state = [&] {
    return ReadNow<ItemState>(*sequencer_,
                              [&](const Engine& engine) { return engine.FindItem(item)->state; });
  };
  EXPECT_EQ(state(), ItemState::kOffered);
  clock_.Advance(Duration::Millis(19'999));
  EXPECT_EQ(state(), ItemState::kOffered);
  clock_.Advance(Duration::Millis(1));
  state();  // the round in which it fires
  EXPECT_EQ(state(), ItemState::kWaiting);
}

TEST_F(SequencerTest, AnOfferThatHasLapsedCannotBeAcceptedBeforeItsTimerFires) {
  Start();
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  const ItemId item(Must(*sequencer_, NewItem(center.queue)));
  const OfferId offer = ReadNow<OfferId>(
      *sequencer_, [&](const Engine& engine) { return engine.FindItem(item)->decision->offer; });
  clock_.Advance(Duration::Seconds(20));
  EXPECT_FALSE(Ask(*sequencer_, AcceptOffer{center.anna, offer}).ok());
}

TEST_F(SequencerTest, WakesByItselfForATimer) {
  real_time_ = true;
  Open();
  std::promise<void> missed;
  sequencer_->AddObserver([&](const CommittedBatch& batch, const Engine&) {
    for (const Event& event : batch.events) {
      if (std::holds_alternative<OfferMissed>(event.body)) missed.set_value();
    }
  });
  sequencer_->Start();
  RoutingProfile quick{.name = "quick", .channels = {{.offer_timeout = Duration::Seconds(1)}}};
  const ProfileId profile(
      static_cast<uint32_t>(Must(*sequencer_, ConfigureProfile{{}, quick, {}})));
  SmallCenter center(*sequencer_);
  AgentConfig agent{.name = "quick", .profile = profile};
  const AgentId quick_agent(
      static_cast<uint32_t>(Must(*sequencer_, ConfigureAgent{{}, agent, {}})));
  BecomeAvailable(*sequencer_, quick_agent);
  Must(*sequencer_, NewItem(center.queue));
  missed.get_future().wait();
}

TEST_F(SequencerTest, TheDirectoryIsACopyThatFollowsTheConfiguration) {
  Start();
  const auto before = sequencer_->directory();
  SmallCenter center(*sequencer_);
  EXPECT_EQ(before->queues.size(), 0u);
  const auto after = sequencer_->directory();
  EXPECT_EQ(after->queues.FindId("pensions"), center.queue);
  Must(*sequencer_, NewItem(center.queue));
  EXPECT_EQ(sequencer_->directory(), after) << "no configuration, no new copy";
}

TEST_F(SequencerTest, MeasuresItsWork) {
  std::atomic<int> decisions = 0, commits = 0, publications = 0, offers = 0;
  std::atomic<int64_t> waited = 0;
  SequencerOptions options;
  options.metrics.decision_seconds = [&](double s) { decisions += s >= 0; };
  options.metrics.commit_seconds = [&](double s) { commits += s >= 0; };
  options.metrics.publish_seconds = [&](double s) { publications += s >= 0; };
  options.metrics.offered_after = [&](const Item&, Duration wait) {
    ++offers;
    waited = wait.millis();
  };
  Start(std::move(options));
  SmallCenter center(*sequencer_);
  Must(*sequencer_, NewItem(center.queue));
  clock_.Advance(Duration::Seconds(7));
  BecomeAvailable(*sequencer_, center.anna);
  sequencer_->Stop();
  EXPECT_EQ(decisions, 7);
  EXPECT_EQ(commits, 7);
  EXPECT_GE(publications, 7);
  EXPECT_EQ(offers, 1);
  EXPECT_EQ(waited, 7000);
}

TEST_F(SequencerTest, IsTheSameAfterARestart) {
  Start();
  SmallCenter center(*sequencer_);
  BecomeAvailable(*sequencer_, center.anna);
  for (int i = 0; i < 10; ++i) Must(*sequencer_, NewItem(center.queue));
  sequencer_->Stop();
  const uint64_t digest = sequencer_->engine().Digest();
  const uint64_t sequence = sequencer_->last_sequence();
  Open();
  EXPECT_EQ(sequencer_->engine().Digest(), digest);
  EXPECT_EQ(sequencer_->last_sequence(), sequence);
  EXPECT_TRUE(sequencer_->directory()->queues.FindId("pensions").has_value());
  sequencer_->Start();
  Must(*sequencer_, NewItem(center.queue));
}

TEST_F(SequencerTest, ItsTimeDoesNotGoBackOverARestart) {
  Start();
  SmallCenter center(*sequencer_);
  clock_.Advance(Duration::Hours(5));
  Must(*sequencer_, NewItem(center.queue));
  const Instant last = sequencer_->now();
  sequencer_->Stop();
  clock_ = HandClock();  // the wall clock has been set back
  Open();
  EXPECT_EQ(sequencer_->now(), last);
}

TEST_F(SequencerTest, AFullDiskTurnsCommandsAwayAndGoesOnReading) {
  Open();
  std::atomic<uint64_t> observed = 0;
  sequencer_->AddObserver(
      [&](const CommittedBatch& batch, const Engine&) { observed = batch.last_sequence(); });
  sequencer_->Start();
  SmallCenter center(*sequencer_);
  Must(*sequencer_, NewItem(center.queue));
  const uint64_t digest = DigestNow(*sequencer_);
  const uint64_t sequence = sequencer_->last_sequence();

  control_->Spoil(absl::UnavailableError("the disk is full"));
  const absl::Status refusal = Ask(*sequencer_, NewItem(center.queue)).status();
  EXPECT_EQ(refusal.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refusal.message()), HasSubstr("the journal cannot be written"));
  EXPECT_FALSE(sequencer_->writable());
  EXPECT_EQ(DigestNow(*sequencer_), digest) << "the engine is what the journal has";
  EXPECT_EQ(sequencer_->last_sequence(), sequence);
  EXPECT_EQ(observed, sequence);
  EXPECT_EQ(Ask(*sequencer_, NewItem(center.queue)).status().code(), StatusCode::kUnavailable);

  control_->Spoil(absl::OkStatus());
  while (!sequencer_->writable()) std::this_thread::yield();  // it tries once a second
  Must(*sequencer_, NewItem(center.queue));
  EXPECT_GT(sequencer_->last_sequence(), sequence);
  EXPECT_EQ(observed, sequencer_->last_sequence());
}

TEST_F(SequencerTest, WhatIsTooLateWhenItsTurnComesIsNotCarriedOut) {
  int waited = 0;
  SequencerOptions options;
  options.metrics.waited = [&](auto) { ++waited; };
  Start(std::move(options));
  SmallCenter center(*sequencer_);
  const uint64_t before = sequencer_->last_sequence();
  const int waited_before = waited;
  const auto now = std::chrono::steady_clock::now();
  {
    const CallScope late({now});
    EXPECT_EQ(Ask(*sequencer_, NewItem(center.queue)).status().code(),
              StatusCode::kDeadlineExceeded);
    EXPECT_EQ(sequencer_->last_sequence(), before);
    const CallScope in_time({now + std::chrono::hours(1)});
    EXPECT_TRUE(Ask(*sequencer_, NewItem(center.queue)).ok());
  }
  EXPECT_TRUE(Ask(*sequencer_, NewItem(center.queue)).ok());  // of no call
  EXPECT_EQ(waited, waited_before + 3);
}

TEST_F(SequencerTest, StopsForGoodWhenItCannotKnowWhatIsOnTheDisk) {
  for (const absl::Status& cause :
       {absl::InternalError("disk I/O error"), absl::AbortedError("epoch 1 is over"),
        absl::FailedPreconditionError("does not continue")}) {
    std::promise<absl::Status> fatal;
    SequencerOptions options;
    options.on_fatal = [&](const absl::Status& status) { fatal.set_value(status); };
    Start(std::move(options));
    control_->Spoil(cause);
    std::atomic<bool> answered = false;
    Command command;
    command.body = ConfigureSkill{{}, {"dutch", "Dutch"}, {}};
    sequencer_->Submit(command, [&](const auto&, const Engine&) { answered = true; });
    EXPECT_EQ(fatal.get_future().get(), cause);
    control_->Spoil(absl::OkStatus());
    sequencer_->Stop();
    EXPECT_FALSE(answered);
    EXPECT_EQ(sequencer_->last_sequence(), 0u);
  }
}

}  // namespace
}  // namespace wissel
