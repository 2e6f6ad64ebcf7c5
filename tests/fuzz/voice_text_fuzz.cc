// What comes with a call and from the configuration of trunks, as any bytes: a description, a
// network, a file of passwords. Never a crash; what is done to a description leaves it one, with as
// many streams and nothing flowing, and of its origin nothing but ours.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/invariant.h"
#include "base/status.h"
#include "channels/voice/digest.h"
#include "channels/voice/networks.h"
#include "channels/voice/sdp_text.h"

namespace wissel::voice {
namespace {

int Streams(std::string_view sdp) {
  int streams = sdp.starts_with("m=");
  for (size_t at = 0; (at = sdp.find("\nm=", at)) != std::string_view::npos; ++at) ++streams;
  return streams;
}

void Describe(std::string_view text) {
  if (!IsDescription(text)) {
    DirectionOf(text);
    InactiveAnswer(text);
    WithOrigin(text, {1, 2, "10.0.0.9"});
    return;
  }
  for (const std::string& quiet : {Inactive(text), InactiveAnswer(text)}) {
    INVARIANT(IsDescription(quiet));
    INVARIANT(DirectionOf(quiet) == Direction::kInactive);
    INVARIANT(Streams(quiet) == Streams(text));
    INVARIANT(Inactive(quiet) == quiet);
  }
  const std::string ours = WithOrigin(text, {1, 2, "10.0.0.9"});
  INVARIANT(IsDescription(ours));
  INVARIANT(ours.find("o=wissel 1 2 IN IP4 10.0.0.9\r\n") != std::string::npos);
  INVARIANT(WithoutOrigin(ours) == WithoutOrigin(text));
}

void Configure(std::string_view text) {
  Networks networks;
  const absl::Status added = networks.Add(text);
  INVARIANT(added.ok() != networks.empty());
  if (!added.ok()) INVARIANT(FieldAtFault(added) == "addresses");
  if (added.ok()) {
    const auto address = ParseIpAddress(text.substr(0, text.find('/')));
    INVARIANT(address.ok() && networks.Has(*address));
  }
  const auto passwords = ParsePasswords(text);
  if (passwords.ok()) {
    for (const auto& [user, password] : *passwords) INVARIANT(!user.empty() && !password.empty());
  }
  static const Digest digest("wissel", {{"a", "b"}});
  const Instant now = Instant::FromMillis(1'000'000);
  INVARIANT(digest.Judge({"a", "wissel", text, text, text, "", "", ""}, "INVITE", now) ==
            Digest::Verdict::kWrong);
}

}  // namespace
}  // namespace wissel::voice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  wissel::voice::Describe(text);
  wissel::voice::Configure(text);
  return 0;
}
