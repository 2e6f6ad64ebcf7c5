// A request that cannot be granted: canonical code, one sentence of the field, the request field at
// fault and what would be right. Carried as an absl::Status with payloads, so that it passes every
// layer unchanged and each door can show it in its own form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"

namespace wissel {

// `field` is a path in the request's JSON names; `right` one sentence on what would be right.
// Either may be empty.
absl::Status Refuse(absl::StatusCode code, std::string_view field, std::string_view message,
                    std::string_view right = "");

// INVALID_ARGUMENT.
inline absl::Status RefuseField(std::string_view field, std::string_view message,
                                std::string_view right) {
  return Refuse(absl::StatusCode::kInvalidArgument, field, message, right);
}

// What may be done instead of what was refused.
struct Alternative {
  // The same numbers as wissel.v1.Alternative.Kind.
  enum class Kind : uint8_t {
    kCallback = 1,    // a call from `from` on, which would be granted
    kOtherQueue = 2,  // `queue` would take it now
    kLater = 3,       // the same once more from `from` on
  };
  Kind kind = Kind::kLater;
  std::string queue;  // resource name
  std::optional<Instant> from;

  bool operator==(const Alternative&) const = default;
};
absl::Status WithAlternatives(absl::Status status, const std::vector<Alternative>& alternatives);
std::vector<Alternative> AlternativesOf(const absl::Status& status);

std::string FieldAtFault(const absl::Status& status);
std::string WhatWouldBeRight(const absl::Status& status);

// The same refusal with `prefix` put before its field: "steps[1]" in "requirement" becomes
// "requirement.steps[1]".
absl::Status WithFieldPrefix(const absl::Status& status, std::string_view prefix);

}  // namespace wissel

#define WISSEL_RETURN_IF_ERROR(expression)                                                    \
  do {                                                                                        \
    if (absl::Status wissel_status = (expression); !wissel_status.ok()) return wissel_status; \
  } while (false)

#define WISSEL_CONCAT_INNER(a, b) a##b
#define WISSEL_CONCAT(a, b) WISSEL_CONCAT_INNER(a, b)
#define WISSEL_ASSIGN_OR_RETURN(declaration, expression) \
  WISSEL_ASSIGN_OR_RETURN_IMPL(WISSEL_CONCAT(wissel_or_, __LINE__), declaration, expression)
#define WISSEL_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                         \
  if (!result.ok()) return std::move(result).status();                \
  declaration = *std::move(result)
