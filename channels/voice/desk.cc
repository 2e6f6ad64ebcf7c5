#include "channels/voice/desk.h"

#include <algorithm>

#include "base/status.h"
#include "channels/contacts/addresses.h"
#include "channels/contacts/entrance.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::voice {
namespace {

constexpr Duration kLinesEvery = Duration::Seconds(1);
constexpr Duration kRetryLater = Duration::Seconds(30);

bool IsTalkedIn(Channel channel) {
  return channel == Channel::kVoice || channel == Channel::kCallback ||
         channel == Channel::kOutbound;
}

// What is kept of a call that comes in. The dialog that it begins is its request (RFC 3261, 12):
// the same INVITE again is the same contact.
contacts::NewContact ContactOf(const Invitation& invitation, const std::string& queue,
                               const std::string& region, Instant now) {
  contacts::NewContact start;
  start.contact.name = contacts::NewContactName(Channel::kVoice);
  start.contact.channel = Channel::kVoice;
  start.contact.queue = queue;
  start.contact.started = now;
  start.request_key =
      fmt::format("call {}\n{}\n{}", invitation.call_id, invitation.from_tag, invitation.cseq);
  // Who hides their number, or calls from within, is nobody who is known.
  auto address = contacts::PhoneAddress(invitation.caller, region, "caller");
  if (address.ok()) start.addresses.push_back(*std::move(address));
  return start;
}

Call::Outcome OutcomeOf(const absl::Status& status) {
  if (status.ok()) return Call::Outcome::kDone;
  const bool later = absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
  return later ? Call::Outcome::kTryAgain : Call::Outcome::kRefused;
}

}  // namespace

std::optional<ItemFact> FactOf(const Engine& engine, const Item& item) {
  // A consult has the customer's contact; the call is the item's.
  if (item.question || !IsTalkedIn(item.channel)) return std::nullopt;
  ItemFact fact{item.id, item.state, item.channel, OfferId(), "", "", item.contact};
  const bool has = item.state == ItemState::kOffered || IsWithAgent(item.state);
  if (item.decision && has) {
    fact.offer = item.decision->offer;
    fact.agent = engine.directory().agents.Get(item.agent()).name;
  }
  return fact;
}

Desk::Desk(Shard& shard, contacts::ContactStore& store, const VoiceOptions& options,
           std::function<void(Task)> post)
    : shard_(shard),
      store_(store),
      options_(options),
      post_(std::move(post)),
      admission_(options.limits),
      destinations_(options.outside.destinations) {}

ItemFact Desk::WithPhone(ItemFact fact) const {
  if (!fact.agent.empty()) fact.phone = options_.agent_phone(fact.agent);
  return fact;
}

Call* Desk::Find(uint64_t call) {
  auto it = calls_.find(call);
  return it == calls_.end() || !it->second.call ? nullptr : &*it->second.call;
}

// --- A call comes in: its contact, then its item, and then the caller is queued

std::optional<SipListener::Refusal> Desk::OnInvite(uint64_t number, const Invitation& invitation) {
  if (auto wait = admission_.Ask(calls_.size(), shard_.now())) return Refusal{503, wait};
  auto queue = options_.queues.find(invitation.called);
  if (queue == options_.queues.end()) queue = options_.queues.find("*");
  if (queue == options_.queues.end()) return Refusal{404, std::nullopt};
  const auto directory = shard_.directory();
  const auto id = FindByName<QueueId>(*directory, queue->second, "queue");
  if (!id.ok()) return Refusal{404, std::nullopt};
  calls_[number].invitation = invitation;
  Store(number, directory->queues.Get(*id).name);
  return std::nullopt;
}

void Desk::Store(uint64_t number, const std::string& queue) {
  store_.Start(
      ContactOf(calls_[number].invitation, queue, options_.region, shard_.now()),
      [this, post = post_, number](const absl::StatusOr<contacts::ContactStore::Started>& started) {
        post([this, number, started] {
          if (!started.ok()) return OnEntered(number, started.status(), std::nullopt);
          Enter(number, started->contact);
        });
      });
}

