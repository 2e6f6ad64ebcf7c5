// The small change between the contract's messages and the core's types: times, durations, texts,
// numbers in a range. Readers refuse with INVALID_ARGUMENT on `field`, a path in JSON names. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/core/channel.h"
#include "base/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "wissel/v1/common.pb.h"

namespace wissel {

void WriteTimestamp(Instant t, google::protobuf::Timestamp* out);
void WriteDuration(Duration d, google::protobuf::Duration* out);

// Whole milliseconds from `least` to `most`, which end on whole seconds.
absl::StatusOr<Duration> ReadDuration(const google::protobuf::Duration& duration, Duration least,
                                      Duration most, std::string_view field);

absl::StatusOr<int32_t> ReadNumber(int64_t number, int32_t least, int32_t most,
                                   std::string_view field);

// A moment of this age of the world, to the millisecond.
absl::StatusOr<Instant> ReadTimestamp(const google::protobuf::Timestamp& time,
                                      std::string_view field);

// A channel that is given and known.
absl::StatusOr<Channel> ReadChannel(v1::Channel channel, std::string_view field);

// Code points of UTF-8, as protobuf has checked it.
size_t CountCharacters(std::string_view text);

// Text for people: at most so many characters, none of them control characters.
absl::Status CheckText(std::string_view text, size_t most, std::string_view field);

// 1 to 40 characters of [a-z0-9_].
absl::Status CheckAttributeKey(std::string_view key, std::string_view field);

// At most so many elements of a list.
absl::Status CheckCount(int count, int most, std::string_view field);

// "1 s to 30 days".
std::string RangeInWords(Duration least, Duration most);

inline constexpr Duration kLongest = Duration::Days(30);
inline constexpr size_t kLongestDisplayName = 100;

}  // namespace wissel
