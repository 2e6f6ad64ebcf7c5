// Who may call what: every method of the table, every kind of caller, both doors.
#include <memory>
#include <vector>

#include "gateway/grpc_door.h"
#include "gateway/http_door.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/access_matrix.h"
#include "tests/gateway_support/test_world.h"

namespace wissel::gateway {
namespace {

TEST(GatewayAccess, EveryMethodAdmitsItsRolesAndNobodyElse) {
  TestWorld world;
  auto grpc = GrpcDoor::Open({}, world.methods(), world.authenticate());
  ASSERT_TRUE(grpc.ok()) << grpc.status();
  auto http =
      HttpDoor::Open({}, {.methods = &world.methods(), .authenticate = world.authenticate()});
  ASSERT_TRUE(http.ok()) << http.status();
  std::vector<CallerOfMatrix> callers = {
      {.description = "nobody"},
      {.description = "a forger", .token = "forged", .token_is_good = false}};
  for (rpc::Role role : kEveryRole) {
    callers.push_back({.description = TokenOf(role),
                       .token = TokenOf(role),
                       .token_is_good = true,
                       .roles = {role}});
  }
  CheckAccessMatrix(world.methods(), callers, (*http)->port(), (*grpc)->port());
  // Only an agent and a manager of the seven callers may watch an agent, thrice each.
  EXPECT_EQ(world.calls("wissel.v1.AgentService.WatchAgent"), 6);
  EXPECT_EQ(world.calls("wissel.v1.ConfigService.DeleteSkill"), 3);
  EXPECT_EQ(world.calls("wissel.v1.CustomerChatService.ListChatTopics"), 21);
}

}  // namespace
}  // namespace wissel::gateway
