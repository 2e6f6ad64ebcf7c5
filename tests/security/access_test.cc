// Who may call what: every method of the contract, every kind of caller, both doors. What is right
// stands in access.txt, one line a method, for people to read; a method without a line fails. Write
// it anew, and look at what changed, with WISSEL_REWRITE=1.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gateway/grpc_door.h"
#include "gateway/http_door.h"
#include "gateway/sign_in/auth_service.h"
#include "gtest/gtest.h"
#include "server/center/center.h"
#include "server/scope/confined_methods.h"
#include "server/scope/scope_rules.h"
#include "tests/gateway_support/access_matrix.h"
#include "tests/gateway_support/test_world.h"

namespace wissel::server {
namespace {

namespace fs = std::filesystem;
using google::protobuf::Message;
using scope::Within;

constexpr std::string_view kPackage = "wissel.v1.";

const char* Word(Within within) {
  static constexpr const char* kWords[] = {"no", "filtered", "named", "as-agent"};
  return kWords[static_cast<size_t>(within)];
}

std::string LineOf(const rpc::Method& method) {
  const std::string& name = method.descriptor->full_name();
  if (method.open_to_all) return fmt::format("{}: everyone", name.substr(kPackage.size()));
  const scope::ScopeRule rule = scope::RuleOf(name);
  return fmt::format("{}: {}; of teams {}, of queues {}", name.substr(kPackage.size()),
                     fmt::join(sign_in::RoleNames(method.roles), " "), Word(rule.teams),
                     Word(rule.queues));
}

// The methods as they are declared, with handlers that do nothing.
rpc::MethodTable WithoutDeeds(const rpc::MethodTable& methods) {
  rpc::MethodTable idle;
  for (const auto& [name, method] : methods.methods()) {
    rpc::Method copy = method;
    if (copy.unary) {
      copy.unary = [answer = method.response_prototype](const rpc::Context&, const Message&,
                                                        const rpc::AnyReply& reply) {
        reply(absl::OkStatus(), std::unique_ptr<Message>(answer->New()));
      };
    } else {
      copy.server_streaming = [](const rpc::Context&, const Message&,
                                 const std::shared_ptr<rpc::AnyServerStream>& stream) {
        stream->Finish(absl::OkStatus());
      };
    }
    idle.Add(std::move(copy));
  }
  return idle;
}

class Access : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / "wissel_access";
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    CenterOptions options;
    options.version = "test";
    options.voice.emplace();  // so that its methods are there; nobody calls
    center_ = *Center::Open(options);
    center_->Start();
    users_ = *sign_in::Users::Open(folder_.string());
    ended_ = *sign_in::EndedSessions::Open(folder_.string(), sign_in::SystemWallClock());
    tokens_ = *sign_in::Tokens::Open(folder_, false);
    auth_ =
        std::make_unique<sign_in::AuthService>(sign_in::AuthOptions(), *users_, *tokens_, *ended_);
    auth_->Register(&center_->methods());
    events_ = *sign_in::SecurityEvents::Open(folder_.string(), sign_in::SystemWallClock);
    events_->Register(&center_->methods());
  }
  void TearDown() override {
    center_->Stop();
    ended_.reset();
    fs::remove_all(folder_);
  }

  gateway::CallerOfMatrix Holder(const std::string& what, rpc::Roles roles,
                                 std::vector<std::string> teams = {},
                                 std::vector<std::string> queues = {}) const {
    rpc::Caller caller{.user = "users/test", .agent = "", .roles = roles};
    if (roles.Has(rpc::Role::kAgent)) caller.agent = "agents/test";
    caller.teams = std::move(teams);
    caller.queues = std::move(queues);
    gateway::CallerOfMatrix holder{.description = what,
                                   .token = tokens_->Make(caller, Duration::Hours(1)).text,
                                   .token_is_good = true,
                                   .roles = roles};
    holder.may = [caller](const rpc::Method& method) {
      const scope::ScopeRule rule = scope::RuleOf(method.descriptor->full_name());
      const bool agent = caller.roles.Has(rpc::Role::kAgent) && method.roles.Has(rpc::Role::kAgent);
      const auto lets_in = [agent](bool confined, Within within) {
        return !confined || within == Within::kFiltered || (within == Within::kAsAgent && agent);
      };
      return lets_in(!caller.teams.empty(), rule.teams) &&
             lets_in(!caller.queues.empty(), rule.queues);
    };
    return holder;
  }

