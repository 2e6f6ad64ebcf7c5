// The log: one line on standard error for each thing worth knowing,
//
//   2026-11-21T09:00:20.000Z warning the journal cannot be written reason="disk is full"
//
// Never a person's data: ids, counts, durations and reasons only. Thread-safe; a line is written
// whole.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace wissel {

enum class LogLevel { kInfo, kWarning, kError };

struct LogField {
  LogField(std::string_view key, std::string_view value) : key(key), value(value) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view key, Number value)
      : key(key), value(std::to_string(value)) {}

  std::string key;
  std::string value;
};

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

// The line that Log would write at this time, without the newline.
std::string FormatLogLine(int64_t unix_millis, LogLevel level, std::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace wissel
