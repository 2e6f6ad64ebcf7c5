#include "tests/simulation/vfs_fault.h"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <random>

#include "base/invariant.h"

namespace wissel {

// What SQLite sees as a file: ours in front, the system's behind it.
struct FaultyFile {
  sqlite3_file base;
  FaultyDisk* disk;
  std::string path;

  static FaultyFile* Of(sqlite3_file* file) { return reinterpret_cast<FaultyFile*>(file); }
  sqlite3_file* system() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static sqlite3_file* System(sqlite3_file* file) { return Of(file)->system(); }

  static int Close(sqlite3_file* file) {
    const int code = System(file)->pMethods->xClose(System(file));
    Of(file)->~FaultyFile();
    return code;
  }
  static int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    return System(file)->pMethods->xRead(System(file), to, size, offset);
  }
  static int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const int fault = Of(file)->disk->Write();
    if (fault != SQLITE_OK && Of(file)->disk->PowerIsOff()) return fault;
    const int written = fault == SQLITE_OK ? size : size / 2;
    const int code = System(file)->pMethods->xWrite(System(file), from, written, offset);
    if (code != SQLITE_OK) return code;
    Of(file)->disk->Changed(Of(file)->path,
                            {static_cast<uint64_t>(offset),
                             std::string(static_cast<const char*>(from), written), false});
    return fault;
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (const int fault = Of(file)->disk->Other(); fault != SQLITE_OK) return fault;
    const int code = System(file)->pMethods->xTruncate(System(file), size);
    if (code != SQLITE_OK) return code;
    Of(file)->disk->Changed(Of(file)->path, {static_cast<uint64_t>(size), "", true});
    return code;
  }
  static int Sync(sqlite3_file* file, int) {
    if (const int fault = Of(file)->disk->Sync(); fault != SQLITE_OK) return fault;
    Of(file)->disk->Synced(Of(file)->path);
    return SQLITE_OK;
  }
  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    return System(file)->pMethods->xFileSize(System(file), size);
  }
  static int Lock(sqlite3_file* file, int level) {
    return System(file)->pMethods->xLock(System(file), level);
  }
  static int Unlock(sqlite3_file* file, int level) {
    return System(file)->pMethods->xUnlock(System(file), level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* result) {
    return System(file)->pMethods->xCheckReservedLock(System(file), result);
  }
  static int FileControl(sqlite3_file* file, int op, void* argument) {
    return System(file)->pMethods->xFileControl(System(file), op, argument);
  }
  static int SectorSize(sqlite3_file* file) {
    return System(file)->pMethods->xSectorSize(System(file));
  }
  static int DeviceCharacteristics(sqlite3_file* file) {
    return System(file)->pMethods->xDeviceCharacteristics(System(file));
  }
  static int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
    return System(file)->pMethods->xShmMap(System(file), page, size, extend, memory);
  }
  static int ShmLock(sqlite3_file* file, int offset, int n, int flags) {
    return System(file)->pMethods->xShmLock(System(file), offset, n, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { System(file)->pMethods->xShmBarrier(System(file)); }
  static int ShmUnmap(sqlite3_file* file, int remove) {
    return System(file)->pMethods->xShmUnmap(System(file), remove);
  }
};

struct FaultyVfs {
  static FaultyDisk* Disk(sqlite3_vfs* vfs) { return static_cast<FaultyDisk*>(vfs->pAppData); }
  static sqlite3_vfs* System(sqlite3_vfs* vfs) { return Disk(vfs)->system_; }

  static int Open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                  int* out_flags) {
    // Version 2: shared memory, but no memory-mapped reading.
    static const sqlite3_io_methods kMethods = {
        2,
        FaultyFile::Close,
        FaultyFile::Read,
        FaultyFile::Write,
        FaultyFile::Truncate,
        FaultyFile::Sync,
        FaultyFile::FileSize,
        FaultyFile::Lock,
        FaultyFile::Unlock,
        FaultyFile::CheckReservedLock,
        FaultyFile::FileControl,
        FaultyFile::SectorSize,
        FaultyFile::DeviceCharacteristics,
        FaultyFile::ShmMap,
        FaultyFile::ShmLock,
        FaultyFile::ShmBarrier,
        FaultyFile::ShmUnmap,
    };
    auto* faulty = new (file) FaultyFile{{nullptr}, Disk(vfs), path == nullptr ? "" : path};
    const int code = System(vfs)->xOpen(System(vfs), path, faulty->system(), flags, out_flags);
    if (code != SQLITE_OK) {
      faulty->~FaultyFile();
      faulty->base.pMethods = nullptr;
      return code;
    }
    faulty->base.pMethods = &kMethods;
    Disk(vfs)->Opened(faulty->path);
    return code;
  }
  static int Delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    if (const int fault = Disk(vfs)->Other(); fault != SQLITE_OK) return fault;
    const int code = System(vfs)->xDelete(System(vfs), path, sync_directory);
    if (code == SQLITE_OK) Disk(vfs)->Deleted(path);
    return code;
  }
};

