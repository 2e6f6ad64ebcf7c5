// A TestWorld behind an HTTP door on a free port.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "gateway/http_door.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/http_client.h"
#include "tests/gateway_support/test_world.h"

namespace wissel::gateway {

inline constexpr char kJson[] = "application/json";
inline constexpr char kProto[] = "application/proto";
inline constexpr char kStreamJson[] = "application/connect+json";
inline constexpr char kStreamProto[] = "application/connect+proto";

class HttpFixture : public ::testing::Test {
 protected:
  void Open(HttpDoorOptions options = {}) {
    auto door = HttpDoor::Open(
        options,
        {.methods = &world_.methods(),
         .authenticate = world_.authenticate(),
         .pages = pages_ ? &*pages_ : nullptr,
         .ready = [this] { return ready_; },
         .metrics = [] { return "wissel_up 1\n"; },
         .answered = [this](absl::StatusCode code) { ++answers_[static_cast<size_t>(code)]; },
         .embedding = embedding_});
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
  }

  const std::string agent_ = TokenOf(rpc::Role::kAgent);
  const std::string manager_ = TokenOf(rpc::Role::kManager);
  TestWorld world_;
  std::optional<StaticFiles> pages_;
  HttpEmbedding embedding_;
  absl::Status ready_;
  std::array<std::atomic<int>, 17> answers_ = {};  // by code
  std::unique_ptr<HttpDoor> door_;
};

}  // namespace wissel::gateway
