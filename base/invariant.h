// INVARIANT(condition): our own bug stops the process, in production too; the journal brings it
// back.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace wissel::internal {

[[noreturn]] inline void InvariantFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "invariant broken: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace wissel::internal

#define INVARIANT(condition)                                               \
  do {                                                                     \
    if (!(condition)) [[unlikely]]                                         \
      ::wissel::internal::InvariantFailed(#condition, __FILE__, __LINE__); \
  } while (false)
