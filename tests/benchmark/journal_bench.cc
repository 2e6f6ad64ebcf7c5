// Group commits of 4 KiB, as the sequencer makes them under load, beside the least that a disk asks
// for: append to a file that has its room already, and fdatasync.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "router/journal/sqlite_journal.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 9;
constexpr int kBatchesARound = 300;
constexpr size_t kBatchBytes = 4096;

class BareFile {
 public:
  explicit BareFile(const std::string& path)
      : file_(open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) {}
  ~BareFile() { close(file_); }
  BareFile(const BareFile&) = delete;
  BareFile& operator=(const BareFile&) = delete;

  absl::Status Prepare() {
    if (file_ < 0 || posix_fallocate(file_, 0, kBatchBytes * kBatchesARound * (kRounds + 1)) != 0) {
      return absl::UnavailableError("cannot make a file for the bare append");
    }
    return absl::OkStatus();
  }
  absl::Status Append(const std::string& batch) {
    const ssize_t written = pwrite(file_, batch.data(), batch.size(), at_);
    if (written != static_cast<ssize_t>(batch.size()) || fdatasync(file_) != 0) {
      return absl::UnavailableError("the bare append failed");
    }
    at_ += written;
    return absl::OkStatus();
  }

 private:
  const int file_;
  off_t at_ = 0;
};

class Writer {
 public:
  explicit Writer(std::unique_ptr<Journal> journal) : journal_(std::move(journal)) {}

  absl::Status Prepare() {
    WISSEL_ASSIGN_OR_RETURN(epoch_, journal_->AcquireEpoch());
    return absl::OkStatus();
  }
  absl::Status Append(const std::string& batch) {
    ++sequence_;
    WISSEL_RETURN_IF_ERROR(journal_->Append({epoch_, sequence_, sequence_}, batch));
    return journal_->Maintain(false);
  }

 private:
  const std::unique_ptr<Journal> journal_;
  uint64_t epoch_ = 0;
  uint64_t sequence_ = 0;
};

template <class Side>
absl::StatusOr<double> BatchesPerSecond(Side& side, const std::string& batch) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kBatchesARound; ++i) WISSEL_RETURN_IF_ERROR(side.Append(batch));
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  return kBatchesARound / passed.count();
}

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkJournal(const std::string& scratch) {
  const std::string folder = scratch + "/journal";
  std::filesystem::create_directories(folder);
  WISSEL_ASSIGN_OR_RETURN(auto journal, OpenSqliteJournal(folder));
  Writer writer(std::move(journal));
  WISSEL_RETURN_IF_ERROR(writer.Prepare());
  BareFile bare(scratch + "/bare");
  WISSEL_RETURN_IF_ERROR(bare.Prepare());
  const std::string batch(kBatchBytes, 'x');
  std::vector<double> journal_rates, bare_rates;
  for (int round = 0; round <= kRounds; ++round) {
    WISSEL_ASSIGN_OR_RETURN(const double of_journal, BatchesPerSecond(writer, batch));
    WISSEL_ASSIGN_OR_RETURN(const double of_file, BatchesPerSecond(bare, batch));
    if (round == 0) continue;  // warm
    journal_rates.push_back(of_journal);
    bare_rates.push_back(of_file);
  }
  return std::vector<Figure>{{"journal.batch_4k", Median(journal_rates), "batches/s",
                              Median(bare_rates), "append and fdatasync"}};
}

}  // namespace wissel::benchmark
