// What a due timer points to. The state says whether anything is really due, and since when: a hint
// that is older than that (of an offer before this one, of a lease that was restored) is passed
// over, for what is due has one of its own. So what several timers that fire together do, and in
// which order, follows from the state alone, also in an engine that was restored.
#include <algorithm>

#include "router/core/decider.h"

namespace wissel {

// The last border of the openings that time has passed is the one that counts now.
bool Decider::TurnsAt(QueueId queue, Instant at) const {
  Instant last;
  for (const Opening& opening : s_.queues[queue.value()].openings) {
    for (Instant border : {opening.from, opening.to}) {
      if (border <= now_) last = std::max(last, border);
    }
  }
  return last == at;
}

void Decider::Fire(const Timer& timer) {
  if (timer.kind == TimerKind::kQueueHours) {
    const QueueId queue(static_cast<uint32_t>(timer.subject));
    if (s_.directory.queues.Find(queue) != nullptr && TurnsAt(queue, timer.due)) TurnHours(queue);
    return;
  }
  if (timer.kind == TimerKind::kReconnect) {
    const AgentId agent(static_cast<uint32_t>(timer.subject));
    const State::AgentRow* row = s_.FindAgent(agent);
    if (row == nullptr || !row->state.work_kept_until) return;
    if (*row->state.work_kept_until <= timer.due) GiveUpWork(agent);
    return;
  }
  if (timer.kind == TimerKind::kNoticeEnds) {
    const NoticeId notice(static_cast<uint32_t>(timer.subject));
    const auto it = s_.notices.find(notice);
    if (it == s_.notices.end() || !it->second.until || *it->second.until > timer.due) return;
    Emit(NoticeWithdrawn{notice});
    return;
  }
  if (timer.kind == TimerKind::kPartnersSettle) {
    const QueueId queue(static_cast<uint32_t>(timer.subject));
    if (s_.directory.queues.Find(queue) == nullptr) return;
    const PartnerBook& book = s_.queues[queue.value()].partners;
    if (book.from() && book.until() <= timer.due) SettlePartners(queue);
    return;
  }
  const ItemId id(timer.subject);
  const ItemTable::Row* row = s_.items.Find(id);
  if (row == nullptr) return;
  const Item& item = row->item;
  if (timer.kind == TimerKind::kOfferDeadline) {
    if (item.state != ItemState::kOffered || item.decision->deadline > timer.due) return;
    const AgentId agent = item.agent();
    Emit(OfferMissed{item.decision->offer, id, agent});
    if (ItemAt(id).keep) Emit(KeepEnded{id, agent, KeepEndCause::kDeclined});
    // Further offers to someone who does not respond would only wait for their deadlines too.
    ResumeParked(agent);
    GatherAfterLeaving(agent, {id}, looking_);
  } else if (timer.kind == TimerKind::kWrapUp) {
    if (item.state != ItemState::kWrapping || !item.wrap_until || *item.wrap_until > timer.due)
      return;
    const AgentId agent = item.agent();
    Emit(ItemCompleted{id, agent, CompletionCause::kWrapUpTimePassed, {}});
    Serve(agent);
  } else if (timer.kind == TimerKind::kSilence) {
    if (item.awaited_until && *item.awaited_until <= timer.due) {
      Emit(ItemCompleted{id, item.agent(), CompletionCause::kCustomerSilent, {}});
    }
  } else if (timer.kind == TimerKind::kRelease) {
    if (item.not_before && *item.not_before <= timer.due) Release(id);
  } else if (timer.kind == TimerKind::kExpire) {
    if (item.not_after && *item.not_after <= timer.due) Expire(id);
  } else if (item.state == ItemState::kWaiting) {
    looking_.push_back({OrderOf(item), false});
  }
}

}  // namespace wissel
