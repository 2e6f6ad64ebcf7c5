#include "router/service/convert_basics.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr int64_t kNanosInMilli = 1'000'000;
constexpr size_t kLongestAttributeKey = 40;

std::string InWords(Duration d) {
  const int64_t seconds = d.millis() / 1000;
  if (seconds >= 86'400 && seconds % 86'400 == 0) {
    const int64_t days = seconds / 86'400;
    return fmt::format("{} day{}", days, days == 1 ? "" : "s");
  }
  if (seconds >= 3600 && seconds % 3600 == 0) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} s", seconds);
}

}  // namespace

void WriteTimestamp(Instant t, google::protobuf::Timestamp* out) {
  int64_t seconds = t.millis() / 1000;
  int64_t millis = t.millis() % 1000;
  if (millis < 0) --seconds, millis += 1000;
  out->set_seconds(seconds);
  out->set_nanos(static_cast<int32_t>(millis * kNanosInMilli));
}

void WriteDuration(Duration d, google::protobuf::Duration* out) {
  out->set_seconds(d.millis() / 1000);
  out->set_nanos(static_cast<int32_t>(d.millis() % 1000 * kNanosInMilli));
}

absl::StatusOr<Duration> ReadDuration(const google::protobuf::Duration& duration, Duration least,
                                      Duration most, std::string_view field) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  const bool signs_agree = !(seconds > 0 && nanos < 0) && !(seconds < 0 && nanos > 0);
  if (!signs_agree || nanos <= -1'000'000'000 || nanos >= 1'000'000'000) {
    return RefuseField(field, "the duration is malformed",
                       "seconds and nanos of one sign, less than a second of nanos");
  }
  if (nanos % kNanosInMilli != 0) {
    return RefuseField(field, "the duration is finer than a millisecond", "whole milliseconds");
  }
  // Compared as seconds first: the milliseconds of any int64 of seconds would overflow.
  if (seconds > most.millis() / 1000 || seconds < least.millis() / 1000 - 1) {
    return RefuseField(field, fmt::format("{} s is out of range", seconds),
                       RangeInWords(least, most));
  }
  const Duration d = Duration::Millis(seconds * 1000 + nanos / kNanosInMilli);
  if (d < least || d > most) {
    return RefuseField(field, fmt::format("{} s is out of range", d.seconds()),
                       RangeInWords(least, most));
  }
  return d;
}

absl::StatusOr<Instant> ReadTimestamp(const google::protobuf::Timestamp& time,
                                      std::string_view field) {
  // The years 1970 to 9999.
  constexpr int64_t kLastSecond = 253'402'300'799;
  if (time.seconds() < 0 || time.seconds() > kLastSecond || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return RefuseField(field, "this is no time", "a time from 1970 to 9999");
  }
  return Instant::FromMillis(time.seconds() * 1000 + time.nanos() / 1'000'000);
}

absl::StatusOr<int32_t> ReadNumber(int64_t number, int32_t least, int32_t most,
                                   std::string_view field) {
  if (number < least || number > most) {
    return RefuseField(field, fmt::format("{} is out of range", number),
                       fmt::format("a number from {} to {}", least, most));
  }
  return static_cast<int32_t>(number);
}

absl::StatusOr<Channel> ReadChannel(v1::Channel channel, std::string_view field) {
  if (!IsChannel(channel)) {
    return RefuseField(field,
                       channel == v1::CHANNEL_UNSPECIFIED
                           ? std::string("the channel is missing")
                           : fmt::format("{} is no channel", static_cast<int>(channel)),
                       "VOICE, EMAIL, CHAT, MESSAGE, FORM, CALLBACK, OUTBOUND or TASK");
  }
  return static_cast<Channel>(channel);
}

size_t CountCharacters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

absl::Status CheckText(std::string_view text, size_t most, std::string_view field) {
  if (CountCharacters(text) > most) {
    return RefuseField(field, "the text is too long", fmt::format("at most {} characters", most));
  }
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control) {
    return RefuseField(field, "the text has control characters", "one line of plain text");
  }
  return absl::OkStatus();
}

absl::Status CheckAttributeKey(std::string_view key, std::string_view field) {
  const bool known = std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (key.empty() || key.size() > kLongestAttributeKey || !known) {
    return RefuseField(field, "this is no name of an attribute", "1 to 40 characters of [a-z0-9_]");
  }
  return absl::OkStatus();
}

absl::Status CheckCount(int count, int most, std::string_view field) {
  if (count <= most) return absl::OkStatus();
  return RefuseField(field, fmt::format("{} are too many", count), fmt::format("at most {}", most));
}

std::string RangeInWords(Duration least, Duration most) {
  return fmt::format("{} to {}", InWords(least), InWords(most));
}

}  // namespace wissel
