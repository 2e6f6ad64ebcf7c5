// How fast a mailing goes: so many mails a minute at most, evenly, without saving up what was not
// sent. Pure; not thread-safe.
//
// Invariant: in no minute more than `per_minute` mails and the burst of one second.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace wissel::mailings {

class Pace {
 public:
  explicit Pace(int per_minute) : per_minute_(per_minute) {}

  int per_minute() const { return per_minute_; }
  // What was saved up stays, as far as the new rate allows.
  void SetRate(int per_minute);

  // Mails that may go now; the first at once.
  int Due(Instant now);
  void Take(int mails);
  // When the next one may go.
  Instant Next(Instant now);

  // How long so many take.
  Duration TimeFor(int64_t mails) const;

 private:
  void Advance(Instant now);
  int64_t Most() const;

  int per_minute_;
  // In parts of a mail: a mail is one minute in milliseconds, and each millisecond brings
  // `per_minute_` parts.
  int64_t credit_ = 60'000;
  Instant at_;
};

}  // namespace wissel::mailings
