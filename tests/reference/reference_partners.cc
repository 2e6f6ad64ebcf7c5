// Partners who share a queue, worked out by looking at everyone.
#include <tuple>

#include "tests/reference/reference_router.h"

namespace wissel::reference {

// Said of the interval that runs, once it says anything.
bool ReferenceRouter::IsBelowFloor(const QueuePicture& queue, const PartnerPicture& partner) const {
  const PartnerAllocation& allocation = *queue.config.partner_allocation;
  if (!queue.interval || partner.taken < 10) return false;
  if (*queue.interval + allocation.interval <= model_.now) return false;
  return partner.in_time * 1000 < partner.taken * allocation.service_level_floor_permille;
}

int ReferenceRouter::ComparePartners(const ItemPicture& item, const AgentPicture& a,
                                     const AgentPicture& b) const {
  const QueuePicture& queue = model_.queues.at(item.queue);
  const auto key = [&](const AgentPicture& agent) {
    const int ring = FitOf(item, agent).value_or(Fit{}).ring;
    for (size_t i = 0; i < queue.partners.size(); ++i) {
      const PartnerPicture& partner = queue.partners[i];
      if (partner.partner != agent.config.partner) continue;
      return std::tuple(ring, 0, IsBelowFloor(queue, partner) ? 1 : 0, -partner.credit, i);
    }
    return std::tuple(ring, 1, 0, int64_t{0}, size_t{0});
  };
  const auto key_a = key(a);
  const auto key_b = key(b);
  return key_a < key_b ? -1 : key_b < key_a ? 1 : 0;
}

std::optional<PartnerDue> ReferenceRouter::PartnerDueFor(const ItemPicture& item,
                                                         const AgentPicture& agent,
                                                         bool by_force) const {
  const QueuePicture& queue = model_.queues.at(item.queue);
  if (queue.partners.empty()) return std::nullopt;
  const PartnerPicture* due = &queue.partners.front();
  for (const PartnerPicture& partner : queue.partners) {
    if (partner.credit > due->credit) due = &partner;
  }
  PartnerDue answer{due->partner, std::nullopt};
  if (agent.config.partner == due->partner) return answer;
  if (by_force) {
    answer.deviation = PartnerDeviation::kForced;
  } else if (item.keep || item.stay || PreferredTurn(item)) {
    answer.deviation = PartnerDeviation::kKeptForAgent;
  }
  if (answer.deviation) return answer;
  const int last = static_cast<int>(model_.RequirementOf(item).steps.size()) - 1;
  const int ring = FitOf(item, agent)->ring;
  bool later = false;
  bool refused = false;
  for (const auto& [id, other] : model_.agents) {
    if (other.config.partner != due->partner || !other.open_for_work()) continue;
    if (!HasRoom(other, item.channel) || !Sees(other, item)) continue;
    const auto fit = reference::FitOf(model_.RequirementOf(item), last, other.config, model_);
    if (!fit) continue;
    if (fit->ring > ring) {
      later = true;
    } else if (IsExcluded(item, other, model_.now)) {
      refused = true;
    } else {
      answer.deviation =
          IsBelowFloor(queue, *due) ? PartnerDeviation::kBelowFloor : PartnerDeviation::kFreedFirst;
      return answer;
    }
  }
  answer.deviation = refused ? PartnerDeviation::kRefused
                     : later ? PartnerDeviation::kEarlierRing
                             : PartnerDeviation::kNobodyFree;
  return answer;
}

}  // namespace wissel::reference
