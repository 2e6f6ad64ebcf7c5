// The board by hand: what each turn in an item's life does to the books and the rows.
#include "metrics/core/board.h"

#include <gtest/gtest.h>

#include "metrics/core/day_fold.h"
#include "metrics/service/calendar.h"

namespace wissel::metrics {
namespace {

constexpr QueueId kTax{1};
constexpr QueueId kMail{2};
constexpr AgentId kAnna{1};
constexpr AgentId kBert{2};

Instant At(double seconds) { return Instant::FromMillis(static_cast<int64_t>(seconds * 1000)); }

class BoardTest : public ::testing::Test {
 protected:
  BoardTest() {
    Fold(0,
         ProfileConfigured{ProfileId(1),
                           {"all", "", 100, {{Channel::kVoice, 1, 60}, {Channel::kEmail, 3, 20}}}});
    QueueConfig tax{.name = "tax", .answer_within = Duration::Seconds(20)};
    Fold(0, QueueConfigured{kTax, tax});
    QueueConfig mail{
        .name = "mail", .channel = Channel::kEmail, .answer_within = Duration::Hours(4)};
    mail.wrap_up = {WrapUpMode::kOptional, Duration(), false};
    Fold(0, QueueConfigured{kMail, mail});
    Fold(0, AgentConfigured{kAnna, {.name = "anna", .profile = ProfileId(1)}});
    Fold(0, AgentConfigured{kBert, {.name = "bert", .profile = ProfileId(1)}});
    for (AgentId agent : {kAnna, kBert}) {
      Fold(0, AgentSignedIn{agent, 1});
      Fold(0, PresenceChanged{agent, Presence::kAvailable, ""});
    }
  }

  template <class Body>
  void Fold(double seconds, Body body) {
    board_.Fold(board_.sequence() + 1, Event{At(seconds), std::move(body)});
    ExpectBooksClose();
  }
  void ExpectBooksClose() const {
    for (QueueId queue : {kTax, kMail}) {
      const QueueRow* row = board_.FindQueue(queue);
      if (row != nullptr) {
        EXPECT_TRUE(row->BooksClose());
      }
    }
  }
  void Enter(double seconds, uint64_t item, QueueId queue = kTax, uint8_t band = 5) {
    const QueueConfig& config = board_.directory().queues.Get(queue);
    Fold(seconds, ItemEntered{.item = ItemId(item),
                              .queue = queue,
                              .channel = config.channel,
                              .band = band,
                              .due = At(seconds) + config.answer_within});
  }
  void Offer(double seconds, uint64_t item, AgentId agent) {
    Fold(seconds, OfferMade{OfferId(item), ItemId(item), agent});
  }
  void Accept(double seconds, uint64_t item, AgentId agent) {
    Offer(seconds, item, agent);
    Fold(seconds, OfferAccepted{OfferId(item), ItemId(item), agent});
  }
  const QueueRow& Row(QueueId queue = kTax) const { return *board_.FindQueue(queue); }
  const DayCounters& Today(QueueId queue = kTax) const { return Row(queue).today; }

