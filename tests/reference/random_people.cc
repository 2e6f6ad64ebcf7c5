#include "tests/reference/random_people.h"

#include <optional>
#include <string>
#include <vector>

#include "tests/reference/random_center.h"

namespace wissel::reference {
namespace {

class People {
 public:
  People(Dice& dice, const Model& model) : dice_(dice), model_(model) {}

  CommandBody Arrive();
  CommandBody Answer();
  CommandBody Work();
  CommandBody PresenceChange();
  CommandBody Lease();
  CommandBody Leave();
  CommandBody Update();
  CommandBody TellWait();
  CommandBody MoveItem();
  CommandBody Call();
  CommandBody Pause();
  void GoOn(CreateItem& create);
  CommandBody Surge();
  CommandBody Steps();
  CommandBody Supervise();
  CommandBody Talk();
  CommandBody Nonsense();

 private:
  // Any living item in one of the states; none if there is none.
  const ItemPicture* Any(std::initializer_list<ItemState> states) {
    std::vector<const ItemPicture*> found;
    for (const auto& [id, item] : model_.living) {
      for (ItemState state : states) {
        if (item.state == state) found.push_back(&item);
      }
    }
    return found.empty() ? nullptr : dice_.Pick(found);
  }
  AgentId AnyAgent() { return PickKey(dice_, model_.agents); }
  QueueId AnyQueue() { return PickKey(dice_, model_.queues); }
  ItemId ItemOrNone() {
    return ItemId(dice_.Below(static_cast<uint32_t>(model_.items_entered) + 2));
  }
  Fallback AnyFallback();
  std::vector<std::string> Codes(const ItemPicture& item);
  CommandBody Transfer(const ItemPicture& item);
  CommandBody Ask(const ItemPicture& item);

