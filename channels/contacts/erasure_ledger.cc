#include "channels/contacts/erasure_ledger.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <utility>

#include "absl/time/time.h"
#include "base/invariant.h"
#include "base/status.h"
#include "channels/contacts/contact.h"
#include "fmt/format.h"

namespace wissel::contacts {
namespace {

std::string LineOf(std::string_view customer, std::string_view user, Instant at) {
  std::string by(user);
  std::replace_if(
      by.begin(), by.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; }, '_');
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixMillis(at.millis()),
                                            absl::UTCTimeZone());
  return fmt::format("{} {} {}\n", time, customer, by);
}

absl::StatusOr<std::string> ReadAll(int file) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::pread(file, buffer, sizeof buffer, static_cast<off_t>(text.size()));
    if (n == 0) return text;
    if (n < 0) return absl::UnavailableError(fmt::format("it cannot be read: {}", strerror(errno)));
    text.append(buffer, static_cast<size_t>(n));
  }
}

// The file's name is durable, too.
void SyncFolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC);
  INVARIANT(handle >= 0 && ::fsync(handle) == 0);
  ::close(handle);
}

}  // namespace

ErasureLedger::ErasureLedger(ErasureLedger&& other) noexcept
    : file_(std::exchange(other.file_, -1)), erased_(std::move(other.erased_)) {}

ErasureLedger::~ErasureLedger() {
  if (file_ >= 0) ::close(file_);
}

absl::StatusOr<ErasureLedger> ErasureLedger::Open(const std::string& path) {
  ErasureLedger ledger;
  if (path.empty()) return ledger;
  ledger.file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (ledger.file_ < 0) {
    return absl::FailedPreconditionError(
        fmt::format("{} cannot be opened: {}", path, strerror(errno)));
  }
  if (::flock(ledger.file_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("another process has the contact store of {}",
                    std::filesystem::path(path).parent_path().string()));
  }
  SyncFolderOf(path);
  WISSEL_RETURN_IF_ERROR(ledger.Read(path));
  return ledger;
}

absl::Status ErasureLedger::Read(const std::string& path) {
  WISSEL_ASSIGN_OR_RETURN(std::string text, ReadAll(file_));
  const size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  if (whole < text.size()) {
    INVARIANT(::ftruncate(file_, static_cast<off_t>(whole)) == 0 && ::fsync(file_) == 0);
    text.resize(whole);
  }
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream parts(line);
    std::string time, customer, user, more;
    if (!(parts >> time >> customer >> user) || parts >> more || !IsCustomerName(customer)) {
      return absl::DataLossError(fmt::format("line {} of {} is no erasure", number, path));
    }
    erased_.insert(customer);
  }
  return absl::OkStatus();
}

absl::Status ErasureLedger::Add(const std::vector<std::string>& customers, std::string_view user,
                                Instant at) {
  std::string lines;
  for (const std::string& customer : customers) lines += LineOf(customer, user, at);
  if (file_ >= 0) {
    const off_t end = ::lseek(file_, 0, SEEK_END);
    if (::write(file_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
      INVARIANT(::ftruncate(file_, end) == 0);
      return absl::UnavailableError("the list of erasures cannot be written; try again later");
    }
    INVARIANT(::fsync(file_) == 0);
  }
  erased_.insert(customers.begin(), customers.end());
  return absl::OkStatus();
}

}  // namespace wissel::contacts
