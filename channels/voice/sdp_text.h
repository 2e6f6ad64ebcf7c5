// What is done to a session description on its way through: its direction, its origin, and an
// answer that says "not now". Everything else in it is the business of the two phones and passes as
// it is (RFC 8866 for the form, RFC 3264 for offer and answer). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wissel::voice {

// Whether it is one, as far as it is acted on here: lines of a letter and "=", the version first,
// an origin and a stream among them. What they say is for the phones to judge: carriers write names
// and codecs that the grammar would refuse.
bool IsDescription(std::string_view text);

// As whoever sent the description has it.
enum class Direction : uint8_t { kBoth, kSendOnly, kReceiveOnly, kInactive };

// Of its first stream that is not refused (RFC 3264, 5.1); kInactive if there is none.
Direction DirectionOf(std::string_view sdp);

// The same, every stream inactive: puts whoever gets it as an offer on hold (RFC 3264, 8.4).
std::string Inactive(std::string_view sdp);

// An answer to the offer that accepts each of its streams and lets nothing flow: for a phone that
// has to wait until the other is there (RFC 3725, flow III).
std::string InactiveAnswer(std::string_view offer);

// The same with our own origin line: two phones speak through one dialog one after the other, and a
// peer must see one session whose version rises (RFC 3264, 8).
struct Origin {
  uint64_t session = 0;
  uint64_t version = 0;
  std::string host;
};
std::string WithOrigin(std::string_view sdp, const Origin& origin);

// Its origin line left out: whether two descriptions say the same.
std::string WithoutOrigin(std::string_view sdp);

}  // namespace wissel::voice
