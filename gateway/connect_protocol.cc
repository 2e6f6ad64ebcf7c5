#include "gateway/connect_protocol.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/error_detail.h"
#include "gateway/http_text.h"
#include "gateway/json_transcoder.h"

namespace wissel::gateway {
namespace {

struct Code {
  absl::StatusCode code;
  const char* name;
  int http_status;
};

// The table of the protocol's reference.
constexpr Code kCodes[] = {
    {absl::StatusCode::kCancelled, "canceled", 499},
    {absl::StatusCode::kUnknown, "unknown", 500},
    {absl::StatusCode::kInvalidArgument, "invalid_argument", 400},
    {absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", 504},
    {absl::StatusCode::kNotFound, "not_found", 404},
    {absl::StatusCode::kAlreadyExists, "already_exists", 409},
    {absl::StatusCode::kPermissionDenied, "permission_denied", 403},
    {absl::StatusCode::kResourceExhausted, "resource_exhausted", 429},
    {absl::StatusCode::kFailedPrecondition, "failed_precondition", 400},
    {absl::StatusCode::kAborted, "aborted", 409},
    {absl::StatusCode::kOutOfRange, "out_of_range", 400},
    {absl::StatusCode::kUnimplemented, "unimplemented", 501},
    {absl::StatusCode::kInternal, "internal", 500},
    {absl::StatusCode::kUnavailable, "unavailable", 503},
    {absl::StatusCode::kDataLoss, "data_loss", 500},
    {absl::StatusCode::kUnauthenticated, "unauthenticated", 401},
};

const Code& Find(absl::StatusCode code) {
  const Code* found = std::find_if(std::begin(kCodes), std::end(kCodes),
                                   [code](const Code& c) { return c.code == code; });
  return found == std::end(kCodes) ? kCodes[1] : *found;
}

// Characters of a method's path: "/package.Service/Method".
bool IsNamePart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string Base64WithoutPadding(const std::string& bytes) {
  std::string text = absl::Base64Escape(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

absl::StatusOr<Encoding> EncodingNamed(std::string_view name) {
  if (name == "json") return Encoding::kJson;
  if (name == "proto") return Encoding::kProto;
  return RefuseField("", "the query parameter \"encoding\" is missing or unknown",
                     "encoding=json or encoding=proto");
}

}  // namespace

std::optional<ContentType> ParseContentType(std::string_view header) {
  const size_t end = std::min(header.find(';'), header.size());
  const std::string_view type = TrimSpace(header.substr(0, end));
  const std::string_view parameters = TrimSpace(header.substr(std::min(end + 1, header.size())));
  if (!parameters.empty() && !EqualsIgnoringCase(parameters, "charset=utf-8") &&
      !EqualsIgnoringCase(parameters, "charset=\"utf-8\"")) {
    return std::nullopt;
  }
  for (Encoding encoding : {Encoding::kJson, Encoding::kProto}) {
    for (bool stream : {false, true}) {
      const ContentType candidate{encoding, stream};
      if (EqualsIgnoringCase(type, ContentTypeName(candidate))) return candidate;
    }
  }
  return std::nullopt;
}

std::string_view ContentTypeName(ContentType type) {
  if (type.stream) {
    return type.encoding == Encoding::kJson ? "application/connect+json"
                                            : "application/connect+proto";
  }
  return type.encoding == Encoding::kJson ? "application/json" : "application/proto";
}

std::optional<std::string> MethodNameOf(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view service = path.substr(0, slash);
  const std::string_view method = path.substr(slash + 1);
  if (service.find('.') == std::string_view::npos || method.empty()) return std::nullopt;
  const auto good = [](char c) { return IsNamePart(c); };
  if (!std::all_of(method.begin(), method.end(), good)) return std::nullopt;
  if (!std::all_of(service.begin(), service.end(),
                   [](char c) { return c == '.' || IsNamePart(c); })) {
    return std::nullopt;
  }
  return fmt::format("{}.{}", service, method);
}

absl::StatusOr<GetRequest> ParseGetRequest(std::string_view query) {
  auto parameters = ParseQuery(query);
  if (!parameters) {
    return RefuseField("", "the query is not percent-encoded",
                       "two hexadecimal digits after each %");
  }
  std::optional<std::string> message;
  std::string encoding;
  bool base64 = false;
  for (auto& [name, value] : *parameters) {
    if (name == "message") message = std::move(value);
    if (name == "encoding") encoding = value;
    if (name == "base64") base64 = value == "1";
    if (name == "connect" && value != "v1") {
      return RefuseField("", "the query parameter \"connect\" names another protocol",
                         "connect=v1");
    }
    if (name == "compression" && value != "identity" && !value.empty()) {
      return absl::UnimplementedError(
          fmt::format("compression \"{}\" is not known; only identity is", value));
    }
  }
  GetRequest request;
  WISSEL_ASSIGN_OR_RETURN(request.encoding, EncodingNamed(encoding));
  if (!message) {
    return RefuseField("", "the query parameter \"message\" is missing", "message=...");
  }
  request.message = std::move(*message);
  if (!base64) return request;
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(request.message, &decoded)) {
    return RefuseField("", "the query parameter \"message\" is not base64", "base64url");
  }
  request.message = std::move(decoded);
  return request;
}

absl::StatusOr<std::optional<Duration>> ParseTimeout(std::string_view header) {
  if (header.empty()) return std::optional<Duration>();
  const bool digits = header.size() <= 10 && std::all_of(header.begin(), header.end(), [](char c) {
                        return c >= '0' && c <= '9';
                      });
  if (!digits) {
    return RefuseField("", "the header Connect-Timeout-Ms is not a number of milliseconds",
                       "1 to 10 digits");
  }
  int64_t ms = 0;
  for (char c : header) ms = ms * 10 + (c - '0');
  return std::optional<Duration>(Duration::Millis(ms));
}

absl::StatusOr<std::string_view> OpenOnlyEnvelope(std::string_view body) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(body[i])); };
  const std::string right = "one frame: a zero byte, the length in four bytes, the message";
  if (body.size() < 5) return RefuseField("", "the body is shorter than a frame's head", right);
  if (byte(0) == 0x01) return absl::UnimplementedError("compressed messages are not known");
  if (byte(0) != kMessageFrame) return RefuseField("", "the frame's flags are not known", right);
  const uint32_t length = byte(1) << 24 | byte(2) << 16 | byte(3) << 8 | byte(4);
  body.remove_prefix(5);
  if (body.size() < length) return RefuseField("", "the frame is cut off", right);
  if (body.size() > length) return RefuseField("", "more follows the only frame", right);
  return body;
}

