// `wissel backup` and `wissel restore`: the folder of a server's stores into one file, while the
// server runs, and back into an empty folder. For the embedded stores (SQLite).
//
// The file is a tar archive, compressed, with a manifest (manifest.h) as its first member. It holds
// people's data and their keys: it is written readable by its owner alone.
#pragma once

#include <string>

namespace wissel::backup {

struct BackupOptions {
  std::string data;
  std::string to;
  std::string version;  // of this program
  bool json = false;
};

struct RestoreOptions {
  std::string from;
  std::string data;
  std::string erasures;  // an erasures.txt that is newer than the backup's; empty: none
  bool json = false;
};

// Both print what they did, or why not; the exit code: 0 done, 1 failed.
int RunBackup(const BackupOptions& options);
int RunRestore(const RestoreOptions& options);

}  // namespace wissel::backup
