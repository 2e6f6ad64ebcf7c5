#include "gateway/admission_control.h"

#include <algorithm>

namespace wissel::gateway {
namespace {

// A limit is never taken down by more than this at once.
constexpr double kSteepest = 0.5;
// So much of the pace may be had in advance.
constexpr std::chrono::milliseconds kAtOnce(100);

}  // namespace

std::optional<AdmissionControl::Refusal> AdmissionControl::Admit(Criticality criticality,
                                                                 std::optional<Time> deadline,
                                                                 Time now) {
  CloseWindow(now);
  // Nobody waits for the answer any more: it has no pace.
  if (deadline && *deadline <= now) return Refusal{.tell_at = now, .too_late = true};
  if (criticality == Criticality::kHeld) return std::nullopt;
  if (deadline && *deadline - now < standing_) return Refuse(now, /*too_late=*/true);
  const bool view = criticality == Criticality::kViewing;
  // That views are refused is no trouble of its own: or they would never be let in again while
  // anybody asks.
  if (view && overloaded(now)) return Paced(now);
  if (view && under_way_ >= limit_ / 2) return Refuse(now, false);
  if (under_way_ >= limit_) return Refuse(now, false);
  ++under_way_;
  most_under_way_ = std::max(most_under_way_, under_way_);
  return std::nullopt;
}

void AdmissionControl::Ended(Criticality criticality) {
  if (criticality != Criticality::kHeld) --under_way_;
}

void AdmissionControl::Waited(std::chrono::steady_clock::duration delay, Time now) {
  CloseWindow(now);
  least_delay_ = std::min(delay, least_delay_.value_or(delay));
}

void AdmissionControl::CloseWindow(Time now) {
  if (now < window_end_) return;
  standing_ = least_delay_.value_or(std::chrono::steady_clock::duration::zero());
  if (standing_ > limits_.target) {
    const double part = std::chrono::duration<double>(limits_.target) / standing_;
    limit_ = std::max(limits_.least, static_cast<int>(limit_ * std::max(kSteepest, part)));
    calm_at_ = now + limits_.calm;
  } else if (least_delay_ && most_under_way_ >= limit_) {
    // In use, and work is done: it may bear more.
    limit_ = std::min(limits_.most, limit_ + std::max(1, limit_ / 10));
  }
  least_delay_.reset();
  most_under_way_ = under_way_;
  window_end_ = now + limits_.window;
}

AdmissionControl::Refusal AdmissionControl::Refuse(Time now, bool too_late) {
  // A deadline of its own making says nothing of how the others fare.
  if (!too_late || standing_ > limits_.target) calm_at_ = now + limits_.calm;
  Refusal refusal = Paced(now);
  refusal.too_late = too_late;
  return refusal;
}

AdmissionControl::Refusal AdmissionControl::Paced(Time now) {
  const std::chrono::nanoseconds apart =
      std::chrono::nanoseconds(std::chrono::seconds(1)) / limits_.refusals_per_second;
  // However many are refused, the pace forgets them within the longest hold.
  next_refusal_ = std::min(std::max(now, next_refusal_) + apart, now + limits_.longest_hold);
  // A few may go at once after a pause.
  const Time paced = next_refusal_ - kAtOnce;
  return {.tell_at = std::max(now, paced)};
}

}  // namespace wissel::gateway
