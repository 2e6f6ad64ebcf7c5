// Slows down who guesses passwords: some attempts are free, then each next one waits twice as long
// as the one before. Forgets a key after a while, and at once after a success.
//
// Thread-safe. Invariant: remembers 10,000 keys at most, and those who have tried most the longest.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/time.h"

namespace wissel::sign_in {

class Throttle {
 public:
  // Counts an attempt, before its outcome is known so that many at once do not slip through. Zero:
  // go on; else how long to wait, and the attempt is not made.
  Duration Begin(const std::string& key, Instant now);
  void Succeeded(const std::string& key);

 private:
  struct Attempts {
    int count = 0;
    Instant last;
    Instant next_allowed;
  };

  void Forget(Instant now);

  std::mutex mutex_;
  std::map<std::string, Attempts> attempts_;
};

}  // namespace wissel::sign_in
