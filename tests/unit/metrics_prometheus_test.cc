// The figures for Prometheus: what they count, that their number is bounded, and that promtool, the
// judge of names and units, has nothing to say.
#include "metrics/service/prometheus.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fmt/format.h"

namespace wissel::metrics {
namespace {

class PrometheusTest : public ::testing::Test {
 protected:
  template <class Body>
  void Fold(int64_t seconds, Body body) {
    const Event event{Instant::FromMillis(seconds * 1000), std::move(body)};
    figures_.Count(event, board_);
    board_.Fold(board_.sequence() + 1, event);
  }
  void AddQueue(uint32_t id, const std::string& name) {
    Fold(0, QueueConfigured{QueueId(id), {.name = name}});
  }
  void SetUp() override {
    Fold(0, ProfileConfigured{ProfileId(1), {"all", "", 100, {{Channel::kVoice}}}});
    Fold(0, AgentConfigured{AgentId(1), {.name = "anna", .profile = ProfileId(1)}});
    AddQueue(1, "tax");
  }
  void Live(uint64_t item, uint32_t queue) {
    Fold(10, ItemEntered{.item = ItemId(item), .queue = QueueId(queue)});
    Fold(12, OfferMade{OfferId(item), ItemId(item), AgentId(1)});
    Fold(17, OfferAccepted{OfferId(item), ItemId(item), AgentId(1)});
    Fold(30, ItemCompleted{ItemId(item), AgentId(1), CompletionCause::kByAgent, {}});
  }
  std::string Text() {
    figures_.Show(board_);
    return figures_.Text();
  }
  static void ExpectLine(const std::string& text, const std::string& line) {
    EXPECT_NE(("\n" + text).find("\n" + line + "\n"), std::string::npos) << line << "\n" << text;
  }

  Board board_;
  Prometheus figures_{"1.2.3"};
};

TEST_F(PrometheusTest, CountsWhatHappens) {
  Live(1, 1);
  Live(2, 1);
  Fold(40, ItemEntered{.item = ItemId(3), .queue = QueueId(1), .channel = Channel::kChat});
  Fold(41, ItemEntered{.item = ItemId(4), .queue = QueueId(1)});
  Fold(50, ItemAbandoned{ItemId(4)});
  figures_.ObserveDecision(3e-6);
  figures_.ObserveCommit(6e-5);
  figures_.ObservePublish(1e-5);
  figures_.ObserveBatchEvents(7);
  figures_.ObserveBatchBytes(300);
  figures_.SetInboxDepth(4);
  figures_.ShowJournal(/*writable=*/false, 41);
  figures_.CountAnswer(absl::StatusCode::kUnavailable);
  const std::string text = Text();
  ExpectLine(text, R"(wissel_items_entered_total{channel="voice",queue="tax"} 3)");
  ExpectLine(text, R"(wissel_items_entered_total{channel="chat",queue="tax"} 1)");
  ExpectLine(text, R"(wissel_items_answered_total{queue="tax"} 2)");
  ExpectLine(text, R"(wissel_items_abandoned_total{queue="tax"} 1)");
  ExpectLine(text, R"(wissel_items_completed_total{queue="tax"} 2)");
  ExpectLine(text, R"(wissel_offers_total{outcome="accepted",queue="tax"} 2)");
  ExpectLine(text, R"(wissel_wait_seconds_sum{queue="tax"} 14)");
  ExpectLine(text, R"(wissel_wait_seconds_bucket{queue="tax",le="10"} 2)");
  ExpectLine(text, R"(wissel_waiting_items{queue="tax"} 1)");
  ExpectLine(text, R"(wissel_agents{presence="offline"} 1)");
  ExpectLine(text, R"(wissel_decision_seconds_count 1)");
  ExpectLine(text, R"(wissel_journal_commit_seconds_count 1)");
  ExpectLine(text, R"(wissel_publish_seconds_count 1)");
  ExpectLine(text, R"(wissel_journal_batch_events_sum 7)");
  ExpectLine(text, R"(wissel_inbox_depth 4)");
  ExpectLine(text, R"(wissel_answers_due_total{queue="tax"} 3)");
  ExpectLine(text, R"(wissel_answers_in_time_total{queue="tax"} 2)");
  ExpectLine(text, R"(wissel_journal_writable 0)");
  ExpectLine(text, R"(wissel_journal_sequence 41)");
  ExpectLine(text, R"(wissel_requests_total{code="UNAVAILABLE"} 1)");
  ExpectLine(text, R"(wissel_requests_total{code="OK"} 0)");
  ExpectLine(text, R"(wissel_build_info{version="1.2.3"} 1)");
}

TEST_F(PrometheusTest, CountsPromises) {
  for (uint64_t item = 1; item <= 3; ++item) {
    Fold(10, ItemEntered{.item = ItemId(item), .queue = QueueId(1)});
    Fold(10, WaitPromised{ItemId(item), {Duration::Seconds(5), Duration::Seconds(20)}});
  }
  Fold(15, ItemAbandoned{ItemId(1)});
  Fold(20, OfferMade{OfferId(2), ItemId(2), AgentId(1)});
  Fold(25, OfferAccepted{OfferId(2), ItemId(2), AgentId(1)});
  Fold(31, ItemAbandoned{ItemId(3)});
  const std::string text = Text();
  ExpectLine(text, R"(wissel_promises_total{outcome="left",queue="tax"} 1)");
  ExpectLine(text, R"(wissel_promises_total{outcome="kept",queue="tax"} 1)");
  ExpectLine(text, R"(wissel_promises_total{outcome="broken",queue="tax"} 1)");
}

TEST_F(PrometheusTest, NamesAtMostSoManyQueues) {
  for (uint32_t i = 2; i <= 700; ++i) AddQueue(i, fmt::format("queue-{}", i));
  for (uint32_t i = 2; i <= 700; ++i) {
    Fold(10, ItemEntered{.item = ItemId(i), .queue = QueueId(i)});
  }
  const std::string text = Text();
  size_t named = 0;
  for (size_t at = 0; (at = text.find("\nwissel_waiting_items{", at)) != std::string::npos; ++at) {
    ++named;
  }
  EXPECT_EQ(named, Prometheus::kQueuesNamed + 1);
  EXPECT_NE(text.find(R"(wissel_waiting_items{queue="other"} )"), std::string::npos);
  double waiting = 0;
  for (size_t at = 0; (at = text.find("\nwissel_waiting_items{", at)) != std::string::npos; ++at) {
    waiting += std::atof(text.c_str() + text.find("} ", at) + 2);
  }
  EXPECT_EQ(waiting, 699) << "named or not, everything that waits is counted once";
}

TEST_F(PrometheusTest, PassesPromtool) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0) {
    std::fprintf(stderr,
                 "\n*** promtool is not installed: the names of the figures are NOT checked ***\n");
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  Live(1, 1);
  figures_.ObserveDecision(3e-6);
  const auto file = std::filesystem::path(::testing::TempDir()) / "wissel-figures.txt";
  std::ofstream(file) << Text();
  const std::string said = file.string() + ".said";
  const int result = std::system(
      fmt::format("promtool check metrics < '{}' > '{}' 2>&1", file.string(), said).c_str());
  std::stringstream complaints;
  complaints << std::ifstream(said).rdbuf();
  EXPECT_EQ(result, 0) << complaints.str();
  EXPECT_EQ(complaints.str(), "");
  std::filesystem::remove(file);
  std::filesystem::remove(said);
}

}  // namespace
}  // namespace wissel::metrics
