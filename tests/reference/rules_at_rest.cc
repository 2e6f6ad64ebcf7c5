#include "tests/reference/rules_at_rest.h"

#include "fmt/format.h"
#include "tests/reference/reference_router.h"

namespace wissel::reference {
namespace {

class Rules {
 public:
  Rules(const Model& model, Instant now, std::vector<std::string>& faults)
      : model_(model), router_(model), now_(now), faults_(faults) {}

  void Check() {
    Conservation();
    for (const auto& [id, item] : model_.living) {
      OneState(item);
      NothingOverdue(item);
      Consults(item);
      if (item.state == ItemState::kWaiting) Waiting(item);
    }
    for (const auto& [id, agent] : model_.agents) Agent(agent);
    for (const auto& [id, queue] : model_.queues) Hours(id, queue);
    for (const auto& [id, queue] : model_.queues) Partners(id, queue);
  }

 private:
  template <class... Args>
  void Fault(fmt::format_string<Args...> format, Args&&... args) {
    faults_.push_back("at rest: " + fmt::format(format, std::forward<Args>(args)...));
  }

  // in = waiting + offered + held + ended
  void Conservation() {
    if (model_.living.size() + model_.ended.size() != model_.items_entered) {
      Fault("{} items entered, {} live and {} have ended", model_.items_entered,
            model_.living.size(), model_.ended.size());
    }
  }

  void OneState(const ItemPicture& item) {
    const bool aside = item.state == ItemState::kAwaitingCustomer;
    const bool held = item.state == ItemState::kOffered || IsAssigned(item.state) || aside;
    if (held != item.agent.has_value()) {
      Fault("item {} in state {} and agent {}", item.id.value(), static_cast<int>(item.state),
            item.agent ? item.agent->value() : 0);
    }
    if (item.agent && !model_.agents.contains(*item.agent)) {
      Fault("item {} is with no agent", item.id.value());
    }
    if (item.agent && !aside && model_.agents.at(*item.agent).presence == Presence::kOffline) {
      Fault("item {} is with an agent who is signed out", item.id.value());
    }
    const bool for_hours = item.state == ItemState::kWaitingForHours;
    if (for_hours && model_.queues.at(item.queue).open) {
      Fault("item {} waits for hours of an open queue", item.id.value());
    }
  }

  // A consult lives only while its item is in contact with who asked, and neither has another.
  void Consults(const ItemPicture& item) {
    if (item.consult) {
      auto consult = model_.living.find(*item.consult);
      if (consult == model_.living.end() || consult->second.about != item.id) {
        Fault("item {} has a consult that is none", item.id.value());
        return;
      }
      const bool in_contact = item.state == ItemState::kActive || item.state == ItemState::kHeld ||
                              item.state == ItemState::kParked;
      if (!in_contact || item.agent != consult->second.asked_by) {
        Fault("item {} has a consult and is not with who asked", item.id.value());
      }
      const bool talked = IsAssigned(consult->second.state);
      if (item.conference && !talked) Fault("item {} is a conference of one", item.id.value());
      if (talked && consult->second.agent == item.agent) {
        Fault("item {} is asked about by who has it", item.id.value());
      }
    } else if (item.conference) {
      Fault("item {} is a conference without a consult", item.id.value());
    }
    if (!item.about) return;
    auto about = model_.living.find(*item.about);
    if (about == model_.living.end() || about->second.consult != item.id) {
      Fault("item {} is a consult about nothing", item.id.value());
    }
  }

  void NothingOverdue(const ItemPicture& item) {
    if (item.state == ItemState::kScheduled && *item.not_before <= now_) {
      Fault("item {} is still scheduled past its time", item.id.value());
    }
    if (item.not_after && *item.not_after <= now_ && IsUntouched(item.state)) {
      Fault("item {} lives on past its end", item.id.value());
    }
    if (item.state == ItemState::kOffered && item.deadline <= now_) {
      Fault("the offer of item {} stands past its deadline", item.id.value());
    }
    if (item.awaited_until && *item.awaited_until <= now_) {
      Fault("item {} awaits its customer past its time", item.id.value());
    }
    if (item.wrap_until && *item.wrap_until <= now_) {
      Fault("the wrap-up of item {} goes on past its end", item.id.value());
    }
  }

  void Waiting(const ItemPicture& item) {
    for (AgentId agent : router_.AgentsFor(item)) {
      Fault("agent {} stands idle beside item {}, which they could take", agent.value(),
            item.id.value());
    }
    // What is kept stands still; its steps go on when it is for everyone again.
    if (item.keep) return Kept(item);
    if (item.stay) return Staying(item);
    for (Duration delay : model_.DelaysFor(item)) {
      if (delay > item.shown && item.queued_since + delay <= now_) {
        Fault("item {} is not shown after a delay that has passed", item.id.value());
      }
    }
    if (auto rule = model_.OverflowOf(item); rule && item.queued_since + rule->after <= now_) {
      Fault("item {} waits on in a queue that it should overflow from", item.id.value());
    }
    const auto& steps = model_.RequirementOf(item).steps;
    const size_t step = static_cast<size_t>(item.step);
    if (step + 1 >= steps.size()) return;
    const std::optional<int> opened = model_.queues.at(item.queue).opened_step;
    if (opened && !item.own_requirement && item.step < *opened) {
      Fault("item {} waits at step {} although step {} is open", item.id.value(), item.step,
            *opened);
    }
    if (item.step_since + steps[step].expires_after <= now_) {
      Fault("item {} waits on at step {} past its time", item.id.value(), item.step);
    }
    if (steps[step].skip_if_none && !router_.AnyoneHereQualifies(item)) {
      Fault("item {} stays at step {} for which nobody is here", item.id.value(), item.step);
    }
  }

