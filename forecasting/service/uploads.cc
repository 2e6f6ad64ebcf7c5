#include "forecasting/service/uploads.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::forecasting {

absl::StatusOr<Uploads::State> Uploads::Add(const std::string& user, const std::string& name,
                                            int64_t offset, std::string_view piece, Instant now) {
  std::lock_guard lock(mutex_);
  Forget(now);
  size_t all = piece.size();
  for (const auto& [of, file] : files_) all += file.bytes->size();
  if (all > kMostBytes) {
    return Refuse(absl::StatusCode::kResourceExhausted, "piece", "there is no room for the file",
                  "`wissel history import`, which takes any size; or the same again later");
  }
  std::string at = name;
  if (at.empty()) {
    at = fmt::format("historyUploads/{}", ++last_);
    files_[at] = {user, std::make_shared<std::string>(), now};
  }
  const auto found = files_.find(at);
  if (found == files_.end() || found->second.user != user) return NoSuchName("upload", name);
  File& file = found->second;
  const auto size = static_cast<int64_t>(file.bytes->size());
  if (offset > size || offset < 0) {
    return Refuse(absl::StatusCode::kOutOfRange, "offset",
                  fmt::format("{} bytes have come so far", size), fmt::format("{}", size));
  }
  const auto known = std::min<size_t>(static_cast<size_t>(size - offset), piece.size());
  // Whoever reads it keeps what they have: the next piece goes into a copy.
  if (file.bytes.use_count() > 1) file.bytes = std::make_shared<std::string>(*file.bytes);
  file.bytes->append(piece.substr(known));
  file.touched = now;
  return State{at, static_cast<int64_t>(file.bytes->size())};
}

absl::StatusOr<std::shared_ptr<const std::string>> Uploads::Find(const std::string& user,
                                                                 const std::string& name,
                                                                 Instant now) {
  std::lock_guard lock(mutex_);
  Forget(now);
  const auto found = files_.find(name);
  if (found == files_.end() || found->second.user != user) return NoSuchName("upload", name);
  found->second.touched = now;
  return std::shared_ptr<const std::string>(found->second.bytes);
}

void Uploads::Forget(Instant now) {
  std::erase_if(files_, [&](const auto& entry) { return entry.second.touched + kKept < now; });
}

}  // namespace wissel::forecasting
