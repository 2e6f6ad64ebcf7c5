#include "integration/events/publisher.h"

#include "fmt/format.h"
#include "integration/events/causes.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"

namespace wissel::events {
namespace {

// Why a kind of event is not published.
constexpr Fate kRouting{std::nullopt, "a step on the way of routing; ExplainWorkItem tells it"};
constexpr Fate kConfiguration{std::nullopt,
                              "configuration; ConfigService has it, `rules.applied` says when"};
constexpr Fate kFollows{std::nullopt, "an event that is published follows it at once"};
constexpr Fate kBookkeeping{std::nullopt, "the engine's own bookkeeping"};
constexpr Fate kAudit{std::nullopt, "names a user; AuditService has it"};

// One row for each kind of event: what it is published as, and what it says beside. A kind without
// a row does not compile.
class Table {
 public:
  Table(const Book& book, v1::CloudEvent& out) : book_(book), out_(out), d_(*out.mutable_data()) {}

  // --- Work items, as they come, wait and move
  Fate operator()(const ItemEntered& e) {
    d_.set_band(e.band);
    When(e.due, d_.mutable_due_time());
    When(e.not_before, [this] { return d_.mutable_start_time(); });
    When(e.not_after, [this] { return d_.mutable_end_time(); });
    if (e.redirected_cause) d_.set_cause(WordFor(*e.redirected_cause));
    return Item(e.item, EventType::kItemEntered);
  }
  Fate operator()(const ItemReleased& e) { return Item(e.item, EventType::kItemReleased); }
  Fate operator()(const ItemUpdated& e) {
    d_.set_band(e.band);
    When(e.due, d_.mutable_due_time());
    return Item(e.item, EventType::kItemUpdated);
  }
  Fate operator()(const ItemTransferred& e) {
    if (e.from) d_.set_agent(book_.NameOf(*e.from));
    d_.set_to_queue(book_.NameOf(e.to_queue));
    if (e.to_agent) d_.set_to_agent(book_.NameOf(*e.to_agent));
    if (e.to_partner) d_.set_to_partner(book_.NameOf(*e.to_partner));
    When(e.due, d_.mutable_due_time());
    return Item(e.item, EventType::kItemTransferred);
  }
  Fate operator()(const ItemOverflowed& e) {
    d_.set_to_queue(book_.NameOf(e.to_queue));
    d_.set_cause(WordFor(e.cause));
    When(e.due, d_.mutable_due_time());
    return Item(e.item, EventType::kItemOverflowed);
  }
  Fate operator()(const ItemReturned& e) {
    d_.set_cause(WordFor(e.cause));
    return Item(e.item, EventType::kItemReturned, e.agent);
  }
  Fate operator()(const CallbackPromised& e) {
    When(e.not_before, [this] { return d_.mutable_start_time(); });
    When(e.not_after, d_.mutable_end_time());
    return Item(e.item, EventType::kCallbackPromised);
  }
  Fate operator()(const ItemPostponed& e) {
    When(e.until, d_.mutable_start_time());
    d_.set_attempts(e.attempts);
    return Item(e.item, EventType::kItemPostponed, e.agent);
  }
  Fate operator()(const ItemPaused& e) {
    When(e.until, d_.mutable_end_time());
    return Item(e.item, EventType::kItemPaused);
  }
  Fate operator()(const WaitPromised& e) { return Item(e.item, EventType::kWaitPromised); }

  // --- Offers
  Fate operator()(const OfferMade& e) {
    When(e.deadline, d_.mutable_due_time());
    return Offer(e, EventType::kItemOffered);
  }
  Fate operator()(const OfferAccepted& e) { return Offer(e, EventType::kItemAccepted); }
  Fate operator()(const OfferDeclined& e) { return Offer(e, EventType::kItemDeclined); }
  Fate operator()(const OfferMissed& e) { return Offer(e, EventType::kItemMissed); }
  Fate operator()(const OfferRevoked& e) {
    d_.set_cause(WordFor(e.cause));
    return Offer(e, EventType::kItemWithdrawn);
  }
  Fate operator()(const ItemAssigned& e) { return Offer(e, EventType::kItemAssigned); }
  Fate operator()(const ItemPulledBack& e) {
    return Item(e.item, EventType::kItemPulledBack, e.agent);
  }

