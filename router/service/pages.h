// Pages of a list: sizes, and tokens that say where the next page begins and of which list it is.
// Pure.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace wissel {

struct Page {
  int size = 0;
  uint64_t from = 1;  // the first id
};

// `list` is a digest of what the list is of (its filter): a token of another list is refused.
absl::StatusOr<Page> ReadPage(int32_t page_size, const std::string& page_token, uint64_t list);
std::string PageToken(uint64_t from, uint64_t list);

}  // namespace wissel