  Board board_;
};

TEST_F(BoardTest, CountsAnAnswerWithItsWaitAndItsHandling) {
  Enter(100, 1);
  EXPECT_EQ(Row().waiting, 1);
  EXPECT_EQ(board_.LongestWaitingSince(kTax), At(100));
  EXPECT_EQ(board_.NextDue(kTax), At(120));
  Offer(110, 1, kAnna);
  EXPECT_EQ(Row().waiting, 1) << "what is being offered waits still";
  EXPECT_EQ(Row().offered_now, 1);
  EXPECT_EQ(board_.LoadPermilleOf(kAnna), 600);
  Fold(115, OfferAccepted{OfferId(1), ItemId(1), kAnna});
  EXPECT_EQ(Row().waiting, 0);
  EXPECT_EQ(Row().active, 1);
  EXPECT_EQ(Today().answered_in_time, 1);
  EXPECT_EQ(Today().answered_wait_sum, Duration::Seconds(15));
  EXPECT_EQ(board_.StateSince(kAnna), At(115));
  Fold(120, ItemHeld{ItemId(1)});
  Fold(130, ItemRetrieved{ItemId(1)});
  Fold(140, ItemParked{ItemId(1), ItemId(9)});
  EXPECT_EQ(board_.LoadPermilleOf(kAnna), 0);
  Fold(200, ItemResumed{ItemId(1)});
  Fold(210, WrapUpStarted{ItemId(1), std::nullopt});
  EXPECT_EQ(Row().active, 0);
  EXPECT_EQ(Row().wrapping, 1);
  Fold(215, ItemCompleted{ItemId(1), kAnna, CompletionCause::kByAgent, {}});
  EXPECT_EQ(Today().completed, 1);
  EXPECT_EQ(Today().handle_sum, Duration::Seconds(40)) << "without the minute it was parked";
  EXPECT_EQ(Today().hold_sum, Duration::Seconds(10));
  EXPECT_EQ(Today().wrap_sum, Duration::Seconds(5));
  EXPECT_EQ(board_.FindAgent(kAnna)->completed, 1);
  EXPECT_EQ(board_.StateSince(kAnna), At(215));
  EXPECT_EQ(board_.FindItem(ItemId(1)), nullptr);
}

TEST_F(BoardTest, CountsNoHandlingAfterTheParking) {
  Enter(0, 1);
  Accept(10, 1, kAnna);
  Fold(15, ItemParked{ItemId(1), ItemId(9)});
  Fold(100, ItemCompleted{ItemId(1), kAnna, CompletionCause::kConnectionLost, {}});
  EXPECT_EQ(Today().handle_sum, Duration::Seconds(5));
}

TEST_F(BoardTest, JudgesWhatCustomersWereTold) {
  const WaitEstimate told = {Duration::Seconds(30), Duration::Seconds(60)};
  for (uint64_t item = 1; item <= 4; ++item) Enter(0, item);
  for (uint64_t item = 1; item <= 4; ++item) Fold(10, WaitPromised{ItemId(item), told});
  Accept(70, 1, kAnna);
  EXPECT_EQ(Today().promises_kept, 1) << "from when it was said";
  Fold(71, ItemAbandoned{ItemId(2)});
  EXPECT_EQ(Today().promises_broken, 1);
  Fold(71, ItemReturned{ItemId(1), kAnna, ReturnCause::kByAgent});
  Accept(200, 1, kAnna);
  EXPECT_EQ(Today().promises_broken, 1) << "judged once";
  Accept(201, 3, kAnna);
  EXPECT_EQ(Today().promises_kept, 1);
  EXPECT_EQ(Today().promises_broken, 2);
  Fold(202, ItemCancelled{ItemId(4)});
  EXPECT_EQ(Today().promises_kept + Today().promises_broken, 3);
}

TEST_F(BoardTest, ALeavingBeforeTheTimeIsNeitherKeptNorBroken) {
  Enter(0, 1);
  Fold(10, WaitPromised{ItemId(1), {Duration::Seconds(30), Duration::Seconds(60)}});
  Fold(60, ItemAbandoned{ItemId(1)});
  EXPECT_EQ(Today().promises_kept, 0);
  EXPECT_EQ(Today().promises_broken, 0);
}

TEST_F(BoardTest, CountsWhoLeft) {
  Enter(0, 1);
  Fold(4, ItemAbandoned{ItemId(1)});
  Enter(10, 2);
  Fold(15, ItemAbandoned{ItemId(2)});
  Enter(20, 3);
  Offer(21, 3, kAnna);
  Fold(22, OfferCancelled{OfferId(3), ItemId(3), kAnna});
  Fold(22, ItemCancelled{ItemId(3)});
  EXPECT_EQ(Today().offered, 3);
  EXPECT_EQ(Today().abandoned, 2);
  EXPECT_EQ(Today().short_abandoned, 1) << "sooner than five seconds";
  EXPECT_EQ(Today().ended_otherwise, 1);
  EXPECT_EQ(Row().offered_now, 0);
  EXPECT_TRUE(board_.FindAgent(kAnna)->work.empty());
}

TEST_F(BoardTest, ADeclineGoesOnWithTheSameStay) {
  Enter(0, 1);
  Offer(1, 1, kAnna);
  Fold(2, OfferDeclined{OfferId(1), ItemId(1), kAnna});
  Offer(3, 1, kBert);
  Fold(23, OfferMissed{OfferId(1), ItemId(1), kBert});
  EXPECT_EQ(Today().offered, 1);
  EXPECT_EQ(board_.FindItem(ItemId(1))->refusals, 2);
  EXPECT_TRUE(board_.FindAgent(kBert)->not_responding);
  Accept(30, 1, kAnna);
  EXPECT_EQ(Today().answered, 1);
  EXPECT_EQ(Today().answered_in_time, 0);
}

TEST_F(BoardTest, AMoveEndsTheStayInOneQueueAndBeginsOneInTheOther) {
  Enter(0, 1);
  Fold(5, ItemTransferred{.item = ItemId(1), .to_queue = kMail, .due = At(14400)});
  EXPECT_EQ(Today(kTax).ended_otherwise, 1);
  EXPECT_EQ(Today(kMail).offered, 1);
  Accept(30, 1, kAnna);
  EXPECT_EQ(Today(kMail).answered_wait_sum, Duration::Seconds(30)) << "the wait began at the entry";

  Fold(60, ItemTransferred{.item = ItemId(1), .from = kAnna, .to_queue = kTax, .due = At(20)});
  EXPECT_EQ(Today(kMail).answered, 1);
  EXPECT_EQ(Today(kTax).offered, 2);
  EXPECT_EQ(Row(kTax).waiting, 1);
  Accept(70, 1, kBert);
  EXPECT_EQ(Today(kTax).answered, 1);
  EXPECT_EQ(Today(kTax).answered_wait_sum, Duration::Seconds(10))
      << "what counts is the wait after the agent who had it";
  Fold(90, ItemCompleted{ItemId(1), kBert, CompletionCause::kByAgent, {}});
  EXPECT_EQ(Today(kTax).handle_sum, Duration::Seconds(20));
}

TEST_F(BoardTest, ATransferToAnAgentOfTheSameQueueGoesOnWithTheStay) {
  Enter(0, 1);
  Fold(5, ItemTransferred{.item = ItemId(1), .to_queue = kTax, .to_agent = kBert, .due = At(20)});
  EXPECT_EQ(Today().offered, 1);
  EXPECT_EQ(Today().ended_otherwise, 0);
  EXPECT_EQ(board_.FindItem(ItemId(1))->kept_for, kBert);
  Fold(8, KeepEnded{ItemId(1), kBert, KeepEndCause::kAgentGone});
  EXPECT_EQ(board_.FindItem(ItemId(1))->kept_for, std::nullopt);
}

TEST_F(BoardTest, AReturnBeginsAStayOfItsOwn) {
  Enter(0, 1);
  Accept(10, 1, kAnna);
  Fold(20, ItemReturned{ItemId(1), kAnna, ReturnCause::kByAgent});
  EXPECT_EQ(Today().offered, 2);
  EXPECT_EQ(Today().answered, 1);
  EXPECT_EQ(Row().waiting, 1);
  EXPECT_EQ(board_.LongestWaitingSince(kTax), At(0)) << "its entry stays";
  Fold(23, ItemAbandoned{ItemId(1)});
  EXPECT_EQ(Today().abandoned, 1);
}

TEST_F(BoardTest, OrdersTheWaiting) {
  Enter(0, 1, kTax, 5);
  Enter(1, 2, kTax, 3);
  Enter(2, 3, kTax, 5);
  EXPECT_EQ(board_.FirstWaiting(kTax, 10), (std::vector{ItemId(2), ItemId(1), ItemId(3)}));
  EXPECT_EQ(board_.FirstWaiting(kTax, 1), std::vector{ItemId(2)});
  EXPECT_EQ(board_.RankOf(ItemId(1)), 2u);
  EXPECT_EQ(board_.RankOf(ItemId(3)), 3u);
  Fold(3, ItemUpdated{.item = ItemId(3), .band = 0, .due = At(22)});
  EXPECT_EQ(board_.RankOf(ItemId(3)), 1u);
  Accept(4, 3, kAnna);
  EXPECT_EQ(board_.RankOf(ItemId(3)), std::nullopt);
  EXPECT_EQ(board_.RankOf(ItemId(2)), 1u);
}

TEST_F(BoardTest, TimeMakesOverdue) {
  Enter(0, 1);
  Enter(5, 2);
  board_.Advance(At(20));
  EXPECT_EQ(Row().overdue, 0) << "due now is not overdue";
  const uint64_t before = board_.version();
  board_.Advance(At(21));
  EXPECT_EQ(Row().overdue, 1);
  EXPECT_GT(board_.version(), before);
  Offer(22, 1, kAnna);
  EXPECT_EQ(Row().overdue, 1);
  Fold(23, OfferAccepted{OfferId(1), ItemId(1), kAnna});
  EXPECT_EQ(Row().overdue, 0);
  board_.Advance(At(30));
  EXPECT_EQ(Row().overdue, 1);
}

TEST_F(BoardTest, ADayBeginsWithWhatWaits) {
  Enter(0, 1);
  Enter(1, 2);
  Accept(2, 2, kAnna);
  board_.StartDay(At(100));
  ExpectBooksClose();
  EXPECT_EQ(Today().offered, 1);
  EXPECT_EQ(Today().answered, 0);
  EXPECT_EQ(Row().active, 1);
  Fold(110, ItemCompleted{ItemId(2), kAnna, CompletionCause::kByAgent, {}});
  EXPECT_EQ(Today().completed, 1);
}

TEST_F(BoardTest, SaysWhatChangedSince) {
  const auto queues = [&](uint64_t version) {
    std::vector<uint32_t> ids;
    board_.ForEachQueueSince(version, [&](QueueId id) { ids.push_back(id.value()); });
    return ids;
  };
  const auto agents = [&](uint64_t version) {
    std::vector<uint32_t> ids;
    board_.ForEachAgentSince(version, [&](AgentId id) { ids.push_back(id.value()); });
    return ids;
  };
  EXPECT_EQ(queues(0), (std::vector<uint32_t>{2, 1}));
  uint64_t seen = board_.version();
  Enter(0, 1, kTax);
  EXPECT_EQ(queues(seen), std::vector<uint32_t>{1});
  EXPECT_TRUE(agents(seen).empty());
  seen = board_.version();
  Accept(1, 1, kBert);
  EXPECT_EQ(agents(seen), std::vector<uint32_t>{2});
  seen = board_.version();
  board_.SetStaffing(kMail, {2, 1});
  EXPECT_EQ(queues(seen), std::vector<uint32_t>{2});
  seen = board_.version();
  board_.SetStaffing(kMail, {2, 1});
  EXPECT_EQ(board_.version(), seen) << "the same figures are no change";
}

TEST_F(BoardTest, ResumesFromASequenceAndRemembersWhoIsGone) {
  const uint64_t known = board_.sequence();
  Fold(1, AgentDeleted{kBert});
  const auto version = board_.VersionToResume(known);
  ASSERT_TRUE(version.has_value());
  std::vector<std::string> removed;
  board_.ForEachRemovedSince(*version, [&](const std::string& name) { removed.push_back(name); });
  EXPECT_EQ(removed, std::vector<std::string>{"agents/bert"});
  EXPECT_EQ(board_.VersionToResume(board_.sequence() + 1), std::nullopt) << "from the future";
  EXPECT_EQ(board_.VersionToResume(0), std::nullopt);
  for (size_t i = 0; i < Board::kRemovalsKept; ++i) {
    Fold(2, AgentConfigured{kBert, {.name = "bert", .profile = ProfileId(1)}});
    Fold(2, AgentDeleted{kBert});
  }
  EXPECT_EQ(board_.VersionToResume(known), std::nullopt) << "too long ago";
  EXPECT_TRUE(board_.VersionToResume(board_.sequence() - 10).has_value());
}

TEST(LocalDay, FollowsTheZoneAndItsClockChanges) {
  const Instant noon = Instant::FromMillis(1'774'782'000'000);  // 2026-03-29T11:00:00Z
  const Day day = LocalDay(noon, "Europe/Brussels");
  EXPECT_EQ(day.start, Instant::FromMillis(1'774'738'800'000)) << "23:00Z, winter time";
  EXPECT_EQ(day.end - day.start, Duration::Hours(23));
  EXPECT_EQ(LocalDay(noon, "Nowhere/At-all").end - LocalDay(noon, "Nowhere/At-all").start,
            Duration::Hours(24));
  EXPECT_EQ(LocalDay(day.end, "Europe/Brussels").start, day.end);
}

TEST(DayFold, CountsEachEventInItsDay) {
  DayFold fold(Board(), LocalDay);
  const Instant midnight = Instant::FromMillis(1'774'821'600'000);  // 2026-03-30 in Brussels
  CenterConfig center;
  center.time_zone = "Europe/Brussels";
  const Instant before = midnight - Duration::Minutes(1);
  fold.Fold(1, {before, CenterConfigured{center}});
  EXPECT_EQ(fold.board().day_start(), midnight - Duration::Hours(23));
  fold.Fold(2, {before, QueueConfigured{kTax, {.name = "tax"}}});
  fold.Fold(3, {before, ItemEntered{.item = ItemId(1), .queue = kTax}});
  fold.Advance(midnight + Duration::Seconds(1));
  EXPECT_EQ(fold.board().day_start(), midnight - Duration::Hours(23)) << "late events may come";
  fold.Fold(4, {midnight, ItemAbandoned{ItemId(1)}});
  EXPECT_EQ(fold.board().day_start(), midnight);
  const DayCounters& today = fold.board().FindQueue(kTax)->today;
  EXPECT_EQ(today.offered, 1) << "it waited when the day began";
  EXPECT_EQ(today.abandoned, 1);
  fold.Advance(midnight + Duration::Hours(24) + Duration::Seconds(3));
  EXPECT_EQ(fold.board().day_start(), midnight + Duration::Hours(24));
}

}  // namespace
}  // namespace wissel::metrics
