#include "metrics/service/rows_to_proto.h"

#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/waits.h"

namespace wissel::metrics {
namespace {

void WriteDay(const DayCounters& today, v1::QueueLive* out) {
  out->set_offered(today.offered);
  out->set_answered(today.answered);
  out->set_answered_in_time(today.answered_in_time);
  out->set_abandoned(today.abandoned);
  out->set_short_abandoned(today.short_abandoned);
  out->set_ended_otherwise(today.ended_otherwise);
  out->set_completed(today.completed);
  const int64_t counted = today.answered + today.abandoned - today.short_abandoned;
  if (counted > 0) {
    out->set_service_level(static_cast<double>(today.answered_in_time) /
                           static_cast<double>(counted));
  }
  WriteDuration(today.answered_wait_sum, out->mutable_answered_wait_sum());
  WriteDuration(today.handle_sum, out->mutable_handle_sum());
  out->set_promises_kept(today.promises_kept);
  out->set_promises_broken(today.promises_broken);
}

}  // namespace

void WriteQueue(const Board& board, QueueId id, v1::QueueLive* out) {
  const QueueRow& row = *board.FindQueue(id);
  const QueueConfig& config = board.directory().queues.Get(id);
  out->set_name(NameIn(board.directory(), id));
  out->set_display_name(config.display_name);
  out->set_channel(static_cast<v1::Channel>(config.channel));
  out->set_open(row.open);
  out->set_waiting(row.waiting);
  out->set_scheduled(row.scheduled);
  out->set_surge(row.surge);
  out->set_opened_step(row.opened_step);
  out->set_offered_now(row.offered_now);
  if (auto since = board.LongestWaitingSince(id)) {
    WriteTimestamp(*since, out->mutable_longest_waiting_since());
  }
  if (auto due = board.NextDue(id)) WriteTimestamp(*due, out->mutable_next_due());
  out->set_overdue(row.overdue);
  out->set_active(row.active);
  out->set_wrapping(row.wrapping);
  out->set_awaiting_customer(row.awaiting_customer);
  out->set_agents_signed_in(row.agents_signed_in);
  out->set_agents_free(row.agents_free);
  if (row.wait) WriteEstimate(*row.wait, out->mutable_estimated_wait());
  WriteTimestamp(board.day_start(), out->mutable_day_start());
  WriteDay(row.today, out);
  WriteDuration(config.answer_within, out->mutable_answer_within());
  out->set_service_level_target(config.service_level_target_permille / 1000.0);
}

void WriteAgent(const Board& board, AgentId id, const AgentDisplayName& display_name,
                v1::AgentLive* out) {
  const Directory& directory = board.directory();
  const AgentRow& row = *board.FindAgent(id);
  const AgentConfig& config = directory.agents.Get(id);
  out->set_name(NameIn(directory, id));
  out->set_display_name(display_name(config.name));
  if (config.team) out->set_team(NameIn(directory, *config.team));
  if (config.partner) out->set_partner(NameIn(directory, *config.partner));
  out->set_presence(static_cast<v1::Presence>(row.presence));
  out->set_away_reason(row.away_reason);
  out->set_not_responding(row.not_responding);
  out->set_connection_lost(row.connection_lost);
  WriteTimestamp(board.StateSince(id), out->mutable_state_time());
  out->set_load_permille(board.LoadPermilleOf(id));
  for (ItemId work : row.work) {
    const LiveItem& item = *board.FindItem(work);
    v1::AgentWork* w = out->add_work();
    w->set_work_item(ItemName(work));
    w->set_queue(NameIn(directory, item.queue));
    w->set_channel(static_cast<v1::Channel>(item.channel));
    w->set_state(static_cast<v1::WorkItem::State>(item.state));
    WriteTimestamp(item.state_since, w->mutable_state_time());
    if (item.consult) w->set_consult(ItemName(*item.consult));
    if (item.asks_about) w->set_asks_about(ItemName(*item.asks_about));
    const LiveItem* about = item.asks_about ? board.FindItem(*item.asks_about) : &item;
    w->set_conference(about != nullptr && about->conference);
  }
  out->set_completed(row.completed);
}

void WriteWaiting(const Board& board, QueueId id, v1::WaitingItems* out) {
  const Directory& directory = board.directory();
  out->set_queue(NameIn(directory, id));
  const QueueRow* row = board.FindQueue(id);
  out->set_total(row == nullptr ? 0 : row->waiting);
  for (ItemId waiting : board.FirstWaiting(id, kWaitingItemsShown)) {
    const LiveItem& item = *board.FindItem(waiting);
    v1::WaitingItem* w = out->add_items();
    w->set_name(ItemName(waiting));
    w->set_channel(static_cast<v1::Channel>(item.channel));
    w->set_band(item.band);
    WriteTimestamp(item.entered, w->mutable_enter_time());
    WriteTimestamp(item.due, w->mutable_due_time());
    w->set_state(static_cast<v1::WorkItem::State>(item.state));
    w->set_step(item.step);
    w->set_refusals(item.refusals);
    if (item.kept_for) w->set_held_for(NameIn(directory, *item.kept_for));
  }
}

}  // namespace wissel::metrics
