// What tests of journals share.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "router/journal/journal.h"

namespace wissel {

// Gone with its contents when the test ends. In memory where there is a file system for it:
// thousands of syncs of a real disk prove nothing more and take minutes.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const std::filesystem::path memory = "/dev/shm";
    const bool fast = access(memory.c_str(), W_OK) == 0;
    std::string pattern =
        ((fast ? memory : std::filesystem::temp_directory_path()) / "wissel-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Each row as "first-last payload".
inline absl::StatusOr<std::vector<std::string>> TryReadAll(JournalReader& journal) {
  std::vector<std::string> rows;
  auto end = journal.ReadAfter({}, [&](const JournalRow& row) {
    rows.push_back(
        fmt::format("{}-{} {}", row.header.first_sequence, row.header.last_sequence, row.payload));
    return absl::OkStatus();
  });
  if (!end.ok()) return end.status();
  return rows;
}

inline std::vector<std::string> ReadAll(JournalReader& journal) {
  auto rows = TryReadAll(journal);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() ? *rows : std::vector<std::string>();
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace wissel