namespace {

std::string NextName() {
  static std::atomic<int> next = 0;
  return "faulty-disk-" + std::to_string(next++);
}

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

FaultyDisk::FaultyDisk() : name_(NextName()), system_(sqlite3_vfs_find(nullptr)), vfs_(*system_) {
  vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + system_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = FaultyVfs::Open;
  vfs_.xDelete = FaultyVfs::Delete;
  INVARIANT(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(&vfs_); }

uint64_t FaultyDisk::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}
uint64_t FaultyDisk::syncs() const {
  std::lock_guard lock(mutex_);
  return syncs_;
}

void FaultyDisk::FailWrites(uint64_t nth, int code) {
  std::lock_guard lock(mutex_);
  write_fault_ = {nth, code};
}
void FaultyDisk::FailSyncs(uint64_t nth, int code) {
  std::lock_guard lock(mutex_);
  sync_fault_ = {nth, code};
}
void FaultyDisk::Mend() {
  std::lock_guard lock(mutex_);
  write_fault_.reset();
  sync_fault_.reset();
}
void FaultyDisk::CutPower(uint64_t nth) {
  std::lock_guard lock(mutex_);
  power_off_after_ = operations_ + nth;
}

int FaultyDisk::Other() {
  std::lock_guard lock(mutex_);
  if (power_off_after_ && operations_ >= *power_off_after_) return SQLITE_IOERR;
  ++operations_;
  return SQLITE_OK;
}

int FaultyDisk::Write() {
  if (const int code = Other(); code != SQLITE_OK) return code;
  std::lock_guard lock(mutex_);
  if (!write_fault_) return SQLITE_OK;
  if (write_fault_->after == 0) return write_fault_->code;
  --write_fault_->after;
  return SQLITE_OK;
}

int FaultyDisk::Sync() {
  if (const int code = Other(); code != SQLITE_OK) return code;
  std::lock_guard lock(mutex_);
  ++syncs_;
  if (!sync_fault_) return SQLITE_OK;
  if (sync_fault_->after == 0) return sync_fault_->code;
  --sync_fault_->after;
  return SQLITE_OK;
}

bool FaultyDisk::PowerIsOff() {
  std::lock_guard lock(mutex_);
  return power_off_after_ && operations_ >= *power_off_after_;
}

void FaultyDisk::Opened(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!files_.contains(path)) files_[path].synced = Contents(path);
}
void FaultyDisk::Changed(const std::string& path, Change change) {
  std::lock_guard lock(mutex_);
  files_[path].unsynced.push_back(std::move(change));
}

namespace {

void Apply(std::string& contents, uint64_t offset, std::string_view bytes, bool truncates) {
  if (truncates) {
    contents.resize(offset);
    return;
  }
  if (contents.size() < offset + bytes.size()) contents.resize(offset + bytes.size());
  contents.replace(offset, bytes.size(), bytes);
}

}  // namespace

void FaultyDisk::Synced(const std::string& path) {
  std::lock_guard lock(mutex_);
  FileState& file = files_[path];
  for (const Change& change : file.unsynced)
    Apply(file.synced, change.offset, change.bytes, change.truncates);
  file.unsynced.clear();
}
void FaultyDisk::Deleted(const std::string& path) {
  std::lock_guard lock(mutex_);
  files_.erase(path);
}

void FaultyDisk::CopyAfterPowerCut(const std::string& directory, Unsynced unsynced,
                                   uint64_t seed) const {
  constexpr uint64_t kSector = 512;
  std::lock_guard lock(mutex_);
  std::mt19937_64 dice(seed);
  for (const auto& [path, file] : files_) {
    std::string contents = file.synced;
    for (const Change& change : file.unsynced) {
      if (unsynced == Unsynced::kLost) continue;
      std::string_view bytes = change.bytes;
      if (unsynced == Unsynced::kSome) {
        const uint64_t draw = dice();
        if (draw % 3 == 0) continue;
        if (draw % 3 == 1)
          bytes = bytes.substr(0, draw / 3 % (bytes.size() / kSector + 1) * kSector);
      }
      Apply(contents, change.offset, bytes, change.truncates);
    }
    std::ofstream out(std::filesystem::path(directory) / std::filesystem::path(path).filename(),
                      std::ios::binary | std::ios::trunc);
    out.write(contents.data(), static_cast<std::streamsize>(contents.size()));
  }
}

}  // namespace wissel
