// Bodies of calls: JSON syntax, JSON to messages, binary messages, envelopes. The first byte
// chooses the form, the rest is the body.
//
// Beyond not crashing: what is read as JSON can be written and read again to the same message, and
// a refusal has a code, a message and a JSON form that is JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "gateway/connect_protocol.h"
#include "gateway/error_detail.h"
#include "gateway/json_syntax.h"
#include "gateway/json_transcoder.h"
#include "wissel/v1/work.pb.h"

namespace wissel::gateway {
namespace {

void CheckRefusal(const absl::Status& status) {
  INVARIANT(!status.ok());
  INVARIANT(!status.message().empty());
  INVARIANT(CheckJsonSyntax(ErrorJson(status)).ok());
  INVARIANT(CheckJsonSyntax(EndOfStreamJson(status)).ok());
  INVARIANT(!RpcStatusBytes(status).empty());
}

void CheckMessage(std::string_view body, Encoding encoding) {
  auto message = ReadMessage(v1::CreateWorkItemRequest::default_instance(), encoding, body);
  if (!message.ok()) return CheckRefusal(message.status());
  auto json = WriteJson(**message);
  if (!json.ok()) return CheckRefusal(json.status());
  auto again = ReadMessage(v1::CreateWorkItemRequest::default_instance(), Encoding::kJson, *json);
  INVARIANT(again.ok());
  if (encoding == Encoding::kProto) return;  // fields that are unknown are not in JSON
  INVARIANT((*again)->SerializeAsString() == (*message)->SerializeAsString());
}

}  // namespace
}  // namespace wissel::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wissel::gateway;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      CheckMessage(body, Encoding::kJson);
      break;
    case 1:
      CheckMessage(body, Encoding::kProto);
      break;
    case 2: {
      auto payload = OpenOnlyEnvelope(body);
      if (!payload.ok()) {
        CheckRefusal(payload.status());
      } else {
        INVARIANT(Envelope(kMessageFrame, *payload) == body);
        CheckMessage(*payload, Encoding::kJson);
      }
      break;
    }
  }
  return 0;
}