void Desk::Enter(uint64_t number, const contacts::Contact& contact) {
  const auto call = calls_.find(number);
  if (call == calls_.end()) return;
  call->second.name = contact.name;
  entering_[contact.name] = number;
  const auto queue = shard_.directory()->queues.FindId(contact.queue);
  if (!queue) return OnEntered(number, absl::NotFoundError("the queue is gone"), std::nullopt);
  contacts::Entrance entrance{.occasion = "first", .forget_if_refused = true};
  entrance.item.queue = *queue;
  entrance.item.channel = Channel::kVoice;
  entrance.item.contact = contact.name;
  entrance.item.customer = contact.customer;
  contacts::Enter(
      shard_, store_, std::move(entrance),
      [this, post = post_, number, &shard = shard_](const absl::StatusOr<ItemId>& item) {
        const bool reads =
            item.ok() && shard.Read([this, post, number, id = *item](const Engine& engine) {
              const Item* item = engine.FindItem(id);
              const std::optional<ItemFact> fact =
                  item == nullptr ? std::nullopt : FactOf(engine, *item);
              post([this, number, fact] { OnEntered(number, absl::OkStatus(), fact); });
            });
        if (reads) return;
        const absl::Status why = item.ok() ? absl::UnavailableError("stopping") : item.status();
        post([this, number, why] { OnEntered(number, why, std::nullopt); });
      });
}

void Desk::OnEntered(uint64_t number, const absl::Status& status, std::optional<ItemFact> fact) {
  auto it = calls_.find(number);
  if (it == calls_.end() || it->second.call) return;
  Entry& entry = it->second;
  entering_.erase(entry.name);
  if (!fact || IsEnded(fact->state)) {
    if (!entry.gone) {
      std::optional<Duration> later;
      if (!status.ok()) later = kRetryLater;
      for (const Alternative& instead : AlternativesOf(status)) {
        if (instead.from) later = std::max(kRetryLater, *instead.from - shard_.now());
      }
      const bool busy = OutcomeOf(status) == Call::Outcome::kTryAgain;
      door_->Do({number, kCaller}, Reject{kCaller, busy ? 503 : 480, later});
    }
    calls_.erase(it);
    return;
  }
  entry.item = fact->item;
  by_item_[fact->item] = number;
  entry.call = Call::Incoming(options_.rules, entry.invitation.sdp, WithPhone(*fact), shard_.now());
  lines_moved_ = true;
  if (entry.gone) entry.call->OnEnded(kCaller, shard_.now());
  Apply(number);
}

// --- From the phones

void Desk::OnRinging(LegKey key) {
  if (Call* call = Find(key.call)) call->OnRinging(key.leg, shard_.now());
  Apply(key.call);
}
void Desk::OnAnswered(LegKey key, std::string sdp) {
  if (Call* call = Find(key.call)) call->OnAnswered(key.leg, std::move(sdp), shard_.now());
  Apply(key.call);
}
void Desk::OnFailed(LegKey key, int status) {
  if (Call* call = Find(key.call)) call->OnFailed(key.leg, status, shard_.now());
  Apply(key.call);
}
void Desk::OnReinvite(LegKey key, std::string sdp) {
  if (Call* call = Find(key.call)) call->OnReinvite(key.leg, std::move(sdp), shard_.now());
  Apply(key.call);
}
void Desk::OnAck(LegKey key, std::string sdp) {
  if (Call* call = Find(key.call)) call->OnAck(key.leg, std::move(sdp), shard_.now());
  Apply(key.call);
}
void Desk::OnEnded(LegKey key) {
  auto it = calls_.find(key.call);
  if (it == calls_.end()) return;
  if (it->second.call) {
    it->second.call->OnEnded(key.leg, shard_.now());
    return Apply(key.call);
  }
  it->second.gone = true;  // its item is on its way
}
void Desk::OnRefresh(LegKey key) {
  if (Call* call = Find(key.call)) call->OnRefresh(key.leg, shard_.now());
  Apply(key.call);
}

void Desk::OnRefer(LegKey key, std::string user, std::string uri) {
  Call* call = Find(key.call);
  const std::optional<Target> target = TargetOf(user, uri);
  if (call == nullptr || !target) return door_->Do(key, AnswerRefer{key.leg, 403});
  call->OnRefer(key.leg, *target, shard_.now());
  Apply(key.call);
}

// A queue's number, an agent's phone, or an outside number that may be called.
std::optional<Target> Desk::TargetOf(const std::string& user, const std::string& uri) {
  if (auto queue = options_.queues.find(user); queue != options_.queues.end()) {
    return Target{queue->second, "", ""};
  }
  std::optional<Target> target;
  const auto directory = shard_.directory();
  directory->agents.ForEach([&](AgentId, const AgentConfig& agent) {
    const std::string phone = options_.agent_phone(agent.name);
    if (phone.empty()) return;
    const size_t colon = phone.find(':');
    const bool same = phone == uri || phone.substr(colon + 1, phone.find('@') - colon - 1) == user;
    if (same) target = Target{"", agent.name, ""};
  });
  if (target || options_.outside.target.empty()) return target;
  const absl::StatusOr<std::string> number = destinations_.Admit(user, shard_.now());
  if (!number.ok()) return std::nullopt;
  return Target{"", "", *number};
}

