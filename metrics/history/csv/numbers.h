// Numbers as people and programs write them in tables: with a decimal point or comma, with
// thousands set apart, durations with colons. In whole thousandths, so that the same text is always
// the same number. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wissel::metrics {

// Beyond this nothing is a count or a duration of this field.
inline constexpr int64_t kMostThousandths = 1'000'000'000'000;

struct NumberText {
  enum class Kind : uint8_t { kNumber, kEmpty, kNegative, kNone };
  Kind kind = Kind::kNone;
  int64_t thousandths = 0;
};

// `decimal`: the sign before a fraction, `.` or `,`, where it is known; the other one, a space (of
// any kind) or an apostrophe sets thousands apart. Where it is not known, "1.234" is more than a
// thousand and "1.23" is not; of two signs the last is the decimal. Empty, too: "-", "n/a", "null".
// A fraction finer than a thousandth is rounded.
NumberText ReadNumber(std::string_view text, std::optional<char> decimal);

// "185", "185,5": seconds; "3:05": minutes; "0:03:05": hours. In milliseconds.
NumberText ReadSeconds(std::string_view text, std::optional<char> decimal);

// The decimal sign that this number gives away: "12,5" the comma, "1.234,5" too, "1.234" none.
std::optional<char> DecimalIn(std::string_view text);

}  // namespace wissel::metrics
