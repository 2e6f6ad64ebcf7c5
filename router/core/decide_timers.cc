// What a due timer points to. The state says whether anything is really due.
#include "router/core/decider.h"

namespace wissel {

void Decider::Fire(const Timer& timer) {
  if (timer.kind == TimerKind::kQueueHours) {
    const QueueId queue(static_cast<uint32_t>(timer.subject));
    if (s_.directory.queues.Find(queue) != nullptr) TurnHours(queue);
    return;
  }
  if (timer.kind == TimerKind::kReconnect) {
    const AgentId agent(static_cast<uint32_t>(timer.subject));
    const State::AgentRow* row = s_.FindAgent(agent);
    if (row == nullptr || !row->state.work_kept_until) return;
    if (*row->state.work_kept_until <= now_) GiveUpWork(agent);
    return;
  }
  if (timer.kind == TimerKind::kNoticeEnds) {
    const NoticeId notice(static_cast<uint32_t>(timer.subject));
    const auto it = s_.notices.find(notice);
    if (it == s_.notices.end() || !it->second.until || *it->second.until > now_) return;
    Emit(NoticeWithdrawn{notice});
    return;
  }
  const ItemId id(timer.subject);
  const ItemTable::Row* row = s_.items.Find(id);
  if (row == nullptr) return;
  const Item& item = row->item;
  if (timer.kind == TimerKind::kOfferDeadline) {
    if (item.state != ItemState::kOffered || item.decision->deadline > now_) return;
    const AgentId agent = item.agent();
    Emit(OfferMissed{item.decision->offer, id, agent});
    if (ItemAt(id).keep) Emit(KeepEnded{id, agent, KeepEndCause::kDeclined});
    // Further offers to someone who does not respond would only wait for their deadlines too.
    ResumeParked(agent);
    GatherAfterLeaving(agent, {id}, looking_);
  } else if (timer.kind == TimerKind::kWrapUp) {
    if (item.state != ItemState::kWrapping || !item.wrap_until || *item.wrap_until > now_) return;
    const AgentId agent = item.agent();
    Emit(ItemCompleted{id, agent, CompletionCause::kWrapUpTimePassed, {}});
    Serve(agent);
  } else if (timer.kind == TimerKind::kRelease) {
    Release(id);
  } else if (timer.kind == TimerKind::kExpire) {
    Expire(id);
  } else if (item.state == ItemState::kWaiting) {
    looking_.push_back({OrderOf(item), false});
  }
}

}  // namespace wissel