// --- From the engine

void Desk::OnFacts(const std::vector<ItemFact>& facts) {
  for (const ItemFact& fact : facts) {
    // Whoever sees the item may ask for its call: it is known here as soon as the item is anywhere.
    if (auto entering = entering_.find(fact.contact); entering != entering_.end()) {
      OnEntered(entering->second, absl::OkStatus(), fact);
      continue;
    }
    auto it = by_item_.find(fact.item);
    if (it == by_item_.end()) continue;
    const uint64_t number = it->second;
    calls_.at(number).call->OnFact(WithPhone(fact), shard_.now());
    Apply(number);
  }
}

// --- What a call wants done

void Desk::Apply(uint64_t number) {
  auto it = calls_.find(number);
  if (it == calls_.end() || !it->second.call) return;
  Entry& entry = it->second;
  for (const Action& action : entry.call->Take()) {
    std::visit(
        [&](const auto& a) {
          using A = std::decay_t<decltype(a)>;
          if constexpr (std::is_same_v<A, Ask>) {
            Put(number, a);
          } else if constexpr (std::is_same_v<A, Ring>) {
            Perform(number, entry, a);
          } else {
            door_->Do({number, a.leg}, a);
          }
        },
        action);
  }
  if (entry.call->view() != entry.shown) {
    entry.shown = entry.call->view();
    changed_(entry.item);
  }
  if (entry.call->settled() && entry.asking == 0) {
    if (entry.timer) timers_.erase({*entry.timer, number});
    if (auto at = by_item_.find(entry.item); at != by_item_.end() && at->second == number) {
      by_item_.erase(at);
    }
    calls_.erase(it);
    return;
  }
  Retime(number, entry);
}

void Desk::Perform(uint64_t number, const Entry& entry, const Ring& ring) {
  Outbound to;
  to.uri = ring.uri;
  to.from_user = entry.invitation.caller;
  to.max_forwards = entry.invitation.max_forwards - 1;
  if (ring.outside) {
    const std::string& target = options_.outside.target;
    to.route = target;
    to.uri = fmt::format("sip:{}@{}", ring.uri, target.substr(target.find(':') + 1));
  }
  if (to.max_forwards <= 0) {
    return post_([this, key = LegKey{number, ring.leg}] { OnFailed(key, 483); });
  }
  door_->Do({number, ring.leg}, ring, to);
}

std::optional<CommandBody> Desk::CommandFor(const Ask& ask) const {
  const ItemFact& about = ask.about;
  if (ask.wish == Wish::kAbandon) return AbandonItem{about.item};
  const auto directory = shard_.directory();
  const std::optional<AgentId> agent = directory->agents.FindId(about.agent);
  if (!agent) return std::nullopt;
  switch (ask.wish) {
    case Wish::kAccept:
      return AcceptOffer{*agent, about.offer};
    case Wish::kDecline:
      return DeclineOffer{*agent, about.offer};
    case Wish::kMissAgent:
      return MissAgent{*agent, about.item};
    case Wish::kMissCustomer:
      return MissCustomer{*agent, about.item};
    case Wish::kWrapUp:
      return WrapUpItem{*agent, about.item};
    case Wish::kComplete:
      return CompleteItem{*agent, about.item, {}};
    case Wish::kHold:
      return HoldItem{*agent, about.item};
    case Wish::kRetrieve:
      return RetrieveItem{*agent, about.item};
    case Wish::kTransfer: {
      TransferAssignment transfer{*agent, about.item, std::nullopt, std::nullopt};
      if (!ask.target.agent.empty()) {
        transfer.to_agent = directory->agents.FindId(ask.target.agent);
        if (!transfer.to_agent) return std::nullopt;
        return transfer;
      }
      const auto queue = FindByName<QueueId>(*directory, ask.target.queue, "queue");
      if (!queue.ok()) return std::nullopt;
      transfer.to_queue = *queue;
      return transfer;
    }
    case Wish::kAbandon:
      break;
  }
  return std::nullopt;
}

