#include "base/status.h"

#include <charconv>

#include "absl/strings/cord.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr const char* kField = "wissel/field";
constexpr const char* kRight = "wissel/right";
// A line for each: kind, milliseconds or nothing, queue.
constexpr const char* kAlternatives = "wissel/alternatives";

// Debian's absl has a string_view of its own.
absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

std::string Payload(const absl::Status& status, const char* url) {
  auto cord = status.GetPayload(url);
  return cord ? std::string(*cord) : std::string();
}

}  // namespace

absl::Status Refuse(absl::StatusCode code, std::string_view field, std::string_view message,
                    std::string_view right) {
  absl::Status status(code, View(message));
  if (!field.empty()) status.SetPayload(kField, absl::Cord(View(field)));
  if (!right.empty()) status.SetPayload(kRight, absl::Cord(View(right)));
  return status;
}

absl::Status WithAlternatives(absl::Status status, const std::vector<Alternative>& alternatives) {
  std::string lines;
  for (const Alternative& a : alternatives) {
    lines += fmt::format("{} {} {}\n", static_cast<int>(a.kind),
                         a.from ? std::to_string(a.from->millis()) : "-", a.queue);
  }
  if (!lines.empty()) status.SetPayload(kAlternatives, absl::Cord(View(lines)));
  return status;
}

std::vector<Alternative> AlternativesOf(const absl::Status& status) {
  std::vector<Alternative> alternatives;
  const std::string lines = Payload(status, kAlternatives);
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at);
    const std::string_view line = std::string_view(lines).substr(at, end - at);
    Alternative& alternative = alternatives.emplace_back();
    alternative.kind = static_cast<Alternative::Kind>(line[0] - '0');
    const size_t space = line.find(' ', 2);
    int64_t millis = 0;
    const std::string_view from = line.substr(2, space - 2);
    if (std::from_chars(from.data(), from.data() + from.size(), millis).ec == std::errc()) {
      alternative.from = Instant::FromMillis(millis);
    }
    alternative.queue = line.substr(space + 1);
    at = end + 1;
  }
  return alternatives;
}

std::string FieldAtFault(const absl::Status& status) { return Payload(status, kField); }
std::string WhatWouldBeRight(const absl::Status& status) { return Payload(status, kRight); }

absl::Status WithFieldPrefix(const absl::Status& status, std::string_view prefix) {
  if (status.ok() || prefix.empty()) return status;
  const std::string field = FieldAtFault(status);
  absl::Status result = status;
  const bool subscript = !field.empty() && field.front() == '[';
  result.SetPayload(kField, absl::Cord(field.empty() ? std::string(prefix)
                                                     : fmt::format("{}{}{}", prefix,
                                                                   subscript ? "" : ".", field)));
  return result;
}

}  // namespace wissel
