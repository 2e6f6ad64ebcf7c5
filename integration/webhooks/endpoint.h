// A webhook as it is kept: where it sends what, and how far it has come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "integration/events/filter.h"

namespace wissel::webhooks {

// The same numbers as wissel.v1.Webhook.State.
enum class EndpointState : uint8_t { kActive = 1, kPaused = 2, kDisabled = 3 };

struct Endpoint {
  std::string id;  // last part of "webhooks/{webhook}"
  std::string url;
  std::string description;
  events::Filter filter;
  EndpointState state = EndpointState::kActive;
  Instant created;
  uint64_t version = 1;
  std::string secret;
  std::string former_secret;  // signs too until then
  Instant former_until;
  // Events up to here have been delivered, do not pass the filter, or are dead letters.
  uint64_t position = 0;
  // At the event that comes next, and when it is tried again.
  int failed_attempts = 0;
  std::optional<Instant> retry_at;

  bool signs_twice(Instant now) const { return !former_secret.empty() && now < former_until; }
};

}  // namespace wissel::webhooks
