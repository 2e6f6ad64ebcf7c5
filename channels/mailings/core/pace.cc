#include "channels/mailings/core/pace.h"

#include <algorithm>

namespace wissel::mailings {
namespace {

constexpr int64_t kMail = 60'000;

}  // namespace

// The mails of one second, at least one.
int64_t Pace::Most() const { return kMail * std::max(1, per_minute_ / 60); }

void Pace::SetRate(int per_minute) {
  per_minute_ = per_minute;
  credit_ = std::min(credit_, Most());
}

void Pace::Advance(Instant now) {
  if (now <= at_) return;
  // A pause is as long as it is: what matters is whether it fills the burst.
  const int64_t passed = std::min<int64_t>((now - at_).millis(), kMail);
  credit_ = std::min(credit_ + passed * per_minute_, Most());
  at_ = now;
}

int Pace::Due(Instant now) {
  Advance(now);
  return static_cast<int>(credit_ / kMail);
}

void Pace::Take(int mails) { credit_ -= mails * kMail; }

Instant Pace::Next(Instant now) {
  Advance(now);
  const int64_t missing = std::max<int64_t>(kMail - credit_, 0);
  return now + Duration::Millis((missing + per_minute_ - 1) / per_minute_);
}

Duration Pace::TimeFor(int64_t mails) const {
  return Duration::Millis((mails * kMail + per_minute_ - 1) / per_minute_);
}

}  // namespace wissel::mailings
