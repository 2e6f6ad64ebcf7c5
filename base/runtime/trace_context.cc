#include "base/runtime/trace_context.h"

#include <algorithm>

namespace wissel {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr size_t kLength = 55;  // "00-" 32 "-" 16 "-" 2

std::optional<int> Digit(char c) {
  const size_t at = kDigits.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<int>(at));
}

template <size_t kSize>
bool ReadHex(std::string_view text, std::array<uint8_t, kSize>* bytes) {
  for (size_t i = 0; i < kSize; ++i) {
    const auto high = Digit(text[2 * i]);
    const auto low = Digit(text[2 * i + 1]);
    if (!high || !low) return false;
    (*bytes)[i] = static_cast<uint8_t>(*high * 16 + *low);
  }
  return true;
}

template <size_t kSize>
bool IsZero(const std::array<uint8_t, kSize>& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  if (header.size() < kLength) return std::nullopt;
  std::array<uint8_t, 1> version{};
  std::array<uint8_t, 1> flags{};
  TraceContext context;
  if (!ReadHex(header.substr(0, 2), &version) || version[0] == 0xff) return std::nullopt;
  // A later version may say more behind it.
  const bool ends = version[0] == 0 ? header.size() == kLength
                                    : header.size() == kLength || header[kLength] == '-';
  const bool parted = header[2] == '-' && header[35] == '-' && header[52] == '-';
  if (!ends || !parted || !ReadHex(header.substr(3, 32), &context.trace) ||
      !ReadHex(header.substr(36, 16), &context.span) || !ReadHex(header.substr(53, 2), &flags) ||
      IsZero(context.trace) || IsZero(context.span)) {
    return std::nullopt;
  }
  context.sampled = (flags[0] & 1) != 0;
  return context;
}

std::string Traceparent(const TraceContext& context) {
  return "00-" + HexOf(context.trace.data(), context.trace.size()) + "-" +
         HexOf(context.span.data(), context.span.size()) + (context.sampled ? "-01" : "-00");
}

std::string HexOf(const uint8_t* bytes, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace wissel
