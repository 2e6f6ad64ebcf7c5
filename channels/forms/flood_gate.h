// How many forms are taken: so many a minute from one address, and from all together. Buckets that
// fill again with time. Not thread-safe; time is told by whoever asks.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace wissel::forms {

class FloodGate {
 public:
  struct Limits {
    int64_t each_minute = 6;     // from one address
    int64_t all_minute = 1'200;  // from all
  };
  explicit FloodGate(Limits limits) : limits_(limits), all_{limits.all_minute * kWhole, {}} {}

  // Counts one, if both have room for it.
  bool Admit(std::string_view address, Instant now);

 private:
  // A form takes kWhole parts, so that buckets fill evenly.
  static constexpr int64_t kWhole = 60'000;
  static constexpr size_t kMostAddresses = 100'000;
  struct Bucket {
    int64_t parts = 0;
    Instant at;
  };
  static void Fill(Bucket& bucket, int64_t a_minute, Instant now);
  void ForgetFull(Instant now);

  const Limits limits_;
  Bucket all_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace wissel::forms
