#include "base/status.h"

#include "absl/strings/cord.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr const char* kField = "wissel/field";
constexpr const char* kRight = "wissel/right";

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
