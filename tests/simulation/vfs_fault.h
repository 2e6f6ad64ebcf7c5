// A disk under SQLite that fails on demand: refuses the nth write or sync, and loses at a power cut
// what was not synced. Registers a VFS over the system's own; the files are real, only their syncs
// are remembered instead of made.
//
// Thread-safe. Outlives every connection that uses it.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wissel {

class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // For SqliteJournalOptions::vfs.
  const std::string& vfs() const { return name_; }

  // Writes, truncations, deletions and syncs so far.
  uint64_t operations() const;
  uint64_t syncs() const;

  // From the nth write (from now, 0 is the next) on, writes fail with `code` after half of their
  // bytes; syncs likewise. Until Mend.
  void FailWrites(uint64_t nth, int code);
  void FailSyncs(uint64_t nth, int code);
  void Mend();

  // From the nth operation (from now) on, nothing reaches the disk any more.
  void CutPower(uint64_t nth);

  // Which of the writes that were not synced are on the disk after a power cut.
  enum class Unsynced { kLost, kKept, kSome };
  // What is on the disk when the power comes back, written into `directory`. With kSome, `seed`
  // draws which writes have survived, and of some only the first sectors.
  void CopyAfterPowerCut(const std::string& directory, Unsynced unsynced, uint64_t seed = 0) const;

 private:
  friend struct FaultyFile;
  friend struct FaultyVfs;

  struct Change {
    uint64_t offset = 0;
    std::string bytes;
    bool truncates = false;  // to `offset`
  };
  struct FileState {
    std::string synced;
    std::vector<Change> unsynced;
  };
  struct Fault {
    uint64_t after = 0;
    int code = 0;
  };

  // The code with which the operation is to fail; SQLITE_OK: it is to be done.
  int Write();
  int Sync();
  int Other();
  bool PowerIsOff();
  void Opened(const std::string& path);
  void Changed(const std::string& path, Change change);
  void Synced(const std::string& path);
  void Deleted(const std::string& path);

  const std::string name_;
  sqlite3_vfs* const system_;
  sqlite3_vfs vfs_ = {};
  mutable std::mutex mutex_;
  std::map<std::string, FileState> files_;
  uint64_t operations_ = 0;
  uint64_t syncs_ = 0;
  std::optional<Fault> write_fault_;
  std::optional<Fault> sync_fault_;
  std::optional<uint64_t> power_off_after_;
};

}  // namespace wissel