  // --- Work at hand
  Fate operator()(const ItemHeld& e) { return Item(e.item, EventType::kItemHeld); }
  Fate operator()(const ItemRetrieved& e) { return Item(e.item, EventType::kItemRetrieved); }
  Fate operator()(const ItemParked& e) {
    d_.set_other_work_item(ItemName(e.interrupted_by));
    return Item(e.item, EventType::kItemParked);
  }
  Fate operator()(const ItemResumed& e) { return Item(e.item, EventType::kItemResumed); }
  Fate operator()(const ConsultStarted& e) {
    d_.set_other_work_item(ItemName(e.consult));
    if (e.to_agent) d_.set_to_agent(book_.NameOf(*e.to_agent));
    return Item(e.item, EventType::kConsultStarted, e.agent);
  }
  Fate operator()(const ConsultEnded& e) {
    d_.set_other_work_item(ItemName(e.consult));
    d_.set_cause(WordFor(e.cause));
    return Item(e.item, EventType::kConsultEnded);
  }
  Fate operator()(const ConferenceMarked& e) {
    d_.set_conference(e.on);
    return Item(e.item, EventType::kConferenceChanged);
  }
  Fate operator()(const ItemHandedOver& e) {
    d_.set_to_agent(book_.NameOf(e.to));
    d_.set_to_queue(book_.NameOf(e.queue));
    return Item(e.item, EventType::kItemHandedOver, e.from);
  }
  Fate operator()(const ItemSetAside& e) {
    When(e.until, d_.mutable_end_time());
    return Item(e.item, EventType::kItemSetAside, e.agent);
  }
  Fate operator()(const ItemWoken& e) {
    d_.set_cause(e.by_agent ? "by_agent" : "by_customer");
    return Item(e.item, EventType::kItemWoken, e.agent);
  }
  Fate operator()(const ItemRequeued& e) {
    When(e.due, d_.mutable_due_time());
    return Item(e.item, EventType::kItemRequeued, e.agent);
  }
  Fate operator()(const WrapUpStarted& e) {
    When(e.until, [this] { return d_.mutable_end_time(); });
    return Item(e.item, EventType::kWrapUpStarted);
  }

  // --- Ends
  Fate operator()(const ItemCompleted& e) {
    d_.set_cause(WordFor(e.cause));
    for (const std::string& code : e.reason_codes) d_.add_reason_codes(code);
    return Item(e.item, EventType::kItemCompleted, e.agent);
  }
  Fate operator()(const ItemAbandoned& e) { return Item(e.item, EventType::kItemAbandoned); }
  Fate operator()(const ItemCancelled& e) { return Item(e.item, EventType::kItemCancelled); }
  Fate operator()(const ItemExpired& e) { return Item(e.item, EventType::kItemExpired); }
  Fate operator()(const ItemMerged& e) {
    d_.set_other_work_item(ItemName(e.into));
    return Item(e.item, EventType::kItemMerged);
  }
  Fate operator()(const ItemInformed& e) {
    d_.set_notice(NoticeName(e.notice));
    return Item(e.item, EventType::kItemInformed);
  }

  // --- Agents
  Fate operator()(const AgentSignedIn& e) { return Agent(e.agent, EventType::kAgentSignedIn); }
  Fate operator()(const PresenceChanged& e) {
    d_.set_presence(static_cast<v1::Presence>(e.presence));
    d_.set_away_reason(e.away_reason);
    return Agent(e.agent, e.presence == Presence::kOffline ? EventType::kAgentSignedOut
                                                           : EventType::kPresenceChanged);
  }
  Fate operator()(const LeaseLost& e) {
    When(e.work_kept_until, d_.mutable_end_time());
    return Agent(e.agent, EventType::kConnectionLost);
  }
  Fate operator()(const LeaseRestored& e) { return Agent(e.agent, EventType::kConnectionRestored); }

  // --- Queues, notices, rules
  Fate operator()(const QueueOpened& e) { return Queue(e.queue, EventType::kQueueOpened); }
  Fate operator()(const QueueClosed& e) { return Queue(e.queue, EventType::kQueueClosed); }
  Fate operator()(const SurgeBegun& e) { return Queue(e.queue, EventType::kSurgeBegun); }
  Fate operator()(const SurgeEnded& e) { return Queue(e.queue, EventType::kSurgeEnded); }
  Fate operator()(const PartnersSettled& e) {
    When(e.from, d_.mutable_start_time());
    When(e.to, d_.mutable_end_time());
    return Queue(e.queue, EventType::kPartnersSettled);
  }
  Fate operator()(const NoticeGiven& e) {
    if (e.content.queue) d_.set_queue(book_.NameOf(*e.content.queue));
    d_.set_topic(e.content.topic);
    When(e.content.until, [this] { return d_.mutable_end_time(); });
    return OfNotice(e.notice, EventType::kNoticeGiven);
  }
  Fate operator()(const NoticeWithdrawn& e) {
    return OfNotice(e.notice, EventType::kNoticeWithdrawn);
  }
  Fate operator()(const RulesApplied& e) {
    d_.set_rule_version(fmt::format("ruleVersions/{}", e.version));
    out_.set_subject(d_.rule_version());
    return {EventType::kRulesApplied, ""};
  }

