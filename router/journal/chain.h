// The chain over the journal: each row carries the SHA-256 of the row before it, its own header and
// its payload. A byte changed anywhere, a row lost, added or moved breaks it at that place.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wissel {

using ChainHash = std::array<uint8_t, 32>;

// Of a journal without rows: zeros.
inline constexpr ChainHash kChainStart = {};

struct RowHeader {
  uint64_t epoch = 0;
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
};

// SHA-256 of: previous hash, epoch, first and last sequence (64 bits each, little-endian), payload.
ChainHash NextInChain(const ChainHash& previous, const RowHeader& header, std::string_view payload);

ChainHash Sha256(std::string_view bytes);
std::string Hex(const ChainHash& hash);

}  // namespace wissel
