// Partners who share a queue's work, and steps that a manager opens for them.
#include <algorithm>

#include "fmt/format.h"
#include "router/core/decider.h"

namespace wissel {
namespace {

constexpr size_t kMostPartners = 20;

}  // namespace

absl::Status Decider::CheckAllocation(const std::optional<PartnerAllocation>& allocation) const {
  if (!allocation) return absl::OkStatus();
  const std::vector<PartnerShare>& shares = allocation->shares;
  if (shares.empty() || shares.size() > kMostPartners) {
    return RefuseField("shares", fmt::format("{} shares", shares.size()),
                       fmt::format("1 to {}", kMostPartners));
  }
  int32_t sum = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    const std::string at = fmt::format("shares[{}].", i);
    const std::optional<PartnerId>& partner = shares[i].partner;
    if (partner && s_.directory.partners.Find(*partner) == nullptr) {
      return Refuse(absl::StatusCode::kNotFound, at + "partner", "there is no such partner");
    }
    const auto same = [&](const PartnerShare& share) { return share.partner == partner; };
    const auto before = shares.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(shares.begin(), before, same)) {
      return RefuseField(at + "partner", "the partner has a share already", "each partner once");
    }
    if (shares[i].share_permille < 1 || shares[i].share_permille > 1000) {
      return RefuseField(at + "share", "is no share", "0.001 to 1");
    }
    sum += shares[i].share_permille;
  }
  if (sum > 1000) {
    return RefuseField("shares", fmt::format("the shares make {}.{:03}", sum / 1000, sum % 1000),
                       "at most 1 together");
  }
  if (allocation->service_level_floor_permille < 0 ||
      allocation->service_level_floor_permille > 1000) {
    return RefuseField("serviceLevelFloor", "is no share", "0 to 1");
  }
  const Duration interval = allocation->interval;
  const bool in_range = interval >= Duration::Minutes(1) && interval <= Duration::Days(1);
  if (!in_range || Duration::Days(1).millis() % interval.millis() != 0) {
    return RefuseField("settlementInterval", "does not divide a day",
                       "1 min to 24 h, a whole number of them to a day");
  }
  return absl::OkStatus();
}

void Decider::SettlePartners(QueueId queue) {
  const PartnerBook& book = s_.queues[queue.value()].partners;
  if (book.from()) Emit(book.Settled(queue, std::min(book.until(), now_)));
}

void Decider::SettlePartnersWhoAreThrough(QueueId queue) {
  const PartnerBook& book = s_.queues[queue.value()].partners;
  if (book.from() && book.until() <= now_) SettlePartners(queue);
}

std::optional<PartnerDue> Decider::DueWhenForced(ItemId item, AgentId agent) const {
  std::optional<PartnerDue> due = PartnerDueFor(s_, ItemAt(item), agent, OfferReason());
  if (due && due->deviation) due->deviation = PartnerDeviation::kForced;
  return due;
}

Decider::Subject Decider::On(const OpenStep& c) {
  const QueueConfig* queue = s_.directory.queues.Find(c.queue);
  if (queue == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "queue", "there is no such queue");
  }
  const size_t steps = s_.pools.RequirementOf(queue->requirement).steps.size();
  if (c.step == 0 || c.step >= steps) {
    if (steps == 1) {
      return RefuseField("step", fmt::format("{} has one step only", NameOf(c.queue)),
                         "a queue whose requirement has more steps");
    }
    return RefuseField("step", fmt::format("{} has no step {} to open", NameOf(c.queue), c.step),
                       fmt::format("1 to {}", steps - 1));
  }
  if (s_.queues[c.queue.value()].opened_step == c.step) return c.queue.value();
  Emit(StepOpened{c.queue, c.step});
  std::vector<Looking> looking;
  for (const OrderKey& order : s_.WaitingInOrder(c.queue, s_.lines.WaitingCount(c.queue))) {
    const Item& item = ItemAt(order.id);
    if (!item.own_requirement && item.step < c.step) looking.push_back({order, false});
  }
  PlaceInOrder(std::move(looking));
  return c.queue.value();
}

Decider::Subject Decider::On(const CloseStep& c) {
  if (s_.directory.queues.Find(c.queue) == nullptr) {
    return Refuse(absl::StatusCode::kNotFound, "queue", "there is no such queue");
  }
  if (s_.queues[c.queue.value()].opened_step) Emit(StepClosed{c.queue});
  return c.queue.value();
}

// A requirement that has become shorter may not have the step any more.
void Decider::CloseStepThatIsGone(QueueId queue) {
  const std::optional<uint8_t> opened = s_.queues[queue.value()].opened_step;
  const RequirementId requirement = s_.directory.queues.Get(queue).requirement;
  if (opened && *opened >= s_.pools.RequirementOf(requirement).steps.size()) {
    Emit(StepClosed{queue});
  }
}

}  // namespace wissel
