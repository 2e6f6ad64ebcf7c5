#include "router/core/engine.h"

#include "absl/container/inlined_vector.h"
#include "base/digest.h"
#include "fmt/format.h"
#include "router/core/action_of.h"
#include "router/core/decider.h"

namespace wissel {

Engine::Engine(EngineOptions options) : state_(std::make_unique<State>(options)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

absl::StatusOr<uint64_t> Decider::Carry(const CommandBody& command) {
  return std::visit([this](const auto& c) -> Subject { return On(c); }, command);
}

absl::StatusOr<Outcome> Engine::Decide(const Command& command, Instant now,
                                       std::vector<Event>& events) {
  INVARIANT(now >= state_->now);
  if (command.request) {
    if (const RequestCarriedOut* before = state_->requests.Find(command.request->key)) {
      if (before->fingerprint == command.request->fingerprint)
        return Outcome{before->subject, true};
      return RefuseField("requestId", "this request id was used for another request",
                         "a new id for a new request");
    }
  }
  state_->clock = now;
  Decider decider(*state_, now, events);
  // Told from what is there before.
  std::optional<ActionTaken> action;
  if (!command.by.empty()) action = ActionOf(command.body, command.by, *state_);
  absl::StatusOr<uint64_t> subject = decider.Carry(command.body);
  if (!subject.ok()) return std::move(subject).status();
  if (auto told = decider.TakeTold(); told && !command.by.empty()) {
    action = std::move(told);
    action->by = command.by;
  }
  if (action) decider.Note(*action);
  if (command.request) {
    decider.Remember({command.request->key, command.request->fingerprint, *subject});
  }
  return Outcome{*subject, false};
}

absl::Status Engine::CheckRules(const ApplyRules& rules) const {
  std::vector<Event> none;
  return Decider(*state_, state_->now, none).CheckRules(rules);
}

void Engine::Wake(Instant now, std::vector<Event>& events) {
  INVARIANT(now >= state_->now);
  state_->clock = now;
  Decider decider(*state_, now, events);
  const auto due = [&] {
    const std::optional<Timer> next = state_->timers.Next();
    return next && next->due <= now ? next : std::nullopt;
  };
  absl::InlinedVector<Timer, 16> looks;
  absl::InlinedVector<Timer, 8> others;
  // What is settled may leave hints that are due at once.
  while (due()) {
    // Items whose time has come look before anybody is freed: who is freed would otherwise take
    // them from those who stood free already.
    looks.clear();
    others.clear();
    while (const std::optional<Timer> timer = due()) {
      state_->timers.Pop(timer->kind);
      if (LetsAnItemLook(timer->kind)) {
        // Of 200,000 items that wait hardly one is at hand.
        state_->items.Prefetch(ItemId(timer->subject));
        looks.push_back(*timer);
      } else {
        others.push_back(*timer);
      }
    }
    for (const Timer& timer : looks) decider.Fire(timer);
    decider.Settle();
    for (const Timer& timer : others) decider.Fire(timer);
    decider.Settle();
  }
}

std::optional<Instant> Engine::NextTimer() const {
  const std::optional<Timer> next = state_->timers.Next();
  if (!next) return std::nullopt;
  return next->due;
}

void Engine::Record(const Event& event) { state_->Record(event); }

uint64_t Engine::Digest() const { return DigestOf(state_->Save()); }
SavedState Engine::Save() const { return state_->Save(); }

Engine Engine::Restore(SavedState saved, EngineOptions options) {
  Engine engine(options);
  engine.state_->Restore(std::move(saved));
  return engine;
}

Instant Engine::now() const { return state_->now; }
const Directory& Engine::directory() const { return state_->directory; }

const Requirement* Engine::FindRequirement(RequirementId id) const {
  auto it = state_->requirements.find(id);
  return it == state_->requirements.end() ? nullptr : &it->second;
}

int32_t Engine::ShareCreditPermille(QueueId queue) const {
  return state_->queues[queue.value()].share_credit;
}
bool Engine::IsOwedShare(QueueId queue) const { return state_->IsOwedShare(queue); }
bool Engine::IsInSurge(QueueId queue) const { return state_->queues[queue.value()].surge; }
std::optional<uint8_t> Engine::OpenedStep(QueueId queue) const {
  return state_->queues[queue.value()].opened_step;
}
const PartnerBook& Engine::PartnersOf(QueueId queue) const {
  return state_->queues[queue.value()].partners;
}
const Settlements& Engine::settlements() const { return state_->settlements; }
const std::map<NoticeId, Notice>& Engine::notices() const { return state_->notices; }
bool Engine::Concerns(const Notice& notice, const Item& item) const {
  return (!notice.queue || *notice.queue == item.queue) &&
         (notice.topic.empty() || notice.topic == item.topic);
}
const Actions& Engine::actions() const { return state_->actions; }

bool Engine::IsOpen(QueueId queue) const { return state_->IsOpen(queue); }

const Item* Engine::FindItem(ItemId id) const {
  const ItemTable::Row* row = std::as_const(state_->items).Find(id);
  return row == nullptr ? nullptr : &row->item;
}

bool Engine::WasItem(ItemId id) const { return state_->WasItem(id); }

const Item* Engine::FindOffered(AgentId agent, OfferId offer) const {
  const AgentState* state = FindAgent(agent);
  if (state == nullptr) return nullptr;
  for (ItemId id : state->work) {
    const Item& item = std::as_const(state_->items).Get(id).item;
    if (item.state == ItemState::kOffered && item.decision->offer == offer) return &item;
  }
  return nullptr;
}

const AgentState* Engine::FindAgent(AgentId id) const {
  const State::AgentRow* row = state_->FindAgent(id);
  return row == nullptr ? nullptr : &row->state;
}

ChannelSet Engine::RoomOf(AgentId id) const { return state_->free.RoomOf(id); }

void Engine::ForEachLivingItem(ItemId from, const std::function<bool(const Item&)>& visit) const {
  state_->items.ForEach(
      from, [&](const ItemTable::Row& row) { return IsEnded(row.item.state) || visit(row.item); });
}

std::vector<ItemId> Engine::WaitingInOrder(QueueId queue, size_t limit) const {
  std::vector<ItemId> ids;
  for (const OrderKey& key : state_->WaitingInOrder(queue, limit)) ids.push_back(key.id);
  return ids;
}

size_t Engine::WaitingCount(QueueId queue) const { return state_->lines.WaitingCount(queue); }

Staffing Engine::StaffingOf(QueueId queue) const { return state_->StaffingOf(queue); }

}  // namespace wissel
