// The rows of do-not-contact marks. Belongs to the thread of its file; changes are made inside a
// transaction of the caller (StoreFile::Change).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/addresses.h"
#include "channels/outbound/store_file.h"

namespace wissel::outbound {

// The same numbers as wissel.v1.DoNotContact.Reason.
enum class MarkReason : uint8_t {
  kAsked = 1,
  kRegister = 2,
  kComplaint = 3,
  kDeceased = 4,
  kUndeliverable = 5,
  kOther = 6,
};

struct Mark {
  int64_t number = 0;                         // from 1, rising
  std::string subject;                        // "customers/{id}", or the pseudonym of an address
  std::optional<contacts::AddressKind> kind;  // of an address
  MarkReason reason = MarkReason::kAsked;
  Instant created;
  std::string creator;

  bool operator==(const Mark&) const = default;
};

class MarkTable {
 public:
  explicit MarkTable(StoreFile& file) : file_(file) {}

  // Gives it its number. One that is there stays as it is.
  absl::StatusOr<Mark> Add(const Mark& mark);
  absl::StatusOr<std::optional<Mark>> Find(const std::string& subject);
  absl::StatusOr<std::optional<Mark>> FindNumber(int64_t number);
  absl::Status Remove(int64_t number);
  // Oldest first, from that number on.
  absl::StatusOr<std::vector<Mark>> List(int64_t from, int most);

 private:
  StoreFile& file_;
};

}  // namespace wissel::outbound
