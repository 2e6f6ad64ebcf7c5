// The small center of service_testing.h with lists of people to be called, over a real contact
// store and real files, which a test may open anew.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "channels/outbound/outbound.h"
#include "fmt/format.h"
#include "tests/unit/service_testing.h"
#include "wissel/v1/contact.pb.h"
#include "wissel/v1/do_not_contact.pb.h"
#include "wissel/v1/outbound.pb.h"

namespace wissel::testing {

// The queue "sales" of outbound calls with a retry rule of its own, and the agents olga and omar.
class OutboundCenter : public ::testing::Test {
 protected:
  OutboundCenter();
  ~OutboundCenter() override;

  // The room anew, as after a restart: the shard knows what it knew, the files what they have.
  void OpenRoom();
  void CloseRoom();

  template <class Response>
  absl::StatusOr<Response> Call(const std::string& name, const std::string& json,
                                const rpc::Caller& caller = With(rpc::Role::kManager)) {
    auto response = CallOn<Response>(table_, name, json, caller);
    room_->Settle();
    return response;
  }
  template <class Response>
  Response Must(const std::string& name, const std::string& json,
                const rpc::Caller& caller = With(rpc::Role::kManager)) {
    auto response = Call<Response>(name, json, caller);
    EXPECT_TRUE(response.ok()) << name << " " << json << ": " << response.status();
    return response.ok() ? *std::move(response) : Response();
  }
  template <class Response>
  void Refused(const std::string& name, const std::string& json, absl::StatusCode code,
               const std::string& field, const rpc::Caller& caller = With(rpc::Role::kManager)) {
    const auto response = Call<Response>(name, json, caller);
    EXPECT_EQ(response.status().code(), code) << name << json << response.status();
    EXPECT_EQ(FieldAtFault(response.status()), field) << json << response.status();
  }

  // A running list "spring" of the queue, with `rules` in JSON besides.
  void MakeList(const std::string& rules = "", bool start = true);
  v1::OutboundList List();
  // Entries "k1" ... "kN", each with a number of their own.
  void AddPeople(int people, const std::string& more = "");
  v1::AddOutboundEntriesResponse Add(const std::string& entries, bool validate_only = false);
  v1::OutboundEntry EntryAt(int64_t number);
  // "PENDING 2, OPEN 1".
  std::string Counts();
  static std::string NumberOf(int person) { return fmt::format("+3225550{:03}", 100 + person); }

  void Advance(Duration by);
  // Living items of the queue, as the engine has them.
  std::vector<Item> Items();
  // The agent's first offer is taken; its item.
  std::string Accept(const std::string& agent);
  void Miss(const std::string& agent, const std::string& item);
  void Complete(const std::string& agent, const std::string& item, const std::string& reason);

  std::filesystem::path folder_;
  TestCenter center_;
  std::unique_ptr<contacts::ContactStore> store_;
  std::unique_ptr<outbound::Outbound> room_;
  rpc::MethodTable table_;
};

}  // namespace wissel::testing
