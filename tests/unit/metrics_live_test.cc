// The live view through its method table.
#include <gtest/gtest.h>

#include <map>

#include "fmt/format.h"
#include "metrics/service/live.h"
#include "tests/unit/live_testing.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/live.pb.h"

namespace wissel::testing {
namespace {

using Stream = std::shared_ptr<ReaderStream<v1::LiveUpdate>>;

// What a page that watches knows: snapshots replace it, deltas change it.
struct Page {
  std::map<std::string, v1::QueueLive> queues;
  std::map<std::string, v1::AgentLive> agents;
  std::optional<v1::WaitingItems> waiting;
  int64_t sequence = 0;

  void Take(const v1::LiveUpdate& update) {
    if (update.snapshot()) *this = Page();
    EXPECT_GE(update.sequence(), sequence);
    sequence = update.sequence();
    for (const v1::QueueLive& queue : update.queues()) queues[queue.name()] = queue;
    for (const v1::AgentLive& agent : update.agents()) agents[agent.name()] = agent;
    for (const std::string& name : update.removed()) {
      queues.erase(name);
      agents.erase(name);
    }
    if (update.has_waiting()) waiting = update.waiting();
  }
};

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() {
    metrics::LiveOptions options;
    options.waits = &center_.waits();
    options.agent_display_name = [this](std::string_view agent) {
      return center_.people().Find(agent);
    };
    live_ = std::make_unique<metrics::Live>(center_.shard(), std::move(options));
    live_->Register(center_.table());
    center_.SetUp();
    live_->Start();
    live_->Settle();
  }
  ~LiveTest() override {
    live_->Stop();
    center_.shard().Stop();
  }

  void Pass(Duration time) {
    center_.shard().Advance(time);
    live_->Settle();
  }
  Stream Watch(const std::string& json = "{}", int room = 1'000'000) {
    auto stream =
        OpenStream<v1::LiveUpdate>(center_.table(), "LiveService.WatchLive", json, Admin(), room);
    live_->Settle();
    return stream;
  }
  v1::LiveUpdate Get(const std::string& json = "{}") {
    return center_.Must<v1::LiveUpdate>("LiveService.GetLive", json);
  }
  static Page PageOf(const Stream& stream) {
    Page page;
    for (const v1::LiveUpdate& update : stream->updates()) page.Take(update);
    return page;
  }
  // A page that followed the deltas shows what a fresh snapshot says.
  void ExpectAgrees(const Stream& stream) {
    Page fresh;
    fresh.Take(Get());
    const Page page = PageOf(stream);
    const auto expect_same = [](const auto& shown, const auto& wanted) {
      ASSERT_EQ(shown.size(), wanted.size());
      for (const auto& [name, row] : wanted) {
        ASSERT_TRUE(shown.contains(name)) << name;
        EXPECT_EQ(shown.at(name).ShortDebugString(), row.ShortDebugString());
      }
    };
    expect_same(page.queues, fresh.queues);
    expect_same(page.agents, fresh.agents);
  }

