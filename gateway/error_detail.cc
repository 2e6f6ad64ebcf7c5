#include "gateway/error_detail.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "base/status.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/wire_format_lite.h"

namespace wissel::gateway {
namespace {

using google::protobuf::internal::WireFormatLite;

// Payload by which any service says when to come back, in milliseconds.
constexpr char kRetryAfter[] = "wissel/retry_after_ms";
constexpr char kRetryInfoType[] = "type.googleapis.com/google.rpc.RetryInfo";
constexpr size_t kLongestMessage = 1000;

absl::Status WithRetryAfter(absl::Status status, Duration retry_after) {
  status.SetPayload(kRetryAfter, absl::Cord(std::to_string(retry_after.millis())));
  return status;
}

}  // namespace

v1::ErrorDetail DetailOf(const absl::Status& status) {
  v1::ErrorDetail detail;
  detail.set_field(FieldAtFault(status));
  detail.set_right(WhatWouldBeRight(status));
  for (const Alternative& alternative : AlternativesOf(status)) {
    v1::Alternative* to = detail.add_alternatives();
    to->set_kind(static_cast<v1::Alternative::Kind>(alternative.kind));
    to->set_queue(alternative.queue);
    if (!alternative.from) continue;
    const int64_t millis = alternative.from->millis();
    to->mutable_time()->set_seconds(millis / 1000);
    to->mutable_time()->set_nanos(static_cast<int32_t>(millis % 1000 * 1'000'000));
  }
  return detail;
}

std::string ShortMessage(const absl::Status& status) {
  std::string message(status.message());
  if (message.size() <= kLongestMessage) return message;
  size_t end = kLongestMessage;
  // Never in the middle of a UTF-8 character.
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  message.resize(end);
  return message + "...";
}

namespace {

// google.rpc.RetryInfo, by hand: google.protobuf.Duration retry_delay = 1.
std::string RetryInfoAny(int64_t seconds) {
  google::protobuf::Duration delay;
  delay.set_seconds(seconds);
  std::string info;
  {
    google::protobuf::io::StringOutputStream info_stream(&info);
    google::protobuf::io::CodedOutputStream info_out(&info_stream);
    WireFormatLite::WriteBytes(1, delay.SerializeAsString(), &info_out);
  }
  std::string any;
  {
    google::protobuf::io::StringOutputStream stream(&any);
    google::protobuf::io::CodedOutputStream out(&stream);
    WireFormatLite::WriteString(1, kRetryInfoType, &out);
    WireFormatLite::WriteBytes(2, info, &out);
  }
  return any;
}

}  // namespace

// google/rpc/status.proto is not among Debian's packages; its three fields are written by hand:
// int32 code = 1, string message = 2, repeated google.protobuf.Any details = 3.
std::string RpcStatusBytes(const absl::Status& status) {
  std::string any;
  {
    google::protobuf::io::StringOutputStream stream(&any);
    google::protobuf::io::CodedOutputStream out(&stream);
    WireFormatLite::WriteString(1, std::string("type.googleapis.com/") + kErrorDetailType, &out);
    WireFormatLite::WriteBytes(2, DetailOf(status).SerializeAsString(), &out);
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    WireFormatLite::WriteInt32(1, static_cast<int32_t>(status.code()), &out);
    WireFormatLite::WriteString(2, ShortMessage(status), &out);
    WireFormatLite::WriteBytes(3, any, &out);
    if (const auto seconds = RetryAfterSeconds(status)) {
      WireFormatLite::WriteBytes(3, RetryInfoAny(*seconds), &out);
    }
  }
  return bytes;
}

namespace {

using google::protobuf::UnknownFieldSet;

// The bytes of a field that holds some; the last one counts.
std::string BytesOf(const UnknownFieldSet& fields, int number) {
  std::string bytes;
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      bytes = field.length_delimited();
    }
  }
  return bytes;
}

absl::Status WithDetail(const absl::Status& status, const v1::ErrorDetail& detail) {
  const absl::Status described =
      Refuse(status.code(), detail.field(),
             std::string_view(status.message().data(), status.message().size()), detail.right());
  std::vector<Alternative> alternatives;
  for (const v1::Alternative& said : detail.alternatives()) {
    Alternative& alternative = alternatives.emplace_back();
    alternative.kind = static_cast<Alternative::Kind>(said.kind());
    alternative.queue = said.queue();
    if (!said.has_time()) continue;
    alternative.from =
        Instant::FromMillis(said.time().seconds() * 1000 + said.time().nanos() / 1'000'000);
  }
  return WithAlternatives(described, alternatives);
}

}  // namespace

absl::Status FromRpcStatus(absl::StatusCode code, const std::string& message,
                           const std::string& bytes) {
  absl::Status status(code, message);
  UnknownFieldSet fields;
  if (!fields.ParseFromString(bytes)) return status;
  std::optional<Duration> retry_after;
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).number() != 3 ||
        fields.field(i).type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    UnknownFieldSet any;
    if (!any.ParseFromString(fields.field(i).length_delimited())) continue;
    const std::string type = BytesOf(any, 1);
    const std::string value = BytesOf(any, 2);
    v1::ErrorDetail detail;
    google::protobuf::Duration delay;
    UnknownFieldSet info;
    if (type.ends_with(kErrorDetailType) && detail.ParseFromString(value)) {
      status = WithDetail(status, detail);
    } else if (type == kRetryInfoType && info.ParseFromString(value) &&
               delay.ParseFromString(BytesOf(info, 1))) {
      retry_after = Duration::Seconds(delay.seconds());
    }
  }
  return retry_after ? WithRetryAfter(std::move(status), *retry_after) : status;
}

absl::Status RefuseForNow(const std::string& message, Duration retry_after) {
  return WithRetryAfter(absl::ResourceExhaustedError(message), retry_after);
}

std::optional<int64_t> RetryAfterSeconds(const absl::Status& status) {
  auto payload = status.GetPayload(kRetryAfter);
  if (!payload) return std::nullopt;
  int64_t ms = 0;
  if (!absl::SimpleAtoi(std::string(*payload), &ms)) return std::nullopt;
  return std::max<int64_t>(1, (ms + 999) / 1000);
}

}  // namespace wissel::gateway