  Dice& dice_;
  const Model& model_;
};

CommandBody People::Arrive() {
  CreateItem create;
  create.queue = AnyQueue();
  if (dice_.Chance(8)) create.band = static_cast<uint8_t>(dice_.Below(10));
  if (dice_.Chance(15)) create.requirement = RandomRequirement(dice_, model_);
  if (dice_.Chance(15)) create.head_start = Duration::Seconds(dice_.Between(1, 300));
  if (dice_.Chance(25)) {
    const int64_t count = dice_.Between(1, 3);
    for (int64_t i = 0; i < count; ++i) {
      const PreferredAgent preferred{AnyAgent(), Duration::Seconds(dice_.Between(0, 2) * 25),
                                     dice_.Chance(30)};
      bool twice = false;
      for (const PreferredAgent& p : create.preferred) twice |= p.agent == preferred.agent;
      if (!twice) create.preferred.push_back(preferred);
    }
  }
  if (!create.preferred.empty() && dice_.Chance(60)) create.fallback = AnyFallback();
  // Estimates as a door would bring them, of any queue.
  for (uint32_t left = dice_.Chance(30) ? dice_.Between(1, 3) : 0; left > 0; --left) {
    create.waits.push_back({AnyQueue(), Duration::Seconds(dice_.Between(1, 400))});
  }
  create.contact = "c" + std::to_string(dice_.Below(12));
  if (dice_.Chance(30)) create.customer = "p" + std::to_string(dice_.Below(6));
  if (dice_.Chance(10)) GoOn(create);
  if (dice_.Chance(30)) create.topic = dice_.Chance(50) ? "snow" : "letter";
  if (dice_.Chance(10)) create.not_before = model_.now + Duration::Seconds(dice_.Between(-60, 900));
  if (dice_.Chance(10)) create.not_after = model_.now + Duration::Seconds(dice_.Between(1, 1800));
  if (dice_.Chance(6)) create.channel = dice_.Chance(50) ? Channel::kCallback : Channel::kOutbound;
  return create;
}

// With what the same customer has, mostly.
void People::GoOn(CreateItem& create) {
  const ItemPicture* earlier =
      Any({ItemState::kWaiting, ItemState::kOffered, ItemState::kScheduled, ItemState::kActive});
  if (earlier == nullptr) return;
  create.continues = earlier->id;
  if (dice_.Chance(80)) create.customer = earlier->customer;
}

// Sometimes to an agent who is preferred already, which is refused.
Fallback People::AnyFallback() {
  Fallback fallback;
  fallback.kind = static_cast<FallbackKind>(dice_.Between(2, 4));
  if (fallback.kind == FallbackKind::kStay && dice_.Chance(60)) {
    fallback.stay_for = Duration::Seconds(dice_.Between(1, 120));
  }
  if (fallback.kind == FallbackKind::kBackupAgent) {
    fallback.agent = AnyAgent();
    fallback.hold_for = Duration::Seconds(dice_.Between(0, 2) * 25);
  }
  if (fallback.kind == FallbackKind::kBackupQueue) fallback.queue = AnyQueue();
  return fallback;
}

CommandBody People::Call() {
  const ItemPicture* active = Any({ItemState::kActive});
  if (active != nullptr && active->channel == Channel::kCallback && dice_.Chance(70)) {
    return MissCustomer{*active->agent, active->id};
  }
  if (dice_.Chance(30)) return Pause();
  const ItemPicture* item = Any({ItemState::kWaiting, ItemState::kWaitingForHours});
  if (item == nullptr) return Arrive();
  PromiseCallback promise{item->id, {}, {}};
  if (dice_.Chance(40)) promise.not_before = model_.now + Duration::Seconds(dice_.Between(1, 600));
  if (dice_.Chance(40)) promise.spread_over = Duration::Minutes(dice_.Between(5, 90));
  return promise;
}

// Not now; go on.
CommandBody People::Pause() {
  const ItemPicture* scheduled = Any({ItemState::kScheduled});
  if (scheduled != nullptr && dice_.Chance(50)) return ResumeItem{scheduled->id};
  const ItemPicture* item = Any({ItemState::kWaiting, ItemState::kWaitingForHours});
  if (item == nullptr) return Arrive();
  PauseItem pause{item->id, std::nullopt};
  if (dice_.Chance(50)) pause.until = model_.now + Duration::Seconds(dice_.Between(0, 3000));
  return pause;
}

CommandBody People::Steps() {
  const QueueId queue = AnyQueue();
  if (model_.queues.at(queue).opened_step && dice_.Chance(50)) return CloseStep{queue};
  return OpenStep{queue, static_cast<uint8_t>(dice_.Chance(80) ? 1 : dice_.Below(5))};
}

CommandBody People::Surge() {
  const ItemPicture* item = Any({ItemState::kWaiting, ItemState::kOffered, ItemState::kScheduled});
  const uint32_t throw_of_100 = dice_.Below(100);
  if (throw_of_100 < 20) return Steps();
  if (throw_of_100 < 40) {
    const QueueId queue = AnyQueue();
    return SetSurge{queue, !model_.queues.at(queue).surge};
  }
  if (throw_of_100 < 60 && model_.notices.size() < 5) {
    GiveNotice give{{std::nullopt, dice_.Chance(50) ? "snow" : "", "We know.", std::nullopt}};
    if (dice_.Chance(50))
      give.content.until = model_.now + Duration::Seconds(dice_.Between(1, 600));
    return give;
  }
  if (model_.notices.empty()) return Arrive();
  const NoticeId notice = PickKey(dice_, model_.notices);
  if (item == nullptr || throw_of_100 < 70) return WithdrawNotice{notice};
  return InformItem{item->id, notice};
}

CommandBody People::Answer() {
  const ItemPicture* item = Any({ItemState::kOffered});
  if (item == nullptr) return Arrive();
  if (dice_.Chance(80)) return AcceptOffer{*item->agent, item->offer};
  return DeclineOffer{*item->agent, item->offer};
}

std::vector<std::string> People::Codes(const ItemPicture& item) {
  const QueueConfig& queue = model_.queues.at(item.queue).config;
  if (queue.wrap_up.mode != WrapUpMode::kMandatory && dice_.Chance(50)) return {};
  return {dice_.Pick(queue.reason_codes)};
}

CommandBody People::Transfer(const ItemPicture& item) {
  TransferAssignment transfer{*item.agent, item.id, {}, {}};
  if (dice_.Chance(15)) {
    transfer.to_partner = PickKey(dice_, model_.partners);
  } else if (dice_.Chance(60)) {
    transfer.to_queue = AnyQueue();
  } else {
    transfer.to_agent = AnyAgent();
  }
  return transfer;
}

CommandBody People::Work() {
  const ItemPicture* item = Any({ItemState::kActive, ItemState::kHeld, ItemState::kWrapping,
                                 ItemState::kParked, ItemState::kAwaitingCustomer});
  if (item == nullptr) return Answer();
  if (item->state == ItemState::kAwaitingCustomer && dice_.Chance(70)) {
    return WakeItem{item->id};
  }
  const AgentId agent = *item->agent;
  const uint32_t throw_of_100 = dice_.Below(100);
  const bool rests = item->state == ItemState::kHeld || item->state == ItemState::kAwaitingCustomer;
  if (rests && throw_of_100 < 60) return RetrieveItem{agent, item->id};
  if (throw_of_100 < 45) return CompleteItem{agent, item->id, Codes(*item)};
  if (throw_of_100 < 65) return WrapUpItem{agent, item->id};
  if (throw_of_100 < 80) return HoldItem{agent, item->id};
  if (throw_of_100 < 92) return Transfer(*item);
  if (throw_of_100 < 95) return MissAgent{agent, item->id};
  return ReturnItem{agent, item->id};
}

CommandBody People::PresenceChange() {
  const AgentId id = AnyAgent();
  const AgentPicture& agent = model_.agents.at(id);
  if (agent.presence == Presence::kOffline) return SignIn{id, false};
  const bool wants_in =
      agent.presence != Presence::kAvailable || agent.not_responding || agent.queued.has_value();
  if (wants_in && dice_.Chance(85)) return SetPresence{id, Presence::kAvailable, ""};
  if (dice_.Chance(60))
    return SetPresence{id, Presence::kAway, dice_.Chance(50) ? "break" : "meal"};
  if (dice_.Chance(20)) return SignIn{id, true};
  if (dice_.Chance(50)) return SetPresence{id, Presence::kAvailable, ""};
  return SignOut{id};
}

CommandBody People::Lease() {
  const AgentId id = AnyAgent();
  if (model_.agents.at(id).work_kept_until) return RestoreLease{id};
  return LoseLease{id};
}

CommandBody People::Leave() {
  const ItemPicture* item = Any({ItemState::kWaiting, ItemState::kWaitingForHours,
                                 ItemState::kOffered, ItemState::kScheduled});
  if (item == nullptr) return Work();
  if (dice_.Chance(70)) return AbandonItem{item->id};
  return CancelItem{item->id};
}

CommandBody People::Update() {
  const ItemPicture* item =
      Any({ItemState::kWaiting, ItemState::kWaitingForHours, ItemState::kScheduled});
  if (item == nullptr) return Arrive();
  if (dice_.Chance(25)) return TellWait();
  UpdateItem update{item->id, {}, {}, {}};
  if (dice_.Chance(50)) update.band = static_cast<uint8_t>(dice_.Below(10));
  if (dice_.Chance(40)) update.head_start = Duration::Seconds(dice_.Between(0, 300));
  if (dice_.Chance(30)) update.requirement = RandomRequirement(dice_, model_);
  return update;
}

// Sometimes a second time, or with figures that are none.
CommandBody People::TellWait() {
  const ItemPicture* item = Any({ItemState::kWaiting, ItemState::kWaitingForHours});
  if (item == nullptr) return Arrive();
  const Duration p50 = Duration::Seconds(dice_.Between(-5, 300));
  return PromiseWait{item->id, {p50, p50 + Duration::Seconds(dice_.Between(-5, 300))}};
}

CommandBody People::MoveItem() {
  const ItemPicture* item =
      Any({ItemState::kWaiting, ItemState::kWaitingForHours, ItemState::kOffered,
           ItemState::kActive, ItemState::kHeld, ItemState::kParked, ItemState::kAwaitingCustomer});
  if (item == nullptr) return Arrive();
  TransferItem transfer{item->id, {}, {}};
  if (dice_.Chance(15)) {
    transfer.to_partner = PickKey(dice_, model_.partners);
  } else if (dice_.Chance(60)) {
    transfer.to_queue = AnyQueue();
  } else {
    transfer.to_agent = AnyAgent();
  }
  return transfer;
}

CommandBody People::Supervise() {
  const uint32_t kind = dice_.Below(4);
  if (kind == 0) {
    const AgentId agent = AnyAgent();
    if (dice_.Chance(25)) return ForcePresence{agent, Presence::kOffline, ""};
    if (dice_.Chance(50)) return ForcePresence{agent, Presence::kAway, "break"};
    return ForcePresence{agent, Presence::kAvailable, ""};
  }
  if (kind == 1) {
    const ItemPicture* item = Any({ItemState::kOffered, ItemState::kActive, ItemState::kHeld,
                                   ItemState::kParked, ItemState::kWrapping});
    if (item != nullptr) return PullBack{item->id};
  }
  const ItemPicture* item =
      Any({ItemState::kWaiting, ItemState::kWaitingForHours, ItemState::kOffered});
  if (item == nullptr) return Arrive();
  return ForceAssign{item->id, AnyAgent()};
}

CommandBody People::Ask(const ItemPicture& item) {
  StartConsult ask{*item.agent, item.id, {}, {}};
  if (dice_.Chance(60)) {
    ask.to_queue = AnyQueue();
  } else {
    ask.to_agent = AnyAgent();
  }
  return ask;
}

// Colleagues are asked, and what they are asked about is handed over, or not; conversations rest
// and wake up.
CommandBody People::Talk() {
  if (dice_.Chance(35)) {
    const ItemPicture* aside = Any({ItemState::kAwaitingCustomer});
    if (aside != nullptr) return WakeItem{aside->id};
  }
  std::vector<const ItemPicture*> asked_about;
  for (const auto& [id, item] : model_.living) {
    if (item.consult) asked_about.push_back(&item);
  }
  if (!asked_about.empty() && dice_.Chance(60)) {
    const ItemPicture& item = *dice_.Pick(asked_about);
    const uint32_t kind = dice_.Below(10);
    if (kind < 5) return TransferConsult{*item.agent, item.id};
    if (kind < 8) return MarkConference{*item.agent, item.id, !item.conference};
    return EndConsult{*item.agent, item.id};
  }
  const ItemPicture* item = Any({ItemState::kActive, ItemState::kHeld});
  if (item == nullptr) return Answer();
  const bool writes = item->channel == Channel::kEmail || item->channel == Channel::kMessage;
  if (writes && dice_.Chance(50)) return SetAside{*item->agent, item->id};
  return Ask(*item);
}

// Ids that may be of anything, in any state.
CommandBody People::Nonsense() {
  const AgentId agent(dice_.Below(static_cast<uint32_t>(model_.agents.size()) + 3));
  const ItemId item = ItemOrNone();
  const OfferId offer(dice_.Below(static_cast<uint32_t>(model_.last_offer.value()) + 2));
  switch (dice_.Below(27)) {
    case 0:
      return AcceptOffer{agent, offer};
    case 1:
      return DeclineOffer{agent, offer};
    case 2:
      return HoldItem{agent, item};
    case 3:
      return RetrieveItem{agent, item};
    case 4:
      return WrapUpItem{agent, item};
    case 5:
      return CompleteItem{agent, item, {dice_.Chance(50) ? "solved" : "no such code"}};
    case 6:
      return ReturnItem{agent, item};
    case 7:
      return AbandonItem{item};
    case 8:
      return CancelItem{item};
    case 9:
      return SignIn{agent, dice_.Chance(50)};
    case 10:
      return SetPresence{agent, static_cast<Presence>(dice_.Below(4)), "no such reason"};
    case 11:
      return RestoreLease{agent};
    case 12:
      return PromiseCallback{item, {}, {}};
    case 13:
      return dice_.Chance(50) ? CommandBody(MissCustomer{agent, item})
                              : CommandBody(MissAgent{agent, item});
    case 14:
      return InformItem{item, NoticeId(dice_.Below(4))};
    case 15:
      return TransferItem{item, QueueId(dice_.Below(8)), std::nullopt};
    case 16:
      return ForceAssign{item, agent};
    case 17:
      return PullBack{item};
    case 18:
      return ForcePresence{agent, static_cast<Presence>(dice_.Below(4)), "no such reason"};
    case 19:
      return StartConsult{agent, item, QueueId(dice_.Below(8)), std::nullopt};
    case 20:
      return StartConsult{agent, item, std::nullopt, agent};
    case 21:
      return TransferConsult{agent, item};
    case 22:
      return EndConsult{agent, item};
    case 23:
      return MarkConference{agent, item, dice_.Chance(50)};
    case 24:
      return dice_.Chance(50) ? CommandBody(SetAside{agent, item}) : CommandBody(WakeItem{item});
    case 25:
      return dice_.Chance(50) ? CommandBody(PauseItem{item, {}}) : CommandBody(ResumeItem{item});
    default: {
      CreateItem create;
      create.queue = QueueId(dice_.Below(8));
      create.head_start = Duration::Seconds(dice_.Between(-5, 5));
      create.band = static_cast<uint8_t>(dice_.Below(20));
      return create;
    }
  }
}

}  // namespace

CommandBody NextCommand(Dice& dice, const Model& model, const Habits& habits) {
  People people(dice, model);
  // More than enough came otherwise than by arriving: transfers, consults, what was set aside.
  if (model.living.size() > 2 * habits.crowd) {
    return dice.Chance(50) ? people.Leave() : people.Work();
  }
  const uint32_t arrive = model.living.size() < habits.crowd ? habits.arrive : 0;
  uint32_t throw_of_all =
      dice.Below(arrive + habits.answer + habits.work + habits.presence + habits.lease +
                 habits.leave + habits.update + habits.move + habits.configure + habits.nonsense +
                 habits.call + habits.surge + habits.supervise + habits.talk + habits.rules);
  auto is = [&](uint32_t chance) {
    if (throw_of_all < chance) return true;
    throw_of_all -= chance;
    return false;
  };
  if (is(arrive)) return people.Arrive();
  if (is(habits.answer)) return people.Answer();
  if (is(habits.work)) return people.Work();
  if (is(habits.presence)) return people.PresenceChange();
  if (is(habits.lease)) return people.Lease();
  if (is(habits.leave)) return people.Leave();
  if (is(habits.update)) return people.Update();
  if (is(habits.move)) return people.MoveItem();
  if (is(habits.call)) return people.Call();
  if (is(habits.surge)) return people.Surge();
  if (is(habits.supervise)) return people.Supervise();
  if (is(habits.talk)) return people.Talk();
  if (is(habits.configure)) return RandomReconfiguration(dice, model);
  if (is(habits.rules)) return RandomRules(dice, model);
  return people.Nonsense();
}

}  // namespace wissel::reference
