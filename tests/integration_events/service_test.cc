// EventService through its method table: what is refused, what comes, and signs of life.
#include <gtest/gtest.h>

#include "integration/events/event_service.h"
#include "router/journal/codec.h"
#include "router/journal/memory_journal.h"
#include "tests/unit/live_testing.h"
#include "tests/unit/service_testing.h"

namespace wissel::testing {
namespace {

using Response = v1::StreamEventsResponse;

class EventCenter : public ::testing::Test {
 protected:
  EventCenter() {
    center_.shard().AddObserver([this](const CommittedBatch& batch, const Engine&) {
      std::string payload;
      for (const Event& event : batch.events) AppendEvent(payload, event);
      const RowHeader header{epoch_, batch.first_sequence, batch.last_sequence()};
      ASSERT_TRUE(journal_->Append(header, payload).ok());
    });
    hub_ = *events::Hub::Open(center_.shard(), center_.shard().engine(), *journal_->OpenReader(),
                              {.source = "https://center.example"});
    events::RegisterEventService(table_, center_.shard(), *hub_);
    hub_->Start();
    center_.SetUp();
  }
  ~EventCenter() override { hub_->Stop(); }

  auto Open(const std::string& json, int room = 1'000'000,
            rpc::Caller caller = With(rpc::Role::kIntegration)) {
    auto stream = OpenStream<Response>(table_, "EventService.StreamEvents", json, caller, room);
    hub_->Settle();
    return stream;
  }
  void Refused(const std::string& json, absl::StatusCode code, const std::string& field) {
    const absl::Status status = Open(json)->WaitForFinish();
    EXPECT_EQ(status.code(), code) << json << status;
    EXPECT_EQ(FieldAtFault(status), field) << json << status;
  }
  static std::vector<v1::CloudEvent> EventsOf(const ReaderStream<Response>& stream) {
    std::vector<v1::CloudEvent> events;
    for (const Response& response : stream.updates()) {
      events.insert(events.end(), response.events().begin(), response.events().end());
    }
    return events;
  }