  void Staying(const ItemPicture& item) {
    if (item.stay->until && *item.stay->until <= now_) {
      Fault("item {} stays past its time", item.id.value());
    }
    if (!router_.IsAnyoneLeftFor(item)) Fault("item {} stays for nobody", item.id.value());
  }

  void Kept(const ItemPicture& item) {
    if (item.keep->until && *item.keep->until <= now_) {
      Fault("item {} is kept past its time", item.id.value());
    }
    auto agent = model_.agents.find(item.keep->agent);
    if (agent == model_.agents.end()) {
      Fault("item {} is kept for nobody", item.id.value());
      return;
    }
    const AgentPicture& one = agent->second;
    const bool stays =
        item.keep->preference >= kKeptByWake
            ? one.here()
            : one.here() && one.presence == Presence::kAvailable && !one.not_responding;
    if (!stays) Fault("item {} is kept for agent {}, who is gone", item.id.value(), one.id.value());
  }

  void Agent(const AgentPicture& agent) {
    const Holding holding = model_.HoldingOf(agent.id);
    const uint32_t id = agent.id.value();
    if (!agent.over_by_change && !model_.IsWithinCapacity(agent)) {
      Fault("agent {} holds more than their capacity", id);
    }
    if (agent.queued && holding.assigned == 0) Fault("agent {} waits behind no work", id);
    const bool may_hold_offers =
        agent.presence == Presence::kAvailable && !agent.queued && !agent.work_kept_until;
    if (holding.offered > 0 && !may_hold_offers) {
      Fault("agent {} has offers and is not there for them", id);
    }
    if (agent.work_kept_until && *agent.work_kept_until <= now_) {
      Fault("agent {} is still in after the reconnect grace", id);
    }
    if (agent.presence == Presence::kOffline && (agent.queued || agent.work_kept_until)) {
      Fault("agent {} is signed out and yet not", id);
    }
    Parked(agent, holding);
  }

  // The first parked item resumes as soon as it fits.
  void Parked(const AgentPicture& agent, const Holding& holding) {
    const ItemPicture* first = nullptr;
    for (const ItemPicture* item : model_.WorkOf(agent.id)) {
      if (item->state != ItemState::kParked) continue;
      if (first == nullptr || item->accepted < first->accepted) first = item;
    }
    if (first == nullptr) return;
    if (model_.ProfileOf(agent).units - holding.units() >= first->units) {
      Fault("item {} stays parked although agent {} has room for it", first->id.value(),
            agent.id.value());
    }
  }

  void Hours(QueueId id, const QueuePicture& queue) {
    if (!queue.config.hours) {
      if (!queue.open) Fault("queue {} has no hours and is closed", id.value());
      return;
    }
    bool open = false;
    for (const Opening& opening : queue.openings) {
      open |= opening.from <= now_ && now_ < opening.to;
    }
    if (open != queue.open)
      Fault("queue {} is {}", id.value(), open ? "not open yet" : "still open");
  }

  // What one is owed others have had too much; nobody is owed more than 10 decisions.
  void Partners(QueueId id, const QueuePicture& queue) {
    const int steps =
        static_cast<int>(model_.requirements.at(queue.config.requirement).steps.size());
    if (queue.opened_step && *queue.opened_step >= steps) {
      Fault("a step of queue {} is open that it does not have", id.value());
    }
    int64_t sum = 0;
    int64_t whole = 0;
    for (const PartnerPicture& partner : queue.partners) {
      sum += partner.credit;
      whole += partner.share;
    }
    if (sum != 0) Fault("the credits of queue {} make {}", id.value(), sum);
    for (const PartnerPicture& partner : queue.partners) {
      if (partner.credit > 10 * whole) Fault("a partner of queue {} is owed too much", id.value());
    }
    if (!queue.interval) return;
    if (*queue.interval + queue.config.partner_allocation->interval <= now_) {
      Fault("queue {} is not settled past the end of the interval", id.value());
    }
  }

  const Model& model_;
  ReferenceRouter router_;
  Instant now_;
  std::vector<std::string>& faults_;
};

}  // namespace

void CheckAtRest(const Model& model, Instant now, std::vector<std::string>& faults) {
  Rules(model, now, faults).Check();
}

std::optional<Instant> NextRetry(const Model& model, Instant now) {
  const ReferenceRouter router(model);
  std::optional<Instant> next;
  for (const auto& [id, item] : model.living) {
    if (item.state != ItemState::kWaiting) continue;
    for (const auto& [agent, refusal] : item.refusals) {
      if (refusal.retry_at <= now || (next && refusal.retry_at >= *next)) continue;
      auto found = model.agents.find(agent);
      if (found == model.agents.end()) continue;
      if (router.CouldTake(found->second, item, refusal.retry_at)) next = refusal.retry_at;
    }
  }
  return next;
}

}  // namespace wissel::reference
