// The forms in which a door shows a refusal: wissel.v1.ErrorDetail, google.rpc.Status, a time after
// which to try again. Both doors use it, so that a refusal reads the same through either.
//
// Threads: free functions without state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "wissel/v1/common.pb.h"

namespace wissel::gateway {

inline constexpr char kErrorDetailType[] = "wissel.v1.ErrorDetail";

// The field at fault, what would be right and what may be done instead; empty where the refusal
// names none.
v1::ErrorDetail DetailOf(const absl::Status& status);

// The message, cut to what fits a header of any client (1,000 bytes).
std::string ShortMessage(const absl::Status& status);

// A serialised google.rpc.Status with one detail, as `grpc-status-details-bin` carries it.
std::string RpcStatusBytes(const absl::Status& status);

// The refusal that stands in a code, a message and RpcStatusBytes: as another node of ours gave it.
absl::Status FromRpcStatus(absl::StatusCode code, const std::string& message,
                           const std::string& bytes);

// RESOURCE_EXHAUSTED that says when to come back.
absl::Status RefuseForNow(const std::string& message, Duration retry_after);

// Whole seconds, at least 1, of a refusal that says when to come back.
std::optional<int64_t> RetryAfterSeconds(const absl::Status& status);

}  // namespace wissel::gateway
