#include "channels/tracking/stage_notice.h"

#include "channels/tracking/standing.h"

namespace wissel::tracking {
namespace {

using v1::Tracking;

// A promise that moves by less is the same one to a person.
constexpr Duration kSamePromise = Duration::Minutes(10);

bool IsInLine(Stage stage) {
  return stage == Tracking::RECEIVED || stage == Tracking::WAITS_FOR_HOURS ||
         stage == Tracking::SCHEDULED;
}

}  // namespace

bool HasPage(std::string_view contact) {
  return contact.starts_with("forms/") || contact.starts_with("mails/") ||
         contact.starts_with("messages/");
}

bool IsOver(Stage stage) {
  return stage == Tracking::ANSWERED || stage == Tracking::CANCELLED || stage == Tracking::EXPIRED;
}

std::optional<Standing> StandingIn(const Item& item) {
  // A consult has the customer's contact; the request is the item's.
  if (item.question || !HasPage(item.contact)) return std::nullopt;
  Standing standing{item.contact, item.id, StageOf(item), Instant(), false};
  if (standing.stage == Tracking::RECEIVED) standing.promise = item.due;
  return standing;
}

std::optional<Notice> NewsOf(const Followed& followed, const Standing& standing) {
  const Stage stage = standing.stage;
  // A new item of an old contact came from its customer.
  if (standing.item != followed.item) return std::nullopt;
  if (stage == followed.stage) {
    if (stage != Tracking::RECEIVED) return std::nullopt;
    const Duration moved = standing.promise > followed.promise
                               ? standing.promise - followed.promise
                               : followed.promise - standing.promise;
    return moved < kSamePromise ? std::nullopt : std::optional(Tracking::PROMISE_MOVED);
  }
  if (IsOver(stage)) return Tracking::ENDED;
  if (stage == Tracking::IN_HAND) return Tracking::TAKEN_UP;
  if (stage == Tracking::AWAITS_YOU) return Tracking::SET_ASIDE;
  // Back in line, or on again. That a service opens or a moment comes is no news.
  const bool on_again = IsInLine(stage) && !IsInLine(followed.stage);
  return on_again ? std::optional(Tracking::SET_ASIDE) : std::nullopt;
}

void Know(Followed& followed, const Standing& standing) {
  followed.item = standing.item;
  followed.stage = standing.stage;
  followed.promise = standing.promise;
  followed.due.reset();
}

bool OnChange(Followed& followed, const Standing& standing, Instant now, Duration delay) {
  const Followed before = followed;
  if (standing.by_customer || standing.item != followed.item) {
    Know(followed, standing);
  } else if (!followed.due) {
    if (NewsOf(followed, standing)) followed.due = now + delay;
  }
  return followed != before;
}

}  // namespace wissel::tracking
