// Any bytes as the pieces of a file that somebody sends in a chat: a file comes together or is
// refused, never a crash.
//
// Beyond not crashing: what was taken whole has the size that was told, a name without a path and
// line ends, and bytes that its name fits; and no more is under way than is allowed.
//
// A line of text is the file's name, a byte its size; what follows are pieces: two bytes of offset,
// one of length.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "channels/chat/file_rules.h"
#include "channels/chat/uploads.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wissel::chat;  // NOLINT: what is fuzzed
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(rest.find('\n'), rest.size());
  const std::string name(rest.substr(0, line));
  rest.remove_prefix(std::min(line + 1, rest.size()));
  Uploads uploads(1 << 16);
  FilePiece piece{"u", name, 0, 0, ""};
  piece.size = rest.empty() ? 0 : static_cast<uint8_t>(rest[0]);
  rest.remove_prefix(std::min<size_t>(1, rest.size()));
  while (rest.size() >= 3) {
    piece.offset = static_cast<uint8_t>(rest[0]) * 256 + static_cast<uint8_t>(rest[1]);
    const size_t length = static_cast<uint8_t>(rest[2]);
    rest.remove_prefix(3);
    piece.content = std::string(rest.substr(0, length));
    rest.remove_prefix(std::min(length, rest.size()));
    const auto taken = uploads.Take("c", piece, wissel::Instant());
    if (!taken.ok() || !taken->whole) continue;
    INVARIANT(static_cast<int64_t>(taken->whole->bytes.size()) == piece.size);
    INVARIANT(taken->whole->file_name.find_first_of("/\\\r\n") == std::string::npos);
    INVARIANT(CheckFileName(taken->whole->file_name, "f").ok());
    INVARIANT(CheckFileBytes(name, taken->whole->bytes, "f").ok());
  }
  return 0;
}
