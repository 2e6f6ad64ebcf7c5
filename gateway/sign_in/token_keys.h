// The keys that tokens are signed by: one that signs, and the one before it, whose tokens count on
// until they expire or it is retired. So a key is changed without anybody having to sign in again,
// and one that others may know is made worthless at once.
//
// Values and free functions; files are written whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wissel::sign_in {

struct TokenKeys {
  std::string signing;
  std::string former;  // empty: none

  static TokenKeys New();
  // 32 bytes, or 64 with the former key behind; DATA_LOSS otherwise.
  static absl::StatusOr<TokenKeys> FromBytes(std::string_view bytes);
  std::string Bytes() const { return signing + former; }

  // A new one signs.
  TokenKeys Rotated() const { return {New().signing, signing}; }
  TokenKeys WithoutFormer() const { return {signing, ""}; }

  bool operator==(const TokenKeys&) const = default;
};

// The keys as they are now; called on any thread, about once a second while tokens come.
using KeySource = std::function<absl::StatusOr<TokenKeys>()>;
KeySource AlwaysKeys(TokenKeys keys);
// Of `folder`/token.key.
KeySource KeysOf(const std::filesystem::path& folder);

// `folder`/token.key, made where it is not there yet. PERMISSION_DENIED where others may read it,
// DATA_LOSS where it is no key.
absl::StatusOr<TokenKeys> ReadOrMakeKeys(const std::filesystem::path& folder);
absl::Status ReplaceKeys(const std::filesystem::path& folder, const TokenKeys& keys);

}  // namespace wissel::sign_in
