// Files that are on their way into conversations, put together from the pieces in which they come.
// A piece is small enough for the door's limit for callers without a role, which so need not be
// raised for anybody. Pure: bytes and moments are told.
//
// Invariants: of each side of a conversation one file is under way at most; all together have at
// most 64 MiB in memory; one that is not whole within five minutes is dropped when the room is
// needed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "channels/contacts/contact_store.h"

namespace wissel::chat {

inline constexpr int64_t kLargestPiece = 44 << 10;  // bytes; 60 kB in base64
inline constexpr int64_t kLargestFile = 20 << 20;   // that a center can allow
inline constexpr int64_t kMostUnderWay = 64 << 20;  // bytes, of all files
inline constexpr Duration kUploadMayTake = Duration::Minutes(5);

struct FilePiece {
  std::string upload;  // the same of all pieces of a file
  std::string file_name;
  int64_t size = 0;    // of the whole file
  int64_t offset = 0;  // of this piece in it
  std::string content;
};

class Uploads {
 public:
  // `largest_file`: bytes; 0: no files are taken.
  explicit Uploads(int64_t largest_file) : largest_file_(largest_file) {}

  struct Taken {
    int64_t next_offset = 0;
    std::optional<contacts::NewAttachment> whole;  // that was the last piece
  };
  // `whose`: the side of the conversation that sends it. The piece at 0 begins a file anew, in the
  // place of the one that was under way. A piece that was taken already changes nothing.
  // INVALID_ARGUMENT on fields of `piece`; FAILED_PRECONDITION on `piece.offset`: the pieces before
  // it are not known (any more), begin at 0; RESOURCE_EXHAUSTED: too much is under way.
  absl::StatusOr<Taken> Take(const std::string& whose, const FilePiece& piece, Instant now);

  void Drop(const std::string& whose);
  // Of either side of a conversation; sides begin with its name and a space.
  void DropAllOf(const std::string& conversation);
  int64_t largest_file() const { return largest_file_; }

 private:
  struct Upload {
    std::string id;
    std::string file_name;
    int64_t size = 0;
    std::string bytes;
    Instant begun;
  };
  absl::Status Check(const FilePiece& piece) const;
  void DropOld(Instant now);

  const int64_t largest_file_;
  int64_t under_way_ = 0;  // bytes
  std::map<std::string, Upload> uploads_;
};

}  // namespace wissel::chat
