// What the columns of a table of counts are called, in the four languages of the product and in
// what switches and workforce programs write. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wissel::metrics {

enum class Column : uint8_t {
  kStart,  // date and time
  kDate,
  kTime,
  kQueue,
  kArrivals,  // offered from outside
  kAnswered,
  kAbandoned,
  kAht,     // mean handle time in seconds
  kHandle,  // sum of handle times in seconds
  kChannel,
  kTopic,
  kMinutes,  // length of the interval, the same in every line
};
inline constexpr int kColumnCount = 12;

// "start", "date" and so on: what a user calls them in options and reads in a preview.
std::string_view NameOf(Column column);
std::optional<Column> ColumnNamed(std::string_view name);

// As names are compared: small letters, a space for anything that is no letter or digit.
std::string Normalized(std::string_view header);

// What a column of this header holds. None: nothing that is known here.
std::optional<Column> ColumnOf(std::string_view header);

}  // namespace wissel::metrics
