#include "router/service/snapshots.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "base/runtime/log.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/journal/codec.h"
#include "router/service/recovery.h"

namespace wissel {
namespace {

constexpr std::string_view kMagic = "WSLSNAP1";
constexpr std::string_view kPrefix = "snapshot-";
constexpr std::string_view kSuffix = ".wsnap";
constexpr size_t kHeaderSize = 8 + 8 + 32 + 8 + 8;
constexpr size_t kKept = 2;

void AppendNumber(std::string& out, uint64_t number) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
}
uint64_t NumberAt(std::string_view bytes, size_t at) {
  uint64_t number = 0;
  for (int i = 7; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}
std::string_view View(const ChainHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

absl::Status SystemError(const std::string& path) {
  return absl::UnavailableError(
      fmt::format("{} cannot be written: {}", path, std::strerror(errno)));
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return fd_ >= 0; }
  bool Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return true;
  }
  bool Sync() const { return ::fsync(fd_) == 0; }

 private:
  int fd_;
};

absl::Status WriteDurably(const std::string& directory, const std::string& path,
                          std::string_view bytes) {
  const std::string unfinished = path + ".tmp";
  {
    File file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!file.open() || !file.Write(bytes) || !file.Sync()) {
      absl::Status status = SystemError(unfinished);
      ::unlink(unfinished.c_str());
      return status;
    }
  }
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return SystemError(path);
  File parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.open() || !parent.Sync()) return SystemError(directory);
  return absl::OkStatus();
}

std::string Encode(const Snapshot& snapshot) {
  const std::string state = EncodeState(snapshot.state);
  std::string bytes(kMagic);
  bytes.reserve(kHeaderSize + state.size() + snapshot.position.hash.size());
  AppendNumber(bytes, snapshot.position.sequence);
  bytes.append(View(snapshot.position.hash));
  AppendNumber(bytes, snapshot.digest);
  AppendNumber(bytes, state.size());
  bytes.append(state);
  bytes.append(View(Sha256(bytes)));
  return bytes;
}

absl::StatusOr<Snapshot> Decode(std::string_view bytes) {
  Snapshot snapshot;
  ChainHash& hash = snapshot.position.hash;
  if (bytes.size() < kHeaderSize + hash.size()) return absl::DataLossError("it is too short");
  if (bytes.substr(0, kMagic.size()) != kMagic) return absl::DataLossError("it is no snapshot");
  const std::string_view body = bytes.substr(0, bytes.size() - hash.size());
  if (View(Sha256(body)) != bytes.substr(body.size()))
    return absl::DataLossError("it is not what was written");
  snapshot.position.sequence = NumberAt(bytes, 8);
  std::memcpy(hash.data(), bytes.data() + 16, hash.size());
  snapshot.digest = NumberAt(bytes, 48);
  if (NumberAt(bytes, 56) != body.size() - kHeaderSize)
    return absl::DataLossError("its length is wrong");
  WISSEL_ASSIGN_OR_RETURN(snapshot.state, DecodeState(body.substr(kHeaderSize)));
  return snapshot;
}

std::optional<uint64_t> SequenceOf(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), sequence);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return sequence;
}

}  // namespace

Snapshot TakeSnapshot(const Engine& engine, const JournalPosition& position) {
  return {position, engine.Digest(), engine.Save()};
}

std::string SnapshotStore::PathOf(uint64_t sequence) const {
  return fmt::format("{}/{}{}{}", directory_, kPrefix, sequence, kSuffix);
}

std::vector<uint64_t> SnapshotStore::List() const {
  std::vector<uint64_t> sequences;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, none)) {
    if (auto sequence = SequenceOf(entry.path().filename().string()))
      sequences.push_back(*sequence);
  }
  std::sort(sequences.begin(), sequences.end(), std::greater<>());
  return sequences;
}

absl::StatusOr<Snapshot> SnapshotStore::Load(uint64_t sequence) const {
  const std::string path = PathOf(sequence);
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(fmt::format("{} cannot be read", path));
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  absl::StatusOr<Snapshot> snapshot = Decode(bytes);
  if (snapshot.ok() && snapshot->position.sequence != sequence)
    snapshot = absl::DataLossError("its name is another's");
  if (!snapshot.ok())
    return absl::DataLossError(
        fmt::format("{} is damaged: {}", path, std::string(snapshot.status().message())));
  return snapshot;
}

absl::Status SnapshotStore::Save(const Snapshot& snapshot) const {
  if (::mkdir(directory_.c_str(), 0750) != 0 && errno != EEXIST) return SystemError(directory_);
  WISSEL_RETURN_IF_ERROR(
      WriteDurably(directory_, PathOf(snapshot.position.sequence), Encode(snapshot)));
  size_t kept = 0;
  for (uint64_t sequence : List()) {
    if (++kept > kKept) ::unlink(PathOf(sequence).c_str());
  }
  return absl::OkStatus();
}

Snapshotter::Snapshotter(SnapshotStore store, std::unique_ptr<JournalReader> reader,
                         EngineOptions options, uint64_t every, uint64_t last_sequence)
    : store_(std::move(store)),
      reader_(std::move(reader)),
      options_(options),
      every_(every),
      next_at_(last_sequence + every),
      thread_("snapshots", [this] { Run(); }) {}

Snapshotter::~Snapshotter() { Stop(); }

void Snapshotter::Committed(uint64_t last_sequence) {
  std::lock_guard lock(mutex_);
  committed_ = last_sequence;
  if (committed_ >= next_at_) wanted_.notify_one();
}

void Snapshotter::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    wanted_.notify_one();
  }
  thread_.Join();
}

void Snapshotter::Run() {
  LowerPriorityOfThisThread();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wanted_.wait(lock, [this] { return stopping_ || committed_ >= next_at_; });
      if (stopping_) return;
      next_at_ = committed_ + every_;
    }
    Make();
  }
}

// One that fails is made up for by the next.
void Snapshotter::Make() {
  absl::StatusOr<Recovered> recovered = Recover(*reader_, &store_, options_);
  absl::Status status = recovered.status();
  if (status.ok()) status = store_.Save(TakeSnapshot(recovered->engine, recovered->position));
  if (status.ok()) {
    Log(LogLevel::kInfo, "snapshot made", {{"sequence", recovered->position.sequence}});
  } else {
    Log(LogLevel::kWarning, "no snapshot could be made",
        {{"reason", std::string(status.message())}});
  }
}

}  // namespace wissel