  TestCenter center_;
  std::unique_ptr<metrics::Live> live_;
};

TEST_F(LiveTest, ShowsQueuesAgentsAndWaitingItems) {
  center_.Enter();
  center_.Enter();
  Pass(Duration::Seconds(70));
  center_.Available("anna");
  const v1::LiveUpdate live = Get(R"({"itemsOfQueue": "queues/tax"})");
  EXPECT_TRUE(live.snapshot());
  EXPECT_EQ(live.sequence(), static_cast<int64_t>(center_.shard().last_sequence()));
  ASSERT_EQ(live.queues_size(), 1);
  const v1::QueueLive& tax = live.queues(0);
  EXPECT_EQ(tax.name(), "queues/tax");
  EXPECT_EQ(tax.channel(), v1::CHAT);
  EXPECT_TRUE(tax.open());
  EXPECT_EQ(tax.waiting(), 2);
  EXPECT_EQ(tax.offered_now(), 2) << "anna may hold two chats";
  EXPECT_EQ(tax.overdue(), 2) << "ten seconds past the promise of a minute";
  EXPECT_EQ(tax.longest_waiting_since().seconds(), kStart.millis() / 1000);
  EXPECT_EQ(tax.next_due().seconds(), kStart.millis() / 1000 + 60);
  EXPECT_EQ(tax.offered(), 2);
  EXPECT_FALSE(tax.has_service_level()) << "nobody was answered yet";
  EXPECT_EQ(tax.agents_signed_in(), 1);
  EXPECT_EQ(tax.agents_free(), 0);
  EXPECT_EQ(tax.day_start().seconds(), (kStart - Duration::Hours(10)).millis() / 1000)
      << "midnight in Brussels";

  ASSERT_EQ(live.agents_size(), 2);
  const Page page = [&] {
    Page p;
    p.Take(live);
    return p;
  }();
  const v1::AgentLive& anna = page.agents.at("agents/anna");
  EXPECT_EQ(anna.display_name(), "The anna");
  EXPECT_EQ(anna.presence(), v1::AVAILABLE);
  EXPECT_EQ(anna.load_permille(), 1000);
  ASSERT_EQ(anna.work_size(), 2);
  EXPECT_EQ(anna.work(0).state(), v1::WorkItem::OFFERED);
  EXPECT_EQ(page.agents.at("agents/bert").presence(), v1::OFFLINE);

  ASSERT_EQ(live.waiting().items_size(), 2);
  EXPECT_EQ(live.waiting().total(), 2);
  EXPECT_EQ(live.waiting().items(0).name(), "workItems/1");
  EXPECT_EQ(live.waiting().items(0).state(), v1::WorkItem::OFFERED);
}

TEST_F(LiveTest, FollowsWithDeltas) {
  auto stream = Watch(R"({"itemsOfQueue": "queues/tax"})");
  ASSERT_EQ(stream->count(), 1u);
  EXPECT_TRUE(stream->last().snapshot());
  center_.Enter();
  Pass(Duration::Millis(100));
  ASSERT_GE(stream->count(), 2u);
  EXPECT_FALSE(stream->last().snapshot());
  EXPECT_EQ(stream->last().queues_size(), 1);
  EXPECT_EQ(stream->last().agents_size(), 0) << "only what changed";
  EXPECT_EQ(stream->last().waiting().items_size(), 1);
  center_.Available("anna");
  const std::string offer = center_.StateOf("anna").offers(0).name();
  center_.Must<v1::AgentState>("AgentService.AcceptOffer", R"({"name": ")" + offer + R"("})",
                               Desk("anna"));
  Pass(Duration::Seconds(1));   // staffing is asked for
  Pass(Duration::Millis(100));  // and shown in the next round
  EXPECT_EQ(PageOf(stream).waiting->items_size(), 0);
  EXPECT_EQ(PageOf(stream).queues["queues/tax"].service_level(), 1.0);
  EXPECT_EQ(PageOf(stream).queues["queues/tax"].agents_free(), 1);
  ExpectAgrees(stream);
}

TEST_F(LiveTest, SaysHowLongSomebodyWouldWait) {
  auto stream = Watch();
  Pass(Duration::Seconds(1));
  EXPECT_FALSE(PageOf(stream).queues["queues/tax"].has_estimated_wait()) << "nobody is here";
  center_.Available("anna");
  Pass(Duration::Seconds(1));
  Pass(Duration::Millis(100));
  ASSERT_TRUE(PageOf(stream).queues["queues/tax"].has_estimated_wait());
  EXPECT_EQ(PageOf(stream).queues["queues/tax"].estimated_wait().p80().seconds(), 0);
  center_.Enter();
  center_.Enter();
  Pass(Duration::Seconds(1));
  Pass(Duration::Millis(100));
  EXPECT_FALSE(PageOf(stream).queues["queues/tax"].has_estimated_wait()) << "nothing was seen yet";
  ExpectAgrees(stream);
}

TEST_F(LiveTest, SendsAtMostOnceATickAndOnlyWhenSomethingChanged) {
  auto stream = Watch();
  Pass(Duration::Seconds(2));
  const size_t before = stream->count();
  for (int i = 0; i < 20; ++i) {
    center_.Enter();
    live_->Settle();
  }
  EXPECT_LE(stream->count(), before + 1);
  Pass(Duration::Millis(100));
  EXPECT_EQ(PageOf(stream).queues["queues/tax"].waiting(), 20);
  EXPECT_LE(stream->count(), before + 2);
  Pass(Duration::Seconds(2));
  const size_t quiet = stream->count();
  Pass(Duration::Seconds(2));
  EXPECT_EQ(stream->count(), quiet);
  Pass(Duration::Seconds(3));
  EXPECT_EQ(stream->count(), quiet + 1) << "a sign of life";
  EXPECT_EQ(stream->last().queues_size(), 0);
  EXPECT_GT(stream->last().sequence(), 0);
}

TEST_F(LiveTest, ASlowReaderGetsFewerLargerDeltas) {
  auto stream = Watch("{}", 1);
  EXPECT_EQ(stream->count(), 1u);
  for (int i = 0; i < 5; ++i) {
    center_.Enter();
    Pass(Duration::Millis(500));
  }
  center_.Available("anna");
  Pass(Duration::Millis(500));
  EXPECT_EQ(stream->count(), 1u);
  stream->GiveRoom(1);
  Pass(Duration::Millis(100));
  EXPECT_EQ(stream->count(), 2u);
  EXPECT_EQ(stream->last().queues_size(), 1);
  EXPECT_EQ(stream->last().queues(0).waiting(), 5);
  EXPECT_EQ(stream->last().agents_size(), 1);
}

TEST_F(LiveTest, ResumesWhereTheWatcherStood) {
  auto stream = Watch();
  Pass(Duration::Seconds(1));
  const int64_t known = stream->last().sequence();
  stream->Close();
  center_.Available("anna");
  center_.Must<google::protobuf::Empty>("ConfigService.DeleteAgent", R"({"name": "agents/bert"})");
  Pass(Duration::Seconds(1));
  auto resumed = Watch(fmt::format(R"({{"resumeSequence": "{}"}})", known));
  const v1::LiveUpdate first = resumed->updates().at(0);
  EXPECT_FALSE(first.snapshot());
  ASSERT_EQ(first.removed_size(), 1);
  EXPECT_EQ(first.removed(0), "agents/bert");
  bool anna = false;
  for (const v1::AgentLive& agent : first.agents()) anna |= agent.name() == "agents/anna";
  EXPECT_TRUE(anna);
  EXPECT_TRUE(Watch(R"({"resumeSequence": "1"})")->updates()[0].snapshot()) << "too long ago";
  EXPECT_TRUE(Watch(R"({"resumeSequence": "999999"})")->updates()[0].snapshot());
  EXPECT_EQ(Watch(R"({"resumeSequence": "-1"})")->WaitForFinish().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(LiveTest, ALineThatNothingEverStoodInIsShownToWhoeverResumes) {
  auto stream = Watch();
  Pass(Duration::Seconds(1));
  const int64_t known = stream->last().sequence();
  stream->Close();
  auto resumed =
      Watch(fmt::format(R"({{"resumeSequence": "{}", "itemsOfQueue": "queues/tax"}})", known));
  Pass(Duration::Seconds(1));
  ASSERT_GE(resumed->count(), 1u);
  EXPECT_FALSE(resumed->updates()[0].snapshot());
  ASSERT_TRUE(resumed->updates()[0].has_waiting());
  EXPECT_EQ(resumed->updates()[0].waiting().queue(), "queues/tax");
}

TEST_F(LiveTest, TellsTheLastEntryOfTheRecord) {
  auto stream = Watch();
  Pass(Duration::Seconds(1));
  const int64_t before = stream->last().last_audit_entry();
  // Nothing on the board changes with a skill.
  center_.Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": "english"})");
  Pass(Duration::Seconds(1));
  EXPECT_EQ(stream->last().last_audit_entry(), before + 1);
}

TEST_F(LiveTest, ShowsTheFirst200OfALine) {
  for (int i = 0; i < 205; ++i) center_.Enter();
  const v1::LiveUpdate live = Get(R"({"itemsOfQueue": "queues/tax"})");
  EXPECT_EQ(live.waiting().items_size(), 200);
  EXPECT_EQ(live.waiting().total(), 205);
}

TEST_F(LiveTest, SaysWhatTheRadarFoundAndWhatCanBeDone) {
  auto stream = Watch();
  const std::string about = R"({"workItem": {"queue": "queues/tax", "topic": "letter"}})";
  const auto minutes = [&](int count, int arrivals) {
    for (int i = 0; i < count * arrivals; ++i) {
      center_.Must<v1::WorkItem>("WorkService.CreateWorkItem", about);
      Pass(Duration::Millis(60'000 / arrivals));
    }
  };
  minutes(70, 2);
  v1::Radar radar = Get().radar();
  EXPECT_TRUE(radar.alarms().empty());
  EXPECT_EQ(radar.series(), 2);  // the queue, and its topic
  EXPECT_EQ(radar.series_by_history(), 0);
  EXPECT_EQ(radar.days_per_false_alarm(), 7);

  minutes(3, 20);
  Pass(Duration::Seconds(3));
  radar = Get().radar();
  ASSERT_EQ(radar.alarms_size(), 2);
  const v1::RadarAlarm& alarm = radar.alarms(0);
  EXPECT_EQ(alarm.queue(), "queues/tax");
  EXPECT_EQ(alarm.direction(), v1::RadarAlarm::UP);
  EXPECT_EQ(alarm.basis(), v1::RadarAlarm::TODAY);
  EXPECT_GT(alarm.observed(), alarm.expected_high());
  ASSERT_GE(alarm.proposals_size(), 1);
  EXPECT_EQ(alarm.proposals(0).kind(), v1::RadarProposal::ANNOUNCE);
  EXPECT_EQ(alarm.proposals(0).contacts(), 200);
  // Who watches was told.
  int told = 0;
  for (const v1::LiveUpdate& update : stream->updates()) told += update.radar().alarms_size() == 2;
  EXPECT_GE(told, 1);

  const auto series = center_.Must<v1::RadarSeries>(
      "LiveService.GetRadarSeries", R"({"queue": "queues/tax", "topic": "letter"})");
  EXPECT_GE(series.points_size(), 14);
  const std::string none = R"({"queue": "queues/tax", "topic": "none"})";
  center_.Refused<v1::RadarSeries>("LiveService.GetRadarSeries", none, absl::StatusCode::kNotFound,
                                   "topic");
}

TEST_F(LiveTest, RefusesWhoMayNotLookAtTheRadarOrTheQuarters) {
  center_.Refused<v1::RadarSeries>("LiveService.GetRadarSeries", R"({"queue": "queues/tax"})",
                                   absl::StatusCode::kPermissionDenied, "", Desk("anna"));
  center_.Refused<v1::ListIntervalsResponse>("LiveService.ListIntervals", "{}",
                                             absl::StatusCode::kPermissionDenied, "", Desk("anna"));
  center_.Refused<v1::ListIntervalsResponse>("LiveService.ListIntervals", "{}",
                                             absl::StatusCode::kInvalidArgument, "startTime");
  const std::string too_long =
      R"({"startTime": "2026-03-01T00:00:00Z", "endTime": "2026-05-01T00:00:00Z"})";
  center_.Refused<v1::ListIntervalsResponse>("LiveService.ListIntervals", too_long,
                                             absl::StatusCode::kInvalidArgument, "endTime");
  // This one keeps no history.
  const std::string day =
      R"({"startTime": "2026-03-01T00:00:00Z", "endTime": "2026-03-02T00:00:00Z"})";
  center_.Refused<v1::ListIntervalsResponse>("LiveService.ListIntervals", day,
                                             absl::StatusCode::kUnavailable, "");
}

TEST_F(LiveTest, RefusesWhoMayNotAndWhatIsNot) {
  center_.Refused<v1::LiveUpdate>("LiveService.GetLive", R"({"itemsOfQueue": "queues/none"})",
                                  absl::StatusCode::kNotFound, "itemsOfQueue");
  center_.Refused<v1::LiveUpdate>("LiveService.GetLive", R"({"itemsOfQueue": "none"})",
                                  absl::StatusCode::kInvalidArgument, "itemsOfQueue");
  center_.Refused<v1::LiveUpdate>("LiveService.GetLive", "{}", absl::StatusCode::kPermissionDenied,
                                  "", Desk("anna"));
  EXPECT_EQ(Watch(R"({"itemsOfQueue": "queues/none"})")->WaitForFinish().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(LiveTest, ManyPagesThatComeAndGoAllAgreeInTheEnd) {
  std::vector<Stream> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(Watch());
  center_.Available("anna");
  center_.Available("bert");
  for (int i = 0; i < 60; ++i) {
    center_.Enter();
    for (const std::string agent : {"anna", "bert"}) {
      const v1::AgentState state = center_.StateOf(agent);
      if (state.offers_size() > 0 && i % 3 != 0) {
        center_.Must<v1::AgentState>("AgentService.AcceptOffer",
                                     R"({"name": ")" + state.offers(0).name() + R"("})",
                                     Desk(agent));
      }
      if (state.assignments_size() > 0 && i % 2 == 0) {
        center_.Must<v1::AgentState>(
            "AgentService.CompleteAssignment",
            R"({"name": ")" + state.assignments(0).name() + R"(", "reasonCodes": ["solved"]})",
            Desk(agent));
      }
    }
    streams[i % 20]->GiveRoom(i % 7);
    Pass(Duration::Millis(150 * (i % 5)));
  }
  for (const Stream& stream : streams) stream->GiveRoom(1000);
  Pass(Duration::Seconds(2));
  Pass(Duration::Seconds(2));
  for (const Stream& stream : streams) ExpectAgrees(stream);
  const v1::QueueLive tax = Get().queues(0);
  EXPECT_EQ(tax.offered(),
            tax.answered() + tax.abandoned() + tax.ended_otherwise() + tax.waiting());
  EXPECT_GT(tax.completed(), 5);
}

TEST_F(LiveTest, EndsItsStreamsWhenItStops) {
  auto stream = Watch();
  live_->Stop();
  EXPECT_EQ(stream->WaitForFinish().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(center_.Call<v1::LiveUpdate>("LiveService.GetLive", "{}").status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wissel::testing
