// The Connect protocol (https://connectrpc.com/docs/protocol) as far as HTTP/1.1 needs it: unary
// calls by POST and GET, server streaming, JSON and binary. Pure functions between bytes and
// messages; the sockets are elsewhere. All that reads outside bytes is fuzzed.
//
// Threads: free functions without state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"
#include "google/protobuf/message.h"

namespace wissel::gateway {

enum class Encoding : uint8_t { kJson, kProto };

struct ContentType {
  Encoding encoding = Encoding::kJson;
  bool stream = false;
  bool operator==(const ContentType&) const = default;
};

// Nothing for a type that is not of the protocol. A charset of UTF-8 is tolerated.
std::optional<ContentType> ParseContentType(std::string_view header);
std::string_view ContentTypeName(ContentType type);

// "/wissel.v1.WorkService/GetWorkItem" gives "wissel.v1.WorkService.GetWorkItem"; nothing for a
// path that cannot be a method's.
std::optional<std::string> MethodNameOf(std::string_view path);

// What a Connect GET carries in its query.
struct GetRequest {
  Encoding encoding = Encoding::kJson;
  std::string message;
};
absl::StatusOr<GetRequest> ParseGetRequest(std::string_view query);

// Connect-Timeout-Ms: 1 to 10 digits. Nothing where the header is absent (empty).
absl::StatusOr<std::optional<Duration>> ParseTimeout(std::string_view header);

// The one message in the body of a streaming request.
absl::StatusOr<std::string_view> OpenOnlyEnvelope(std::string_view body);

// Five bytes, flags and length, before `payload`.
inline constexpr uint8_t kMessageFrame = 0x00;
inline constexpr uint8_t kEndOfStreamFrame = 0x02;
std::string EnvelopeHead(uint8_t flags, size_t payload_size);
std::string Envelope(uint8_t flags, std::string_view payload);

// A message of the prototype's type. INVALID_ARGUMENT with the field at fault where it can be told.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ReadMessage(
    const google::protobuf::Message& prototype, Encoding encoding, std::string_view body);

absl::StatusOr<std::string> WriteMessage(const google::protobuf::Message& message,
                                         Encoding encoding);

// {"code","message","details"}.
std::string ErrorJson(const absl::Status& status);
// {"error":{...},"metadata":{...}}, or {} after a good end.
std::string EndOfStreamJson(const absl::Status& status);

int HttpStatusOf(absl::StatusCode code);
std::string_view CodeName(absl::StatusCode code);

}  // namespace wissel::gateway
