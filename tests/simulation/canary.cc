#include "tests/simulation/canary.h"

#include <algorithm>
#include <utility>

namespace wissel::simulation {
namespace {

using reference::Subject;

template <class Kind>
const Kind* Last(const std::vector<Event>& events) {
  return events.empty() ? nullptr : std::get_if<Kind>(&events.back().body);
}

class Canary : public Subject {
 public:
  Canary(PlantedFault fault, int chance)
      : Subject(SmallOptions()), fault_(fault), chances_left_(chance) {}

  absl::StatusOr<Outcome> Decide(const Command& command, Instant now,
                                 std::vector<Event>& events) override {
    SavedState before = engine_.Save();
    auto outcome = engine_.Decide(command, now, events);
    Spoil(std::move(before), events);
    return outcome;
  }

  void Wake(Instant now, std::vector<Event>& events) override {
    SavedState before = engine_.Save();
    engine_.Wake(now, events);
    Spoil(std::move(before), events);
  }

  std::optional<Instant> NextTimer() const override {
    auto next = engine_.NextTimer();
    if (fault_ == PlantedFault::kWakesLate && next) next = *next + Duration::Seconds(7);
    return next;
  }

  SavedState Save() const override {
    SavedState saved = engine_.Save();
    if (fault_ == PlantedFault::kSavesNoRefusals) {
      for (Item& item : saved.items) item.refusals.clear();
    }
    return saved;
  }

  void Recover(SavedState saved, const std::vector<Event>& events) override {
    std::vector<Event> some = events;
    if (fault_ == PlantedFault::kRecoversTooLittle && !some.empty()) some.pop_back();
    Subject::Recover(std::move(saved), some);
  }

 private:
  bool Chance() { return --chances_left_ == 0; }

  void Spoil(SavedState before, std::vector<Event>& events) {
    std::vector<Event> spoiled = events;
    if (Decides(spoiled)) {
      engine_ = Engine::Restore(std::move(before), options_);
      for (const Event& event : spoiled) engine_.Record(event);
      events = std::move(spoiled);
    } else {
      Misreports(events);
    }
  }

  // Wrong decisions, by which the engine then stands.
  bool Decides(std::vector<Event>& events) {
    switch (fault_) {
      case PlantedFault::kSkipsAMatch:
        return DropLast<OfferMade>(events);
      case PlantedFault::kForgetsAKeep:
        return DropLast<ItemKept>(events);
      case PlantedFault::kParksNothing:
        return DropLast<ItemParked>(events);
      case PlantedFault::kStaysOnAStep:
        return DropLast<StepReached>(events);
      case PlantedFault::kTakesALaterItem:
        return TakeLaterItem(events);
      case PlantedFault::kTakesAnotherAgent:
        return TakeAnotherAgent(events);
      case PlantedFault::kPromisesLater:
        return PromiseLater(events);
      default:
        return false;
    }
  }

  // What is told differs from what was done.
  void Misreports(std::vector<Event>& events) {
    for (Event& event : events) {
      auto* refused = std::get_if<OfferDeclined>(&event.body);
      auto* signed_in = std::get_if<AgentSignedIn>(&event.body);
      if (fault_ == PlantedFault::kChangesARefusal && refused != nullptr && Chance()) {
        event.body =
            OfferRevoked{refused->offer, refused->item, refused->agent, RevokeCause::kItemMoved};
      }
      if (fault_ == PlantedFault::kJournalsAnotherSession && signed_in && Chance()) {
        signed_in->session += 1'000'000;
      }
    }
    if (fault_ == PlantedFault::kSetsTheClockBack && !events.empty() && Chance()) {
      events.back().at = events.back().at - Duration::Minutes(1);
    }
    if (fault_ == PlantedFault::kLosesAnItem && Last<ItemEntered>(events) && Chance()) {
      events.clear();
    }
    const OfferMade* offer = Last<OfferMade>(events);
    if (fault_ == PlantedFault::kOffersTwice && offer != nullptr && Chance()) {
      OfferMade twice = *offer;
      twice.offer = OfferId(offer->offer.value() + 1);
      events.push_back(Event{events.back().at, twice});
    }
  }

  template <class Kind>
  bool DropLast(std::vector<Event>& events) {
    if (Last<Kind>(events) == nullptr || !Chance()) return false;
    events.pop_back();
    return true;
  }

  bool TakeLaterItem(std::vector<Event>& events) {
    const OfferMade* offer = Last<OfferMade>(events);
    if (offer == nullptr) return false;
    const Item* right = engine_.FindItem(offer->item);
    for (ItemId id : engine_.WaitingInOrder(right->queue, 20)) {
      const Item* wrong = engine_.FindItem(id);
      const bool alike = wrong->requirement == right->requirement && wrong->step == right->step &&
                         wrong->channel == right->channel && !wrong->keep && !right->keep &&
                         wrong->refusals.empty() && OrderOf(*right) < OrderOf(*wrong);
      if (!alike || !Chance()) continue;
      std::get<OfferMade>(events.back().body).item = id;
      return true;
    }
    return false;
  }

  bool TakeAnotherAgent(std::vector<Event>& events) {
    const OfferMade* offer = Last<OfferMade>(events);
    if (offer == nullptr) return false;
    const AgentId right = offer->agent;
    const Channel channel = engine_.FindItem(offer->item)->channel;
    std::optional<AgentId> other;
    engine_.directory().agents.ForEach([&](AgentId agent, const AgentConfig&) {
      if (agent != right && engine_.RoomOf(agent).Has(channel)) other = agent;
    });
    if (!other || !Chance()) return false;
    std::get<OfferMade>(events.back().body).agent = *other;
    return true;
  }

  bool PromiseLater(std::vector<Event>& events) {
    if (Last<ItemEntered>(events) == nullptr || !Chance()) return false;
    auto& entered = std::get<ItemEntered>(events.back().body);
    entered.due = entered.due + Duration::Seconds(1);
    return true;
  }

  PlantedFault fault_;
  int chances_left_;
};

}  // namespace

std::string_view NameOf(PlantedFault fault) {
  static constexpr std::string_view kNames[] = {"None",
                                                "SkipsAMatch",
                                                "TakesALaterItem",
                                                "TakesAnotherAgent",
                                                "PromisesLater",
                                                "ForgetsAKeep",
                                                "ParksNothing",
                                                "StaysOnAStep",
                                                "LosesAnItem",
                                                "OffersTwice",
                                                "SetsTheClockBack",
                                                "WakesLate",
                                                "ChangesARefusal",
                                                "JournalsAnotherSession",
                                                "SavesNoRefusals",
                                                "RecoversTooLittle"};
  return kNames[static_cast<size_t>(fault)];
}

std::shared_ptr<Subject> MakeCanary(PlantedFault fault, int chance) {
  return std::make_shared<Canary>(fault, chance);
}

}  // namespace wissel::simulation
