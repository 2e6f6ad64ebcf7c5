#include "server/doctor/machine.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>
#include <vector>

#include "fmt/format.h"

namespace wissel::doctor {
namespace {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr uint64_t kLeastRoom = uint64_t{2} << 30;
constexpr uint64_t kLittleRoom = uint64_t{10} << 30;
constexpr int kSyncs = 21;
constexpr Milliseconds kSlowSync{20};
constexpr rlim_t kFewFiles = 16'384;

// The median of some, as the journal writes; none where the folder cannot be written to.
std::optional<Milliseconds> TimeOfSync(const fs::path& folder) {
  const fs::path path = folder / fmt::format(".wissel-doctor-{}", ::getpid());
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::nullopt;
  const std::array<char, 4096> page{};
  std::vector<Milliseconds> times;
  for (int i = 0; i < kSyncs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (::pwrite(file, page.data(), page.size(), 0) != ssize_t{page.size()} ||
        ::fdatasync(file) != 0) {
      break;
    }
    times.push_back(std::chrono::steady_clock::now() - begin);
  }
  ::close(file);
  ::unlink(path.c_str());
  if (times.size() < kSyncs) return std::nullopt;
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// A journal is only as good as what a sync means there.
const char* UnfitFileSystem(const fs::path& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return nullptr;
  switch (static_cast<unsigned long>(info.f_type)) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC:
      return "memory";
    case NFS_SUPER_MAGIC:
      return "NFS";
    case OVERLAYFS_SUPER_MAGIC:
      return "a container's overlay";
    default:
      return nullptr;
  }
}

}  // namespace

void LookAtDisk(const fs::path& folder, Findings* findings) {
  std::error_code error;
  const fs::space_info room = fs::space(folder, error);
  if (error) {
    return findings->Wrong("disk", fmt::format("{}: {}", folder.string(), error.message()),
                           "the folder of the server's stores");
  }
  const std::string has = fmt::format("{} has room for {:.1f} GiB", folder.string(),
                                      static_cast<double>(room.available) / (1 << 30));
  if (room.available < kLeastRoom) {
    findings->Wrong("disk", has, "more room; a full disk refuses new work");
  } else if (room.available < kLittleRoom) {
    findings->Warn("disk", has, "more room soon");
  } else {
    findings->Good("disk", has);
  }
  if (const char* kind = UnfitFileSystem(folder)) {
    findings->Warn("disk", fmt::format("{} is on {}", folder.string(), kind),
                   "a local disk: what was acknowledged must survive a power cut");
  }
  const auto sync = TimeOfSync(folder);
  if (!sync) {
    return findings->Wrong("disk", fmt::format("{} cannot be written to", folder.string()),
                           "run this as the user who serves, and make the folder theirs");
  }
  const std::string takes =
      fmt::format("a synced write takes {:.2f} ms there (median of {})", sync->count(), kSyncs);
  if (*sync > kSlowSync) {
    findings->Warn("disk", takes, "a disk with a write cache that survives a power cut");
  } else {
    findings->Good("disk", takes);
  }
}

void LookAtFiles(const fs::path& folder, Findings* findings) {
  bool good = true;
  struct stat whole {};
  // Where others cannot look in, it does not matter.
  const bool shut = ::stat(folder.c_str(), &whole) == 0 && (whole.st_mode & S_IXOTH) == 0;
  for (const char* name : {"token.key", "users.sqlite", "contact_keys.sqlite", "contacts.sqlite"}) {
    struct stat info {};
    const fs::path path = folder / name;
    if (::stat(path.c_str(), &info) != 0) continue;
    if (shut || (info.st_mode & S_IRWXO) == 0) continue;
    good = false;
    findings->Wrong("files", fmt::format("others may read {}", path.string()),
                    fmt::format("chmod o= {}", path.string()));
  }
  if (good) findings->Good("files", "what is secret is the server's alone");
}

void LookAtClock(Findings* findings) {
  struct timex state {};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    findings->Warn("clock", "nothing keeps this machine's clock right",
                   "chrony or systemd-timesyncd; ages and leases do not depend on it, times in "
                   "reports do");
  } else {
    findings->Good("clock", fmt::format("kept right to {} ms", state.maxerror / 1000));
  }
}

void LookAtLimits(Findings* findings) {
  struct rlimit files {};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const std::string may = fmt::format("this process may have {} files and connections open",
                                      static_cast<uint64_t>(files.rlim_cur));
  if (files.rlim_cur < kFewFiles) {
    findings->Warn("limits", may, "the service's own limit (LimitNOFILE), at least 16384");
  } else {
    findings->Good("limits", may);
  }
}

}  // namespace wissel::doctor
