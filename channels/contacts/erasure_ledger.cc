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

// `line` as it stands in the file.
constexpr const char* kLedgerSchema =
    "CREATE TABLE IF NOT EXISTS erasures (customer BLOB PRIMARY KEY, line BLOB NOT NULL);";

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
    : file_(std::exchange(other.file_, -1)),
      db_(std::move(other.db_)),
      erased_(std::move(other.erased_)) {}

ErasureLedger::~ErasureLedger() {
  if (file_ >= 0) ::close(file_);
}

absl::StatusOr<ErasureLedger> ErasureLedger::Open(const std::string& path,
                                                  const std::optional<sql::Place>& shared) {
  ErasureLedger ledger;
  if (!path.empty()) WISSEL_RETURN_IF_ERROR(ledger.OpenFile(path));
  if (shared) WISSEL_RETURN_IF_ERROR(ledger.Share(*shared));
  return ledger;
}

absl::Status ErasureLedger::OpenFile(const std::string& path) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file_ < 0) {
    return absl::FailedPreconditionError(
        fmt::format("{} cannot be opened: {}", path, strerror(errno)));
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("another process has the contact store of {}",
                    std::filesystem::path(path).parent_path().string()));
  }
  SyncFolderOf(path);
  return Read(path);
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

absl::Status ErasureLedger::Share(const sql::Place& place) {
  WISSEL_ASSIGN_OR_RETURN(db_, sql::Database::Open(place, kLedgerSchema));
  std::set<std::string, std::less<>> there;
  {
    WISSEL_ASSIGN_OR_RETURN(sql::Query row, db_->Ask("SELECT customer, line FROM erasures"));
    std::string missing;
    while (true) {
      WISSEL_ASSIGN_OR_RETURN(const bool more, row.Next());
      if (!more) break;
      const std::string customer = row.Text(0);
      if (!erased_.contains(customer)) missing += row.Text(1);
      there.insert(customer);
    }
    WISSEL_RETURN_IF_ERROR(AddToFile(missing));
  }
  std::vector<std::string> lost;
  for (const std::string& customer : erased_) {
    if (!there.contains(customer)) lost.push_back(customer);
  }
  // When, and by whom, stands in the file of the machine that had it.
  WISSEL_RETURN_IF_ERROR(AddToTable(lost, "ledger", Instant()));
  erased_.merge(there);
  return absl::OkStatus();
}

absl::Status ErasureLedger::AddToFile(const std::string& lines) {
  if (file_ < 0 || lines.empty()) return absl::OkStatus();
  const off_t end = ::lseek(file_, 0, SEEK_END);
  if (::write(file_, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
    INVARIANT(::ftruncate(file_, end) == 0);
    return absl::UnavailableError("the list of erasures cannot be written; try again later");
  }
  INVARIANT(::fsync(file_) == 0);
  return absl::OkStatus();
}

absl::Status ErasureLedger::AddToTable(const std::vector<std::string>& customers,
                                       std::string_view user, Instant at) {
  if (!db_ || customers.empty()) return absl::OkStatus();
  WISSEL_RETURN_IF_ERROR(db_->Begin());
  absl::Status status;
  for (const std::string& customer : customers) {
    status = db_->Do("INSERT INTO erasures VALUES (?1, ?2) ON CONFLICT DO NOTHING", customer,
                     LineOf(customer, user, at));
    if (!status.ok()) break;
  }
  if (status.ok()) return db_->Commit();
  db_->Rollback();
  return status;
}

absl::Status ErasureLedger::Add(const std::vector<std::string>& customers, std::string_view user,
                                Instant at) {
  std::string lines;
  for (const std::string& customer : customers) lines += LineOf(customer, user, at);
  WISSEL_RETURN_IF_ERROR(AddToTable(customers, user, at));
  WISSEL_RETURN_IF_ERROR(AddToFile(lines));
  erased_.insert(customers.begin(), customers.end());
  return absl::OkStatus();
}

}  // namespace wissel::contacts