  fs::path folder_;
  std::unique_ptr<Center> center_;
  std::unique_ptr<sign_in::Users> users_;
  std::unique_ptr<sign_in::EndedSessions> ended_;
  std::unique_ptr<sign_in::Tokens> tokens_;
  std::unique_ptr<sign_in::SecurityEvents> events_;
  std::unique_ptr<sign_in::AuthService> auth_;
};

TEST_F(Access, IsWhatIsWritten) {
  const fs::path path = fs::path(std::getenv("WISSEL_SOURCE_DIR")) / "tests/security/access.txt";
  std::set<std::string> lines;
  std::set<const google::protobuf::FileDescriptor*> files;
  std::set<std::string> served;
  for (const auto& [name, method] : center_->methods().methods()) {
    lines.insert(LineOf(method));
    served.insert(name);
    files.insert(method.descriptor->file());
  }
  // What the contract promises and a server without this part does not have.
  for (const auto* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const std::string& name = file->service(s)->method(m)->full_name();
        if (!served.contains(name))
          lines.insert(name.substr(kPackage.size()) + ": not of this server");
      }
    }
  }
  for (const scope::ScopeRule& rule : scope::ScopeRules()) {
    EXPECT_TRUE(served.contains(fmt::format("{}{}", kPackage, rule.method))) << rule.method;
  }
  if (std::getenv("WISSEL_REWRITE") != nullptr) {
    std::ofstream(path) << fmt::format("{}\n", fmt::join(lines, "\n"));
  }
  std::ifstream in(path);
  std::set<std::string> written;
  for (std::string line; std::getline(in, line);) written.insert(line);
  for (const std::string& line : lines) EXPECT_TRUE(written.contains(line)) << "missing: " << line;
  for (const std::string& line : written) EXPECT_TRUE(lines.contains(line)) << "stale: " << line;
}

TEST_F(Access, IsTheSameAtBothDoors) {
  const rpc::MethodTable idle = WithoutDeeds(center_->methods());
  const rpc::MethodTable methods = scope::ConfinedMethods(idle, center_->shard());
  const rpc::Authenticate authenticate = [this](std::string_view token) {
    return tokens_->Verify(token);
  };
  const auto grpc = *gateway::GrpcDoor::Open({}, methods, authenticate);
  const auto http =
      *gateway::HttpDoor::Open({}, {.methods = &methods, .authenticate = authenticate});
  const auto elsewhere =
      *sign_in::Tokens::Open(folder_, false, sign_in::SystemWallClock, nullptr, "elsewhere");
  const rpc::Caller all{.user = "users/test", .agent = "agents/test", .roles = rpc::Roles::All()};
  std::vector<gateway::CallerOfMatrix> callers = {
      {.description = "nobody"},
      {.description = "another tenant's",
       .token = elsewhere->Make(all, Duration::Hours(1)).text,
       .token_is_good = false,
       .roles = rpc::Roles::All()}};
  for (rpc::Role role : gateway::kEveryRole) {
    const std::string name = sign_in::RoleNames({role}).front();
    callers.push_back(Holder(name, {role}));
    callers.push_back(Holder(name + " of a team", {role}, {"teams/south"}));
    callers.push_back(Holder(name + " of a queue", {role}, {}, {"queues/tax"}));
  }
  callers.push_back(Holder("who is all of a team and a queue", rpc::Roles::All(), {"teams/south"},
                           {"queues/tax"}));
  gateway::CheckAccessMatrix(methods, callers, http->port(), grpc->port());
}

}  // namespace
}  // namespace wissel::server
