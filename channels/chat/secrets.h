// The random names and secrets of conversations. Thread-safe.
//
// A secret is handed out once and kept only as a hash. So that a repeated StartChat can be answered
// as the first one was, it is also kept sealed under the request id, which only the customer's page
// knows and of which only a hash is kept.
#pragma once

#include <string>
#include <string_view>

namespace wissel::chat {

// 128 bits from the system's random source, in base64url: 22 characters of [A-Za-z0-9_-].
std::string NewToken();

// SHA-256, 32 bytes.
std::string HashOf(std::string_view text);

// In constant time.
bool IsHashOf(std::string_view hash, std::string_view text);

// Sealing and unsealing are the same: the secret against a stream made of the two others.
std::string Seal(std::string_view secret, std::string_view request_id, std::string_view chat);

}  // namespace wissel::chat
