// Which trace a call belongs to, as the header traceparent says it (W3C Trace Context, Level 1,
// section 3.2): a number for the whole of what somebody asked for, and one for each step of it.
//
// Pure; reading takes any bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wissel {

struct TraceContext {
  std::array<uint8_t, 16> trace{};
  std::array<uint8_t, 8> span{};
  bool sampled = false;  // somebody keeps it

  bool operator==(const TraceContext&) const = default;
};

// Nothing for what is none: a version 00 of another length, digits in upper case, ids of zeros.
std::optional<TraceContext> ParseTraceparent(std::string_view header);
std::string Traceparent(const TraceContext& context);

// In lower case.
std::string HexOf(const uint8_t* bytes, size_t size);

}  // namespace wissel
