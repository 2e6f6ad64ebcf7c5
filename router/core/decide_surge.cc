// A surge: other gates at the door, and notices to everyone who waits.
#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

constexpr size_t kLongestNotice = 1'000;
constexpr size_t kMostNotices = 100;

}  // namespace

Decider::Subject Decider::On(const SetSurge& c) {
  if (s_.directory.queues.Find(c.queue) == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "queue", "there is no such queue");
  }
  const bool on = s_.queues[c.queue.value()].surge;
  if (c.on && !on) Emit(SurgeBegun{c.queue});
  if (!c.on && on) Emit(SurgeEnded{c.queue});
  return c.queue.value();
}

Decider::Subject Decider::On(const GiveNotice& c) {
  if (c.content.queue && s_.directory.queues.Find(*c.content.queue) == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "notice.queue", "there is no such queue");
  }
  if (c.content.text.empty() || c.content.text.size() > kLongestNotice) {
    return RefuseField("notice.text", "is empty or too long", "1 to 1,000 bytes");
  }
  if (c.content.until && *c.content.until <= now_) {
    return RefuseField("notice.expireTime", "is over", "later than now");
  }
  if (s_.notices.size() >= kMostNotices) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "notice.text",
                  fmt::format("{} notices stand already", kMostNotices), "withdraw one first");
  }
  const NoticeId id(s_.next_notice);
  Emit(NoticeGiven{id, c.content});
  return id.value();
}

Decider::Subject Decider::On(const WithdrawNotice& c) {
  if (!s_.notices.contains(c.notice)) {
    return Refuse(absl::StatusCode::kNotFound, "name",
                  fmt::format("notices/{} does not stand", c.notice.value()));
  }
  Emit(NoticeWithdrawn{c.notice});
  return c.notice.value();
}

Decider::Subject Decider::On(const InformItem& c) {
  WISSEL_ASSIGN_OR_RETURN(const Item* item, FindLiving(c.item));
  WISSEL_RETURN_IF_ERROR(CheckNoConsult(*item, "end the consult"));
  if (IsWithAgent(item->state)) {
    return Refuse(
        absl::StatusCode::kFailedPrecondition, "name",
        fmt::format("{} has been answered; {} ends it", NameOf(c.item), NameOf(item->agent())));
  }
  if (!s_.notices.contains(c.notice)) {
    return Refuse(absl::StatusCode::kNotFound, "notice",
                  fmt::format("notices/{} does not stand", c.notice.value()));
  }
  EndUnanswered(c.item, ItemInformed{c.item, c.notice});
  return c.item.value();
}

}  // namespace wissel