  TestCenter center_;
  std::shared_ptr<MemoryJournalStore> store_ = MakeMemoryJournalStore();
  std::unique_ptr<Journal> journal_ = *OpenMemoryJournal(store_);
  uint64_t epoch_ = *journal_->AcquireEpoch();
  rpc::MethodTable table_;
  std::unique_ptr<events::Hub> hub_;
};

TEST_F(EventCenter, RefusesWhatItCannotFollow) {
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  Refused(R"({"after": "here"})", kInvalid, "after");
  Refused(R"({"after": "-1"})", kInvalid, "after");
  Refused(R"({"after": "99999999999999999999999"})", kInvalid, "after");
  Refused(R"({"after": "1000000"})", absl::StatusCode::kOutOfRange, "after");
  Refused(R"({"typePrefixes": ["wissel.agent.", "wissel.nothing."]})", kInvalid, "typePrefixes[1]");
  Refused(R"({"typePrefixes": [""]})", kInvalid, "typePrefixes[0]");
  Refused(R"({"queues": ["queues/none"]})", absl::StatusCode::kNotFound, "queues[0]");
  Refused(R"({"queues": ["tax"]})", kInvalid, "queues[0]");
  Refused(R"({"contact": ")" + std::string(65, 'x') + R"("})", kInvalid, "contact");
  EXPECT_EQ(Open("{}", 1, With(rpc::Role::kManager))->WaitForFinish().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(EventCenter, TellsTheLifeOfAWorkItem) {
  const auto stream = Open("{}");
  center_.Available("anna");
  const v1::WorkItem item = center_.Must<v1::WorkItem>(
      "WorkService.CreateWorkItem",
      R"({"workItem": {"queue": "queues/tax", "contact": "chats/abc"}})");
  const std::string offer = center_.StateOf("anna").offers(0).name();
  center_.Must<v1::AgentState>("AgentService.AcceptOffer", R"({"name": ")" + offer + R"("})",
                               Desk("anna"));
  center_.Must<v1::AgentState>(
      "AgentService.CompleteAssignment",
      R"({"name": "agents/anna/assignments/1", "reasonCodes": ["solved"]})", Desk("anna"));
  hub_->Settle();
  std::vector<std::string> types;
  for (const v1::CloudEvent& event : EventsOf(*stream)) {
    types.push_back(event.type().substr(7, event.type().size() - 10));
    EXPECT_EQ(event.source(), "https://center.example");
  }
  EXPECT_EQ(types, (std::vector<std::string>{"agent.signed_in", "agent.presence_changed",
                                             "work_item.entered", "work_item.offered",
                                             "work_item.accepted", "work_item.completed"}));
  const v1::CloudEvent done = EventsOf(*stream).back();
  EXPECT_EQ(done.subject(), item.name());
  EXPECT_EQ(done.data().contact(), "chats/abc");
  EXPECT_EQ(done.data().agent(), "agents/anna");
  EXPECT_EQ(done.data().reason_codes(0), "solved");
  EXPECT_EQ(EventsOf(*stream)[3].data().offer(), offer);

  // From the third on, filtered.
  const auto again = Open(R"({"after": ")" + EventsOf(*stream)[2].id() +
                          R"(", "typePrefixes": ["wissel.work_item.a", "wissel.agent."]})");
  ASSERT_EQ(EventsOf(*again).size(), 1u);
  EXPECT_EQ(EventsOf(*again)[0].type(), "wissel.work_item.accepted.v1");
  EXPECT_EQ(EventsOf(*Open(R"({"after": "0", "contact": "chats/abc"})")).size(), 4u);
  EXPECT_EQ(EventsOf(*Open(R"({"after": "0", "contact": "chats/other"})")).size(), 0u);
}

TEST_F(EventCenter, GivesSignsOfLifeWithThePosition) {
  const auto stream = Open(R"({"typePrefixes": ["wissel.notice."]})");
  EXPECT_EQ(stream->count(), 0u);
  center_.Enter();
  center_.shard().Advance(Duration::Seconds(10));
  hub_->Settle();
  ASSERT_EQ(stream->count(), 1u);
  EXPECT_EQ(stream->last().events_size(), 0);
  EXPECT_EQ(stream->last().position(), std::to_string(center_.shard().last_sequence()));
  EXPECT_EQ(stream->last().time().seconds(), center_.shard().now().millis() / 1000);
}

TEST_F(EventCenter, ASlowReaderIsSentTheRestOnceItReads) {
  const auto stream = Open("{}", 1);
  for (int i = 0; i < 300; ++i) center_.Enter();
  hub_->Settle();
  EXPECT_EQ(stream->count(), 1u);
  while (EventsOf(*stream).size() < 300) {
    const size_t before = stream->count();
    stream->GiveRoom(1);
    hub_->Settle();
    ASSERT_EQ(stream->count(), before + 1);
    ASSERT_LE(stream->last().events_size(), 100);
  }
  EXPECT_EQ(EventsOf(*stream).size(), 300u);
  stream->Close();
  hub_->Settle();
  EXPECT_EQ(hub_->consumers(), 0u);
}

TEST_F(EventCenter, ListsItsTypes) {
  const auto* method = table_.Find("wissel.v1.EventService.ListEventTypes");
  ASSERT_NE(method, nullptr);
  v1::ListEventTypesResponse types;
  method->unary({}, v1::ListEventTypesRequest(),
                [&](absl::Status, std::unique_ptr<google::protobuf::Message> response) {
                  types = static_cast<v1::ListEventTypesResponse&>(*response);
                });
  EXPECT_EQ(static_cast<size_t>(types.event_types_size()), events::kEventTypes);
}

}  // namespace
}  // namespace wissel::testing
