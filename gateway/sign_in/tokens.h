// Bearer tokens: JSON Web Tokens signed with HMAC-SHA-256 under the key in DATA/token.key, which is
// made on first use and readable by its owner only (token_keys.h: how it is changed). Claims: sub,
// roles, agent, teams and queues (what one is confined to), tenant (of a server with several), sid
// (the sign-in, which can be ended: ended_sessions.h), iat, exp, and demo for those that a
// demonstration gave out.
//
// Threads: thread-safe. Invariants: no other algorithm is ever accepted; a token of a demonstration
// is refused by a server that is none, over the same data too; a token is taken in the very form in
// which it was made alone, so that no key is there twice and nothing stands beside it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/time.h"
#include "gateway/sign_in/ended_sessions.h"
#include "gateway/sign_in/token_keys.h"

namespace wissel::sign_in {

// The wall clock; a token's times are compared with it.
using WallClock = std::function<Instant()>;
Instant SystemWallClock();

// None lives longer.
inline constexpr Duration kLongestTokenLifetime = Duration::Hours(24 * 366);

// As the tenant of a Tokens: those of every tenant count, and none is made.
inline constexpr char kOfAnyTenant[] = "*";

class Tokens {
 public:
  // Reads or makes `folder`/token.key. `ended` outlives it; null: no token is ended before its
  // time. `tenant`: whose tokens these are; those of others are refused. PERMISSION_DENIED where
  // others may read it, DATA_LOSS where it is no key.
  static absl::StatusOr<std::unique_ptr<Tokens>> Open(const std::filesystem::path& folder,
                                                      bool demo, WallClock clock = SystemWallClock,
                                                      const EndedSessions* ended = nullptr,
                                                      std::string tenant = {});

  // With keys that several servers share. What is changed there counts here after a second.
  static absl::StatusOr<std::unique_ptr<Tokens>> WithKeys(KeySource source, bool demo,
                                                          WallClock clock,
                                                          const EndedSessions* ended,
                                                          std::string tenant);

  struct Token {
    std::string text;
    Instant expires;
  };
  // Of a session of its own, unless the caller has one.
  Token Make(const rpc::Caller& caller, Duration lifetime) const;

  // UNAUTHENTICATED with the reason. Empty: a caller without roles, as rpc::Authenticate asks.
  absl::StatusOr<rpc::Caller> Verify(std::string_view token) const;

 private:
  struct Known {
    rpc::Caller caller;
    int64_t expires_s = 0;
    Instant made;
  };

  Tokens(KeySource source, TokenKeys keys, bool demo, WallClock clock, const EndedSessions* ended,
         std::string tenant)
      : source_(std::move(source)),
        demo_(demo),
        clock_(std::move(clock)),
        ended_(ended),
        tenant_(std::move(tenant)),
        keys_(std::make_shared<const TokenKeys>(std::move(keys))),
        looked_ms_(clock_().millis()) {}
  absl::StatusOr<rpc::Caller> Alive(const Known& known) const;
  std::shared_ptr<const TokenKeys> Keys(int64_t now_ms) const;
  absl::StatusOr<Known> Check(std::string_view token, const TokenKeys& keys, int64_t now_s) const;

  const KeySource source_;
  const bool demo_;
  const WallClock clock_;
  const EndedSessions* const ended_;
  const std::string tenant_;
  mutable std::shared_mutex mutex_;
  mutable std::shared_ptr<const TokenKeys> keys_;
  mutable int64_t looked_ms_ = 0;
  // Tokens that were checked before, under those keys; their signature is not computed again.
  mutable absl::flat_hash_map<std::string, Known> known_;
};

}  // namespace wissel::sign_in
