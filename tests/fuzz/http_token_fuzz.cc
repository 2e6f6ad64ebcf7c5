// Bearer tokens. A first byte that is odd has the rest signed by the server's own key, so that the
// claims are reached: "header\npayload".
//
// Beyond not crashing: what is let in has a user and a role, and what is not is UNAUTHENTICATED.
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "base/invariant.h"
#include "gateway/http_text.h"
#include "gateway/sign_in/tokens.h"

namespace {

struct World {
  World() {
    char name[] = "/tmp/wissel_token_fuzz_XXXXXX";
    INVARIANT(::mkdtemp(name) != nullptr);
    auto opened = wissel::sign_in::Tokens::Open(
        name, false, [] { return wissel::Instant::FromMillis(1'750'000'000'000); });
    INVARIANT(opened.ok());
    tokens = *std::move(opened);
    std::ifstream in(std::string(name) + "/token.key", std::ios::binary);
    key.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    std::filesystem::remove_all(name);
  }
  std::unique_ptr<wissel::sign_in::Tokens> tokens;
  std::string key;
};

std::string Base64Url(std::string_view bytes) {
  std::string text = absl::WebSafeBase64Escape(absl::string_view(bytes.data(), bytes.size()));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string Signed(const std::string& key, std::string_view parts) {
  const size_t end = std::min(parts.find('\n'), parts.size());
  const std::string text = Base64Url(parts.substr(0, end)) + "." +
                           Base64Url(parts.substr(std::min(end + 1, parts.size())));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return text + "." + Base64Url(std::string_view(reinterpret_cast<char*>(digest), size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const World* world = new World();
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string token = data[0] % 2 == 1 ? Signed(world->key, rest) : std::string(rest);
  const std::string header = "Bearer " + token;
  auto bearer = wissel::gateway::BearerToken(header);
  if (!bearer.ok()) return 0;
  auto caller = world->tokens->Verify(*bearer);
  if (caller.ok()) {
    INVARIANT(bearer->empty() || (!caller->user.empty() && !caller->roles.empty()));
  } else {
    INVARIANT(caller.status().code() == absl::StatusCode::kUnauthenticated);
  }
  return 0;
}
