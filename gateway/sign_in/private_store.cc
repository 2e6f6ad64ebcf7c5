#include "gateway/sign_in/private_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "fmt/format.h"

namespace wissel::sign_in {
namespace {

// Made by us first, so that it is never readable by others; SQLite's own files inherit the mode.
absl::Status MakePrivate(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return absl::UnavailableError(std::strerror(errno));
  ::close(file);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<sql::Database> OpenPrivateStore(const sql::Place& place, const char* schema) {
  if (!place.postgres && place.file != ":memory:") {
    if (absl::Status made = MakePrivate(place.file); !made.ok()) return StoreFailure(place, made);
  }
  absl::StatusOr<sql::Database> database =
      sql::Database::Open(place, schema, {.several_writers = true});
  if (!database.ok()) return StoreFailure(place, database.status());
  return database;
}

absl::Status StoreFailure(const sql::Place& place, const absl::Status& cause) {
  return absl::UnavailableError(
      fmt::format("{} cannot be used: {}", place.name(), std::string(cause.message())));
}

}  // namespace wissel::sign_in