std::string EnvelopeHead(uint8_t flags, size_t payload_size) {
  const auto length = static_cast<uint32_t>(payload_size);
  std::string head(1, static_cast<char>(flags));
  for (int shift : {24, 16, 8, 0}) head.push_back(static_cast<char>(length >> shift & 0xFF));
  return head;
}

std::string Envelope(uint8_t flags, std::string_view payload) {
  return EnvelopeHead(flags, payload.size()).append(payload);
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ReadMessage(
    const google::protobuf::Message& prototype, Encoding encoding, std::string_view body) {
  std::unique_ptr<google::protobuf::Message> message(prototype.New());
  if (encoding == Encoding::kJson) {
    WISSEL_RETURN_IF_ERROR(ReadJson(body, message.get()));
    return message;
  }
  if (!message->ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return RefuseField("", fmt::format("the body is not a {}", prototype.GetTypeName()),
                       "the message in protobuf's binary form");
  }
  return message;
}

absl::StatusOr<std::string> WriteMessage(const google::protobuf::Message& message,
                                         Encoding encoding) {
  if (encoding == Encoding::kJson) return WriteJson(message);
  return message.SerializeAsString();
}

namespace {

// The fields of the detail, for who reads errors without the message's definition.
void AppendDebug(const v1::ErrorDetail& detail, std::string* json) {
  const char* separator = "";
  const auto begin = [&](const char* name) {
    *json += fmt::format("{}\"{}\":", std::exchange(separator, ","), name);
  };
  if (!detail.field().empty()) {
    begin("field");
    AppendJsonString(detail.field(), json);
  }
  if (!detail.right().empty()) {
    begin("right");
    AppendJsonString(detail.right(), json);
  }
  if (detail.alternatives().empty()) return;
  begin("alternatives");
  char bracket = '[';
  for (const v1::Alternative& alternative : detail.alternatives()) {
    *json += std::exchange(bracket, ',');
    *json += WriteJson(alternative).value_or("{}");
  }
  *json += ']';
}

}  // namespace

std::string ErrorJson(const absl::Status& status) {
  const v1::ErrorDetail detail = DetailOf(status);
  std::string json = fmt::format("{{\"code\":\"{}\",\"message\":", CodeName(status.code()));
  AppendJsonString(std::string(status.message()), &json);
  json += fmt::format(",\"details\":[{{\"type\":\"{}\",\"value\":\"{}\",\"debug\":{{",
                      kErrorDetailType, Base64WithoutPadding(detail.SerializeAsString()));
  AppendDebug(detail, &json);
  json += "}}]}";
  return json;
}

std::string EndOfStreamJson(const absl::Status& status) {
  if (status.ok()) return "{}";
  std::string json = "{\"error\":" + ErrorJson(status);
  if (auto seconds = RetryAfterSeconds(status)) {
    json += fmt::format(",\"metadata\":{{\"retry-after\":[\"{}\"]}}", *seconds);
  }
  return json + "}";
}

int HttpStatusOf(absl::StatusCode code) { return Find(code).http_status; }

std::string_view CodeName(absl::StatusCode code) { return Find(code).name; }

}  // namespace wissel::gateway