void Desk::Put(uint64_t number, const Ask& ask) {
  ++calls_.at(number).asking;
  const auto answer = [this, number, wish = ask.wish](Call::Outcome outcome) {
    auto it = calls_.find(number);
    if (it == calls_.end()) return;
    --it->second.asking;
    it->second.call->OnOutcome(wish, outcome, shard_.now());
    Apply(number);
  };
  std::optional<CommandBody> body = CommandFor(ask);
  if (!body) return post_([answer] { answer(Call::Outcome::kRefused); });
  shard_.Submit(Command{*std::move(body), std::nullopt, ""},
                [post = post_, answer](const absl::StatusOr<Outcome>& outcome, const Engine&) {
                  post([answer, result = OutcomeOf(outcome.status())] { answer(result); });
                });
}

// --- Time

void Desk::Retime(uint64_t number, Entry& entry) {
  const std::optional<Instant> next = entry.call->NextTime();
  if (next == entry.timer) return;
  if (entry.timer) timers_.erase({*entry.timer, number});
  entry.timer = next;
  if (next) timers_.insert({*next, number});
}

std::optional<Instant> Desk::OnTime() {
  const Instant now = shard_.now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const uint64_t number = timers_.begin()->second;
    timers_.erase(timers_.begin());
    Entry& entry = calls_.at(number);
    entry.timer.reset();
    entry.call->OnTime(now);
    Apply(number);
  }
  LookAtLines(now);
  std::optional<Instant> next;
  if (!timers_.empty()) next = timers_.begin()->first;
  if (lines_moved_ && !lines_asked_ && !calls_.empty()) {
    const Instant at = std::max(lines_at_ + kLinesEvery, now);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

// One look at the engine for all callers who wait.
void Desk::LookAtLines(Instant now) {
  if (calls_.empty() || lines_asked_ || !lines_moved_ || now - lines_at_ < kLinesEvery) return;
  std::set<ItemId> wanted;
  for (const auto& [number, entry] : calls_) {
    if (entry.call && entry.call->waits_in_line()) wanted.insert(entry.item);
  }
  lines_moved_ = false;
  lines_at_ = now;
  if (wanted.empty()) return;
  lines_asked_ = shard_.Read([this, post = post_, &shard = shard_, waits = options_.waits, wanted,
                              by_item = by_item_](const Engine& engine) {
    Waiting waiting;
    for (ItemId item : wanted) {
      const Item* at = engine.FindItem(item);
      if (at != nullptr) waiting[at->queue][item] = by_item.at(item);
    }
    post([this, places = LookAtPlaces(engine, waiting, shard, waits)] {
      lines_asked_ = false;
      for (const Place& place : places) {
        if (Call* call = Find(place.call)) call->OnPlace(place.place, place.minutes, shard_.now());
        Apply(place.call);
      }
    });
  });
}

void Desk::EndAll() {
  std::vector<uint64_t> numbers;
  for (const auto& [number, entry] : calls_) numbers.push_back(number);
  for (uint64_t number : numbers) {
    if (Call* call = Find(number)) call->OnShutDown(shard_.now());
    Apply(number);
  }
}

// --- From the desk

std::optional<Desk::Seen> Desk::See(ItemId item) const {
  const auto at = by_item_.find(item);
  if (at == by_item_.end()) return std::nullopt;
  const Entry& entry = calls_.at(at->second);
  return Seen{at->second, entry.name, entry.call->fact(), entry.call->view()};
}

void Desk::HangUp(ItemId item) {
  const auto at = by_item_.find(item);
  if (at == by_item_.end()) return;
  const uint64_t number = at->second;
  calls_.at(number).call->OnHangUp(shard_.now());
  Apply(number);
}

absl::Status Desk::Dial(const ItemFact& fact, const std::string& number, const std::string& name) {
  if (auto seen = See(fact.item); seen && seen->view.stage != Call::Stage::kEnded) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem", "its call is under way");
  }
  const ItemFact with_phone = WithPhone(fact);
  if (with_phone.phone.empty()) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "workItem",
                  "agents/" + fact.agent + " has no phone", "the agent's field phone");
  }
  if (options_.outside.target.empty()) {
    return Refuse(absl::StatusCode::kPermissionDenied, "number", "no trunk takes calls out");
  }
  WISSEL_ASSIGN_OR_RETURN(const std::string dialled, destinations_.Admit(number, shard_.now()));
  const uint64_t call = ++dialled_;
  Entry& entry = calls_[call];
  entry.name = name;
  entry.item = fact.item;
  by_item_[fact.item] = call;
  entry.call = Call::Outgoing(options_.rules, dialled, with_phone, shard_.now());
  Apply(call);
  return absl::OkStatus();
}

}  // namespace wissel::voice
