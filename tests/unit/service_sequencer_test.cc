// The services over the real sequencer, many callers at once: nothing is doubled, nothing lost,
// nobody waits for ever.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agents/service/people.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/json_util.h"
#include "router/journal/memory_journal.h"
#include "router/service/sequencer.h"
#include "router/service/services.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel {
namespace {

class ServiceSequencerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto journal = OpenMemoryJournal(MakeMemoryJournalStore());
    ASSERT_TRUE(journal.ok());
    sequencer_ = *Sequencer::Open(*std::move(journal), std::nullopt, {});
    people_ = *People::Open(":memory:");
    waits_.emplace(*sequencer_, Pace(sequencer_->engine()));
    services_ = std::make_unique<Services>(*sequencer_, *people_, *waits_, ServiceOptions());
    services_->Register(table_);
    sequencer_->Start();
    services_->Start();
    Must<v1::RoutingProfile>("ConfigService.CreateRoutingProfile",
                             R"({"routingProfileId": "chat", "routingProfile": {"channels": [
                                 {"channel": "CHAT"}]}})");
    Must<v1::Queue>("ConfigService.CreateQueue",
                    R"({"queueId": "tax", "queue": {"channel": "CHAT", "answerWithin": "60s"}})");
  }
  void TearDown() override {
    services_->Stop();
    sequencer_->Stop();
  }

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json) {
    const rpc::Method* method = table_.Find("wissel.v1." + name);
    std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, request.get()).ok()) << json;
    auto promise = std::make_shared<std::promise<absl::StatusOr<Response>>>();
    auto answer = promise->get_future();
    const rpc::Context context = {{"users/root", "", {rpc::Role::kAdmin}}, "test"};
    method->unary(
        context, *request,
        [promise](absl::Status status, std::unique_ptr<google::protobuf::Message> response) {
          if (!status.ok()) return promise->set_value(std::move(status));
          promise->set_value(static_cast<Response&>(*response));
        });
    return answer.get();
  }
  template <class Response>
  Response Must(const std::string& name, const std::string& json) {
    auto response = Call<Response>(name, json);
    EXPECT_TRUE(response.ok()) << name << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  // Runs on several threads at once and waits for all.
  static void Together(int threads, const std::function<void(int)>& body) {
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) running.emplace_back(body, i);
    for (std::thread& thread : running) thread.join();
  }

  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<People> people_;
  std::optional<Waits> waits_;
  std::unique_ptr<Services> services_;
  rpc::MethodTable table_;
};

TEST_F(ServiceSequencerTest, ARequestSentByManyIsCarriedOutOnce) {
  constexpr int kThreads = 4;
  constexpr int kRequests = 100;
  std::vector<std::set<std::string>> names(kThreads);
  Together(kThreads, [&](int thread) {
    for (int i = 0; i < kRequests; ++i) {
      names[thread].insert(Must<v1::WorkItem>("WorkService.CreateWorkItem",
                                              R"({"requestId": "r)" + std::to_string(i) +
                                                  R"(", "workItem": {"queue": "queues/tax"}})")
                               .name());
    }
  });
  for (const auto& of_thread : names) EXPECT_EQ(of_thread, names[0]);
  EXPECT_EQ(names[0].size(), static_cast<size_t>(kRequests));
  const auto list =
      Must<v1::ListWorkItemsResponse>("WorkService.ListWorkItems", R"({"pageSize": 1000})");
  EXPECT_EQ(list.work_items_size(), kRequests);
}

TEST_F(ServiceSequencerTest, ABatchIsAnsweredWhole) {
  std::string batch = R"({"requests": [{"workItem": {"queue": "queues/tax"}})";
  for (int i = 1; i < 1000; ++i) batch += R"(, {"workItem": {"queue": "queues/tax"}})";
  batch += "]}";
  Together(3, [&](int) {
    const auto answer =
        Must<v1::BatchCreateWorkItemsResponse>("WorkService.BatchCreateWorkItems", batch);
    ASSERT_EQ(answer.results_size(), 1000);
    for (const auto& result : answer.results()) EXPECT_TRUE(result.has_work_item());
  });
}

TEST_F(ServiceSequencerTest, ChangesOfOneAgentLoseNothing) {
  Must<v1::Agent>("ConfigService.CreateAgent", R"({"agentId": "anna", "agent": {"displayName":
      "Anna 0", "routingProfile": "routingProfiles/chat"}})");
  for (const char* skill : {"a", "b", "c", "d"}) {
    Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": ")" + std::string(skill) + "\"}");
  }
  std::atomic<int> aborted = 0;
  Together(4, [&](int thread) {
    for (int i = 1; i <= 20; ++i) {
      const std::string number = std::to_string(thread * 100 + i);
      const std::string json = thread == 0
                                   ? R"({"agent": {"name": "agents/anna", "displayName": "Anna )" +
                                         number + R"("}, "updateMask": "displayName"})"
                                   : R"({"agent": {"name": "agents/anna", "order": )" + number +
                                         R"(}, "updateMask": "order"})";
      const auto agent = Call<v1::Agent>("ConfigService.UpdateAgent", json);
      if (!agent.ok()) ++aborted;
      if (agent.ok() && thread == 0) {
        EXPECT_EQ(agent->display_name(), "Anna " + number);
      }
    }
  });
  EXPECT_EQ(aborted, 0);
  const auto agent = Must<v1::Agent>("ConfigService.GetAgent", R"({"name": "agents/anna"})");
  EXPECT_EQ(agent.display_name(), "Anna 20");
  EXPECT_EQ(agent.order() % 100, 20);
  Must<google::protobuf::Empty>("ConfigService.DeleteAgent", R"({"name": "agents/anna"})");
  EXPECT_EQ(people_->Find("anna"), "");
}

TEST_F(ServiceSequencerTest, AChangeIsThereForTheNextCaller) {
  for (int i = 0; i < 50; ++i) {
    const std::string id = "s" + std::to_string(i);
    Must<v1::Skill>("ConfigService.CreateSkill", R"({"skillId": ")" + id + "\"}");
    Must<v1::WorkItem>("WorkService.CreateWorkItem",
                       R"({"workItem": {"queue": "queues/tax", "requirement": {"steps": [{"skills":
                           [{"skill": "skills/)" +
                           id + R"("}]}]}}})");
  }
}

TEST_F(ServiceSequencerTest, AfterTheStopEveryCallIsAnswered) {
  services_->Stop();
  sequencer_->Stop();
  EXPECT_TRUE(absl::IsUnavailable(
      Call<v1::WorkItem>("WorkService.CreateWorkItem", R"({"workItem": {"queue": "queues/tax"}})")
          .status()));
  EXPECT_TRUE(absl::IsUnavailable(
      Call<v1::WorkItem>("WorkService.GetWorkItem", R"({"name": "workItems/1"})").status()));
}

}  // namespace
}  // namespace wissel
