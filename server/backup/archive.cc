#include "server/backup/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::backup {
namespace {

namespace fs = std::filesystem;

struct Freer {
  void operator()(archive* a) const { archive_free(a); }
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Archive = std::unique_ptr<archive, Freer>;
using Entry = std::unique_ptr<archive_entry, Freer>;

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status CannotOpen(const fs::path& path) {
  return absl::FailedPreconditionError(
      fmt::format("{} cannot be opened: {}", path.string(), std::strerror(errno)));
}

absl::Status CannotWrite(const fs::path& path, const char* why) {
  return absl::UnavailableError(
      fmt::format("{} cannot be written: {}", path.string(), why == nullptr ? "unknown" : why));
}

// Its name is durable, too.
absl::Status Sync(const File& file, const fs::path& path) {
  const File folder(path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY);
  if (::fsync(file.fd()) != 0 || !folder.ok() || ::fsync(folder.fd()) != 0) {
    return CannotWrite(path, std::strerror(errno));
  }
  return absl::OkStatus();
}

absl::Status WriteMember(archive* to, const fs::path& archive, const fs::path& path) {
  const File file(path, O_RDONLY);
  if (!file.ok()) return CannotOpen(path);
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), path.filename().c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(fs::file_size(path)));
  if (archive_write_header(to, entry.get()) != ARCHIVE_OK) {
    return CannotWrite(archive, archive_error_string(to));
  }
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t n = ::read(file.fd(), buffer.data(), buffer.size());
    if (n == 0) return absl::OkStatus();
    if (n < 0) return CannotOpen(path);
    if (archive_write_data(to, buffer.data(), static_cast<size_t>(n)) != n) {
      return CannotWrite(archive, archive_error_string(to));
    }
  }
}

absl::Status WriteAll(const File& file, const fs::path& archive, const fs::path& folder,
                      const std::vector<std::string>& names) {
  const Archive to(archive_write_new());
  archive_write_set_format_pax_restricted(to.get());
  archive_write_add_filter_zstd(to.get());
  if (archive_write_open_fd(to.get(), file.fd()) != ARCHIVE_OK) {
    return CannotWrite(archive, archive_error_string(to.get()));
  }
  for (const std::string& name : names) {
    WISSEL_RETURN_IF_ERROR(WriteMember(to.get(), archive, folder / name));
  }
  if (archive_write_close(to.get()) != ARCHIVE_OK) {
    return CannotWrite(archive, archive_error_string(to.get()));
  }
  return Sync(file, archive);
}

absl::Status Damaged(const fs::path& archive, const char* why) {
  return absl::DataLossError(
      fmt::format("{} is no whole backup: {}", archive.string(), why == nullptr ? "unknown" : why));
}

absl::Status ReadMember(archive* from, archive_entry* entry, const fs::path& archive,
                        const fs::path& folder) {
  const char* name = archive_entry_pathname(entry);
  if (name == nullptr || *name == '\0' || *name == '.' || std::strchr(name, '/') != nullptr ||
      archive_entry_filetype(entry) != AE_IFREG) {
    return Damaged(archive, "a member is not a plain file");
  }
  const fs::path path = folder / name;
  const File file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.ok()) return CannotOpen(path);
  if (archive_read_data_into_fd(from, file.fd()) != ARCHIVE_OK) {
    return Damaged(archive, archive_error_string(from));
  }
  return Sync(file, path);
}

}  // namespace

absl::Status WriteArchive(const fs::path& archive, const fs::path& folder,
                          const std::vector<std::string>& names) {
  const File file(archive, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.ok()) return CannotOpen(archive);
  absl::Status written = WriteAll(file, archive, folder, names);
  if (!written.ok()) ::unlink(archive.c_str());
  return written;
}

absl::Status ReadArchive(const fs::path& archive, const fs::path& folder) {
  const File file(archive, O_RDONLY);
  if (!file.ok()) return CannotOpen(archive);
  const Archive from(archive_read_new());
  archive_read_support_format_tar(from.get());
  archive_read_support_filter_zstd(from.get());
  if (archive_read_open_fd(from.get(), file.fd(), 1 << 16) != ARCHIVE_OK) {
    return Damaged(archive, archive_error_string(from.get()));
  }
  for (;;) {
    archive_entry* entry = nullptr;
    const int next = archive_read_next_header(from.get(), &entry);
    if (next == ARCHIVE_EOF) return absl::OkStatus();
    if (next != ARCHIVE_OK) return Damaged(archive, archive_error_string(from.get()));
    WISSEL_RETURN_IF_ERROR(ReadMember(from.get(), entry, archive, folder));
  }
}

}  // namespace wissel::backup
