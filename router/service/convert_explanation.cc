#include "router/service/convert_explanation.h"

#include <algorithm>
#include <string>

#include "base/invariant.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel {
namespace {

constexpr size_t kAgentsNamed = 20;

void WriteOrderKey(const Item& item, const Engine& engine, v1::OrderKey* out) {
  const Directory& directory = engine.directory();
  out->set_band(item.band);
  out->set_owed_share(engine.IsOwedShare(item.queue));
  if (item.keep) out->set_held_for(NameIn(directory, item.keep->agent));
  WriteTimestamp(item.due, out->mutable_due_time());
  out->set_id(static_cast<int64_t>(item.id.value()));
}

void WriteHelp(const Item& item, const Engine& engine, v1::WorkItemExplanation* out) {
  const Directory& directory = engine.directory();
  if (directory.queues.Get(item.queue).share_floor_permille > 0) {
    out->set_share_credit_permille(engine.ShareCreditPermille(item.queue));
  }
  directory.profiles.ForEach([&](ProfileId id, const RoutingProfile& profile) {
    const QueueHelp help = HelpFor(profile.queues, item.queue, item.channel);
    if (help == QueueHelp()) return;
    v1::ProfileRank* to = out->add_ranks();
    to->set_routing_profile(NameIn(directory, id));
    to->set_rank(help.rank);
    WriteDuration(help.delay, to->mutable_delay());
  });
}

void WriteFailedCheck(const FailedCheck& check, const Directory& directory, v1::FailedCheck* out) {
  out->set_check(static_cast<v1::FailedCheck::Check>(check.check));
  out->set_sentence(check.sentence);
  out->set_agent_count(static_cast<int64_t>(check.agents.size()));
  if (check.skill != SkillId()) out->set_skill(NameIn(directory, check.skill));
  out->set_min_level(check.min_level);
  out->set_away_reason(check.away_reason);
  if (check.delay != Duration()) WriteDuration(check.delay, out->mutable_delay());
  for (size_t i = 0; i < std::min(check.agents.size(), kAgentsNamed); ++i) {
    out->add_agents(NameIn(directory, check.agents[i]));
  }
}

}  // namespace

void WriteDecision(const Decision& decision, const Item& item, const Directory& directory,
                   v1::Decision* out) {
  out->set_offer(OfferName(directory, decision.agent, decision.offer));
  WriteTimestamp(decision.at, out->mutable_time());
  out->set_agent(NameIn(directory, decision.agent));
  out->set_ring(decision.reason.ring);
  out->set_match_score(decision.reason.score);
  out->set_load_permille(decision.reason.load_permille);
  WriteTimestamp(decision.reason.idle_since, out->mutable_idle_since());
  out->set_eligible_agents(decision.reason.eligible);
  out->set_config_revision(static_cast<int64_t>(decision.reason.config_revision));
  const std::optional<uint8_t> preference = decision.reason.preference;
  out->set_forced(decision.forced);
  out->set_handed_over(decision.handed_over);
  out->set_transferred(preference == kKeptByTransfer);
  out->set_woken(preference == kKeptByWake);
  if (preference && !IsKeptByHand(*preference)) {
    out->set_preference(*preference + 1);
    out->set_backup(*preference >= item.preferred.size());
  }
  out->set_band(decision.reason.band);
  out->set_owed_share(decision.reason.owed_share);
  out->set_rank(decision.reason.rank);
  WriteTimestamp(decision.reason.due, out->mutable_due_time());
  if (const std::optional<PartnerDue>& due = decision.reason.partner_due) {
    v1::PartnerTurn* turn = out->mutable_partner_turn();
    if (due->partner) turn->set_partner(NameIn(directory, *due->partner));
    if (due->deviation) turn->set_deviation(static_cast<v1::PartnerDeviation>(*due->deviation));
  }
  if (decision.reason.given) {
    out->set_given_by_weight(static_cast<double>(*decision.reason.given) / kGivenByOne);
  }
  out->set_outcome(static_cast<v1::Decision::Outcome>(decision.outcome));
  out->set_sentence(DescribeDecision(decision, item, directory));
}

void WriteExplanation(const ItemExplanation& explanation, const Engine& engine,
                      v1::WorkItemExplanation* out) {
  const Directory& directory = engine.directory();
  const Item* item = engine.FindItem(explanation.item);
  INVARIANT(item != nullptr);
  out->set_name(ItemName(explanation.item));
  out->set_state(static_cast<v1::WorkItem::State>(explanation.state));
  for (const std::string& sentence : explanation.sentences) out->add_sentences(sentence);
  out->set_queue(NameIn(directory, item->queue));
  const AgentId agent = item->keep ? item->keep->agent : item->agent();
  if (agent != AgentId()) out->set_agent(NameIn(directory, agent));
  out->set_staying(item->stay.has_value());
  if (explanation.place) out->set_place(static_cast<int64_t>(*explanation.place));
  if (explanation.state == ItemState::kWaiting) {
    WriteOrderKey(*item, engine, out->mutable_order_key());
    WriteHelp(*item, engine, out);
  }
  for (const FailedCheck& check : explanation.failed_checks) {
    WriteFailedCheck(check, directory, out->add_failed_checks());
  }
  for (const UpcomingChange& change : explanation.upcoming) {
    v1::UpcomingChange* to = out->add_upcoming_changes();
    WriteTimestamp(change.at, to->mutable_time());
    to->set_sentence(change.sentence);
    to->set_kind(static_cast<v1::UpcomingChange::Kind>(change.kind));
    to->set_step(change.step);
    if (change.agent != AgentId()) to->set_agent(NameIn(directory, change.agent));
    if (change.delay != Duration()) WriteDuration(change.delay, to->mutable_delay());
    if (change.queue != QueueId()) to->set_queue(NameIn(directory, change.queue));
  }
  for (const Decision& decision : explanation.decisions) {
    WriteDecision(decision, *item, directory, out->add_decisions());
  }
}

void WriteExplanation(const AgentExplanation& explanation, const Engine& engine,
                      v1::AgentExplanation* out) {
  const Directory& directory = engine.directory();
  out->set_agent(NameIn(directory, explanation.agent));
  for (const std::string& sentence : explanation.sentences) out->add_sentences(sentence);
  for (const WaitingForOther& group : explanation.not_offered) {
    v1::AgentExplanation::NotOffered* to = out->add_not_offered();
    FailedCheck check = group.check;
    check.agents = {explanation.agent};
    WriteFailedCheck(check, directory, to->mutable_check());
    to->set_item_count(static_cast<int64_t>(group.count));
    for (ItemId item : group.items) to->add_work_items(ItemName(item));
  }
  for (ItemId id : engine.FindAgent(explanation.agent)->work) {
    const Item& item = *engine.FindItem(id);
    WriteDecision(*item.decision, item, directory, out->add_decisions());
  }
}

}  // namespace wissel
