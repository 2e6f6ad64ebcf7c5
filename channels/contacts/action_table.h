// The audit trail of the store: who read, changed, merged, split and erased. Names alone, so that
// it outlives those whom it is about. Inside a transaction of the caller; belongs to the store's
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "channels/contacts/files.h"

namespace wissel::contacts {

class ActionTable {
 public:
  explicit ActionTable(Files& files) : files_(files) {}

  // The action gets the next number.
  absl::Status Record(Action action);
  absl::StatusOr<std::vector<Action>> List(const std::string& subject, int64_t before, int most);

 private:
  std::string HashOf(const Action& action) const;

  Files& files_;
};

}  // namespace wissel::contacts
