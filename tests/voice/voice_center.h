// A center with calls over real sockets: a sequencer in memory, the services of the desk, agents
// who accept whatever they are offered, and SIPp as the phones on both sides.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/service/people.h"
#include "base/rpc/method_table.h"
#include "channels/contacts/contact_store.h"
#include "channels/voice/voice.h"
#include "google/protobuf/util/json_util.h"
#include "router/service/sequencer.h"
#include "router/service/services.h"
#include "router/service/waits.h"
#include "tests/unit/live_testing.h"
#include "wissel/v1/agent.pb.h"
#include "wissel/v1/config.pb.h"
#include "wissel/v1/voice.pb.h"
#include "wissel/v1/work.pb.h"

namespace wissel::testing {

// One SIPp, until it has played its calls. Its exit code is 0 when all went as the scenario says.
class Sipp {
 public:
  Sipp(const std::string& scenario, std::vector<std::string> arguments);
  ~Sipp();
  // When the port of `-p` is bound.
  Sipp& Listening();
  int Wait();
  // What it counted, by the name of the column; after Wait.
  int64_t Count(const std::string& column) const;

 private:
  uint16_t port_ = 0;
  int pid_ = -1;
  std::optional<int> code_;
  std::string folder_;
};

// For datagrams and for connections.
uint16_t FreePort();

class VoiceCenter : public ::testing::Test {
 protected:
  VoiceCenter();
  ~VoiceCenter() override;

  void Open(std::function<void(voice::VoiceOptions&)> change = {});
  void Reopen();
  // With a phone at this port of SIPp.
  void AddAgent(const std::string& name, uint16_t phone);
  void Available(const std::string& name);

  template <class Response>
  absl::StatusOr<Response> Ask(const std::string& name, const std::string& json,
                               const rpc::Caller& caller) {
    auto promise = std::make_shared<std::promise<absl::StatusOr<Response>>>();
    auto answer = promise->get_future();
    const rpc::Method* method = table_.Find("wissel.v1." + name);
    EXPECT_NE(method, nullptr) << name;
    std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, request.get()).ok()) << json;
    method->unary({caller, "test"}, *request,
                  [promise](absl::Status status, std::unique_ptr<google::protobuf::Message> got) {
                    if (!status.ok()) return promise->set_value(std::move(status));
                    promise->set_value(static_cast<Response&>(*got));
                  });
    return answer.get();
  }
  template <class Response>
  Response Must(const std::string& name, const std::string& json, const rpc::Caller& caller) {
    auto response = Ask<Response>(name, json, caller);
    EXPECT_TRUE(response.ok()) << name << " " << json << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  static rpc::Caller Admin() { return {"users/root", "", {rpc::Role::kAdmin}}; }
  static rpc::Caller As(const std::string& agent) {
    return {"users/" + agent, "agents/" + agent, {rpc::Role::kAgent}};
  }

  // Waits for the engine to get there; every event is looked at once.
  void Until(const std::function<bool(const Engine&)>& holds);
  // How many events of each kind there have been.
  template <class Kind>
  int64_t Events() const {
    std::lock_guard lock(mutex_);
    const auto it = events_.find(EventBody(Kind()).index());
    return it == events_.end() ? 0 : it->second;
  }
  int64_t Living(ItemState state);
  // What a manager sees of the call of the item with this number, from now on.
  using Seen = std::shared_ptr<ReaderStream<v1::Call>>;
  Seen Watch(uint64_t item);
  // "agents/anna/assignments/1".
  static std::string Assignment(const std::string& agent, uint64_t item) {
    return R"({"name": "agents/)" + agent + "/assignments/" + std::to_string(item) + R"("})";
  }
  // Waits until every leg of every call has been ended, on both sides.
  void NothingIsLeft();
  std::string Door() const { return "127.0.0.1:" + std::to_string(channel_->port()); }

  std::atomic<bool> accepting_ = true;
  std::unique_ptr<People> people_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<Sequencer> shard_;
  std::optional<Waits> waits_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<voice::VoiceChannel> channel_;
  rpc::MethodTable table_;

 private:
  void Observe();
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<size_t, int64_t> events_;
  uint64_t seen_ = 0;
};

}  // namespace wissel::testing