  // --- Internal
  Fate operator()(const StepReached&) { return kRouting; }
  Fate operator()(const ItemKept&) { return kRouting; }
  Fate operator()(const KeepEnded&) { return kRouting; }
  Fate operator()(const StayBegun&) { return kRouting; }
  Fate operator()(const StayEnded&) { return kRouting; }
  Fate operator()(const ItemShown&) { return kRouting; }
  Fate operator()(const StepOpened&) { return kRouting; }
  Fate operator()(const StepClosed&) { return kRouting; }
  // The end of the item: abandoned, cancelled, expired, merged or informed.
  Fate operator()(const OfferCancelled&) { return kFollows; }
  // The presence that is queued, once it holds.
  Fate operator()(const PresenceQueued&) { return kBookkeeping; }
  Fate operator()(const SessionTakenOver&) { return kBookkeeping; }
  Fate operator()(const RequirementDefined&) { return kBookkeeping; }
  Fate operator()(const RequirementForgotten&) { return kBookkeeping; }
  Fate operator()(const OpeningsSet&) { return kBookkeeping; }
  Fate operator()(const RequestCarriedOut&) { return kBookkeeping; }
  Fate operator()(const ActionTaken&) { return kAudit; }
  Fate operator()(const CenterConfigured&) { return kConfiguration; }
  template <class Id, class Config>
  Fate operator()(const Configured<Id, Config>&) {
    return kConfiguration;
  }
  template <class Id>
  Fate operator()(const Deleted<Id>&) {
    return kConfiguration;
  }

 private:
  static void When(Instant at, google::protobuf::Timestamp* out) { WriteTimestamp(at, out); }
  template <class Field>
  static void When(std::optional<Instant> at, Field field) {
    if (at) WriteTimestamp(*at, field());
  }

  Fate Item(ItemId id, EventType type, std::optional<AgentId> agent = std::nullopt) {
    d_.set_work_item(ItemName(id));
    out_.set_subject(d_.work_item());
    if (agent) d_.set_agent(book_.NameOf(*agent));
    if (const ItemFacts* item = book_.FindItem(id)) {
      d_.set_queue(book_.NameOf(item->queue));
      d_.set_channel(static_cast<v1::Channel>(item->channel));
      d_.set_contact(item->contact);
      d_.set_topic(item->topic);
      d_.set_customer(item->customer);
    }
    return {type, ""};
  }
  template <class E>
  Fate Offer(const E& e, EventType type) {
    const Fate fate = Item(e.item, type, e.agent);
    d_.set_offer(fmt::format("{}/offers/{}", d_.agent(), e.offer.value()));
    return fate;
  }
  Fate Agent(AgentId id, EventType type) {
    d_.set_agent(book_.NameOf(id));
    out_.set_subject(d_.agent());
    return {type, ""};
  }
  Fate Queue(QueueId id, EventType type) {
    d_.set_queue(book_.NameOf(id));
    out_.set_subject(d_.queue());
    return {type, ""};
  }
  Fate OfNotice(NoticeId id, EventType type) {
    d_.set_notice(NoticeName(id));
    out_.set_subject(d_.notice());
    return {type, ""};
  }

  const Book& book_;
  v1::CloudEvent& out_;
  v1::EventData& d_;
};

}  // namespace

PublishedPtr Publisher::Publish(uint64_t sequence, const Event& event) {
  book_.Learn(event);
  auto published = std::make_shared<Published>();
  const Fate fate = std::visit(Table(book_, published->event), event.body);
  book_.Move(event);
  if (!fate.type) return nullptr;
  published->sequence = sequence;
  published->type = *fate.type;
  v1::CloudEvent& out = published->event;
  out.set_spec_version("1.0");
  out.set_id(fmt::format("{}", sequence));
  out.set_source(source_);
  out.set_type(TypeName(*fate.type).data(), TypeName(*fate.type).size());
  out.set_data_content_type("application/json");
  WriteTimestamp(event.at, out.mutable_time());
  return published;
}

void Publisher::Pass(const Event& event) {
  book_.Learn(event);
  book_.Move(event);
}

Fate FateOf(const Event& event) {
  v1::CloudEvent out;
  return std::visit(Table(Book(), out), event.body);
}

}  // namespace wissel::events
