#include "router/service/convert_agent_state.h"

#include <string>

#include "base/invariant.h"
#include "router/core/explain.h"
#include "router/core/version.h"
#include "router/service/convert_basics.h"
#include "router/service/convert_explanation.h"
#include "router/service/convert_item.h"
#include "router/service/etags.h"
#include "router/service/names.h"

namespace wissel {
namespace {

void WriteOffer(const Item& item, const Engine& engine, v1::Offer* out) {
  const Directory& directory = engine.directory();
  const Decision& decision = *item.decision;
  out->set_name(OfferName(directory, decision.agent, decision.offer));
  out->set_work_item(ItemName(item.id));
  out->set_queue(NameIn(directory, item.queue));
  out->set_channel(static_cast<v1::Channel>(item.channel));
  out->set_contact(item.contact);
  WriteTimestamp(item.entered, out->mutable_enter_time());
  WriteTimestamp(decision.at, out->mutable_offer_time());
  WriteTimestamp(decision.deadline, out->mutable_deadline());
  WriteDecision(decision, item, directory, out->mutable_decision());
  out->set_reason(out->decision().sentence());
  if (item.question) WriteQuestion(*item.question, engine, out->mutable_question());
}

void WriteConsult(const Consult& consult, const Engine& engine, v1::Consult* out) {
  const Item& item = *engine.FindItem(consult.item);
  out->set_work_item(ItemName(item.id));
  out->set_queue(NameIn(engine.directory(), item.queue));
  out->set_state(static_cast<v1::WorkItem::State>(item.state));
  const AgentId agent = item.decision ? item.agent() : item.keep ? item.keep->agent : AgentId();
  if (agent != AgentId()) out->set_agent(NameIn(engine.directory(), agent));
  out->set_conference(consult.conference);
}

void WriteAssignment(const Item& item, const Engine& engine, v1::Assignment* out) {
  const Directory& directory = engine.directory();
  out->set_name(AssignmentName(directory, item.agent(), item.id));
  out->set_work_item(ItemName(item.id));
  out->set_queue(NameIn(directory, item.queue));
  out->set_channel(static_cast<v1::Channel>(item.channel));
  out->set_contact(item.contact);
  out->set_state(static_cast<v1::WorkItem::State>(item.state));
  WriteTimestamp(item.entered, out->mutable_enter_time());
  if (item.accepted) WriteTimestamp(*item.accepted, out->mutable_accept_time());
  WriteTimestamp(item.state_since, out->mutable_state_time());
  if (item.wrap_until) WriteTimestamp(*item.wrap_until, out->mutable_wrap_up_deadline());
  out->set_forced(item.decision->forced);
  if (item.consult) WriteConsult(*item.consult, engine, out->mutable_consult());
  if (item.question) WriteQuestion(*item.question, engine, out->mutable_question());
  if (item.awaited_until) WriteTimestamp(*item.awaited_until, out->mutable_await_until_time());
  const QueueConfig* queue = directory.queues.Find(item.queue);
  if (queue == nullptr) return;
  for (const std::string& code : queue->reason_codes) out->add_reason_codes(code);
  const bool in_contact = item.state == ItemState::kActive || item.state == ItemState::kHeld;
  out->set_reason_code_required(queue->wrap_up.mode == WrapUpMode::kMandatory && !item.question);
  out->set_wrap_up_allowed(queue->wrap_up.mode != WrapUpMode::kNone && in_contact &&
                           !item.question);
  out->set_set_aside_allowed(in_contact && !item.question && !item.consult &&
                             MayBeSetAside(item.channel));
}

}  // namespace

void WriteAgentState(const AgentState& agent, const Engine& engine, AsOf as_of, Duration lease,
                     v1::AgentState* out) {
  out->set_name(NameIn(engine.directory(), agent.id));
  out->set_presence(static_cast<v1::Presence>(agent.presence));
  out->set_away_reason(agent.away_reason);
  WriteTimestamp(agent.presence_since, out->mutable_presence_time());
  if (agent.queued) {
    out->mutable_queued_presence()->set_presence(static_cast<v1::Presence>(agent.queued->presence));
    out->mutable_queued_presence()->set_away_reason(agent.queued->away_reason);
  }
  out->set_not_responding(agent.not_responding);
  out->set_connection_lost(agent.connection_lost());
  if (agent.work_kept_until) {
    WriteTimestamp(*agent.work_kept_until, out->mutable_work_kept_until());
  }
  WriteDuration(lease, out->mutable_lease());
  out->set_session(static_cast<int64_t>(agent.session));
  for (const ItemId id : agent.work) {
    const Item* item = engine.FindItem(id);
    INVARIANT(item != nullptr);
    if (item->state == ItemState::kOffered) {
      WriteOffer(*item, engine, out->add_offers());
    } else {
      WriteAssignment(*item, engine, out->add_assignments());
    }
  }
  out->set_sequence(static_cast<int64_t>(as_of.sequence));
  WriteTimestamp(as_of.now, out->mutable_now());
  out->set_etag(WriteVersion(VersionOf(agent)));
}

}  // namespace wissel
