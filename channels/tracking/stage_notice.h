// Of which stages of a request its customer is told by mail, and what of it they know already.
// Pure.
//
// What the customer knows is the stage that they were told last, or that they brought about
// themselves. A notice says how it stands now: stages that follow each other quickly are one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "router/core/engine.h"
#include "wissel/v1/tracking.pb.h"

namespace wissel::tracking {

using Stage = v1::Tracking::Stage;
using Notice = v1::Tracking::Notice;

// A set of notices.
class Notices {
 public:
  Notices() = default;
  explicit Notices(const std::vector<Notice>& all) {
    for (Notice each : all) bits_ |= Bit(each);
  }
  static Notices FromBits(uint8_t bits) {
    Notices notices;
    notices.bits_ = bits;
    return notices;
  }
  bool Has(Notice notice) const { return (bits_ & Bit(notice)) != 0; }
  bool empty() const { return bits_ == 0; }
  uint8_t bits() const { return bits_; }

  bool operator==(const Notices&) const = default;

 private:
  static uint8_t Bit(Notice notice) { return static_cast<uint8_t>(1u << notice); }
  uint8_t bits_ = 0;
};

// How a request stands in the engine.
struct Standing {
  std::string contact;
  ItemId item;
  Stage stage = v1::Tracking::RECEIVED;
  Instant promise;           // while RECEIVED
  bool by_customer = false;  // they brought it about, and know
};
// None: it is no request that is followed on a page (a call, a consult).
std::optional<Standing> StandingIn(const Item& item);
// Whether this is followed on a page at all: a form, a thread of mails, a conversation of messages.
bool HasPage(std::string_view contact);
bool IsOver(Stage stage);

// What its customer knows, and wants to know.
struct Followed {
  std::string contact;
  ItemId item;
  std::optional<Notices> chosen;  // none: what the center tells of its own accord
  Stage stage = v1::Tracking::RECEIVED;
  Instant promise;
  std::optional<Instant> due;  // then they are told of what has changed
  int64_t told = 0;            // how many notices so far

  bool operator==(const Followed&) const = default;
};

// What they do not know yet.
std::optional<Notice> NewsOf(const Followed& followed, const Standing& standing);
void Know(Followed& followed, const Standing& standing);
// A change in the engine: what they brought about themselves is known; of anything else they are
// told `delay` from its first moment on. Whether anything has changed in `followed`.
bool OnChange(Followed& followed, const Standing& standing, Instant now, Duration delay);

}  // namespace wissel::tracking
