// Between JSON and messages, by protobuf's canonical mapping over the descriptors; the same for
// every method. Errors name the field by its JSON path and say what would be right.
//
// Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace wissel::gateway {

// INVALID_ARGUMENT with line and column where it is no JSON, and with the field where it is no
// `message`: unknown fields are refused by name.
absl::Status ReadJson(std::string_view json, google::protobuf::Message* message);

// INTERNAL for what JSON cannot hold (a time beyond the year 9999).
absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message);

// The same for a serialised message of the type of `descriptor`.
absl::StatusOr<std::string> WriteJson(const google::protobuf::Descriptor& descriptor,
                                      const std::string& bytes);

// Appends `text` as a JSON string with its quotes; what is no UTF-8 becomes U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

}  // namespace wissel::gateway
