// Files that come in pieces and are kept for a while, for who sent them.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace wissel::forecasting {

class Uploads {
 public:
  static constexpr size_t kMostBytes = 256U << 20;
  static constexpr Duration kKept = Duration::Minutes(15);

  struct State {
    std::string name;  // "historyUploads/{number}"
    int64_t size = 0;
  };
  // `name` empty: the first piece of a new file. OUT_OF_RANGE on `offset` when pieces are missing;
  // a piece that is there already is passed over. RESOURCE_EXHAUSTED: no room; NOT_FOUND on
  // `upload`: there is none, or it is somebody else's.
  absl::StatusOr<State> Add(const std::string& user, const std::string& name, int64_t offset,
                            std::string_view piece, Instant now);
  absl::StatusOr<std::shared_ptr<const std::string>> Find(const std::string& user,
                                                          const std::string& name, Instant now);

 private:
  struct File {
    std::string user;
    std::shared_ptr<std::string> bytes;
    Instant touched;
  };
  void Forget(Instant now);

  std::mutex mutex_;
  uint64_t last_ = 0;
  std::map<std::string, File> files_;
};

}  // namespace wissel::forecasting
