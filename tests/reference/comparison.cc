#include "tests/reference/comparison.h"

#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "tests/reference/reference_router.h"

namespace wissel::reference {
namespace {

class Comparison {
 public:
  Comparison(const Engine& engine, const Model& model, std::vector<std::string>& faults)
      : engine_(engine), model_(model), router_(model), faults_(faults) {}

  void Run() {
    Items();
    for (const auto& [id, agent] : model_.agents) Agent(agent);
    for (const auto& [id, queue] : model_.queues) Queue(id, queue);
    if (engine_.directory().agents.size() != model_.agents.size()) Fault("number of agents");
    if (engine_.directory().queues.size() != model_.queues.size()) Fault("number of queues");
    if (engine_.directory().revision != model_.revision) {
      Fault("revision {}, not {}", engine_.directory().revision, model_.revision);
    }
  }

 private:
  template <class... Args>
  void Fault(fmt::format_string<Args...> format, Args&&... args) {
    faults_.push_back("engine and model: " + fmt::format(format, std::forward<Args>(args)...));
  }

  void Items() {
    size_t seen = 0;
    engine_.ForEachLivingItem(ItemId(1), [&](const wissel::Item& item) {
      ++seen;
      auto picture = model_.living.find(item.id);
      if (picture == model_.living.end()) {
        Fault("item {} lives in the engine only", item.id.value());
      } else {
        Item(item, picture->second);
      }
      return true;
    });
    if (seen != model_.living.size()) {
      Fault("{} living items, {} in the model", seen, model_.living.size());
    }
  }

  void Item(const wissel::Item& item, const ItemPicture& picture) {
    const uint64_t id = item.id.value();
    auto same = [&](bool equal, const char* what) {
      if (!equal) Fault("item {}: {}", id, what);
    };
    same(item.state == picture.state, "state");
    same(item.queue == picture.queue, "queue");
    same(item.requirement == picture.requirement, "requirement");
    same(item.channel == picture.channel, "channel");
    same(item.band == picture.band, "band");
    same(item.step == picture.step, "step");
    same(item.entered == picture.entered, "entered");
    same(item.due == picture.due, "due");
    same(item.queued_since == picture.queued_since, "queued since");
    same(item.shown == picture.shown, "shown");
    same(item.hops == picture.hops, "hops");
    same(item.not_before == picture.not_before, "not before");
    same(item.not_after == picture.not_after, "not after");
    same(item.attempts == picture.attempts, "attempts");
    same(item.keep == picture.keep, "keep");
    same(item.stay == picture.stay, "stay");
    same(item.fallback == picture.fallback, "fallback");
    const auto consult = item.consult ? std::optional(item.consult->item) : std::nullopt;
    same(consult == picture.consult, "consult");
    same((item.consult && item.consult->conference) == picture.conference, "conference");
    const auto about = item.question ? std::optional(item.question->item) : std::nullopt;
    same(about == picture.about, "what it is about");
    same(item.awaited_until == picture.awaited_until, "awaited until");
    same(item.promise == picture.promise, "promise");
    same(item.agent() == picture.agent.value_or(AgentId()), "agent");
    same(item.wrap_until == picture.wrap_until, "end of wrap-up");
    if (picture.agent) same(item.units == picture.units, "units");
    if (picture.state == ItemState::kOffered) {
      same(item.decision && item.decision->offer == picture.offer, "offer");
      same(engine_.FindOffered(*picture.agent, picture.offer) != nullptr, "open offer");
    }
    same(item.refusals.size() == picture.refusals.size(), "number of refusals");
    for (const Refusal& refusal : item.refusals) {
      auto expected = picture.refusals.find(refusal.agent);
      same(expected != picture.refusals.end() && expected->second == refusal, "refusals");
    }
  }

  void Agent(const AgentPicture& picture) {
    const uint32_t id = picture.id.value();
    const AgentState* state = engine_.FindAgent(picture.id);
    if (state == nullptr) return Fault("agent {} is unknown to the engine", id);
    auto same = [&](bool equal, const char* what) {
      if (!equal) Fault("agent {}: {}", id, what);
    };
    same(state->presence == picture.presence, "presence");
    same(state->away_reason == picture.away_reason, "away reason");
    same(state->not_responding == picture.not_responding, "not responding");
    same(state->queued == picture.queued, "queued presence");
    same(state->work_kept_until == picture.work_kept_until, "lease");
    same(state->given == picture.given, "given by weight");
    if (state->signed_in()) same(state->idle_since == picture.idle_since, "idle clock");
    std::set<ItemId> work(state->work.begin(), state->work.end());
    const auto expected = model_.WorkOf(picture.id);
    same(work.size() == expected.size() && state->work.size() == expected.size(), "work");
    for (const ItemPicture* item : expected) same(work.contains(item->id), "work");
    const Holding holding = model_.HoldingOf(picture.id);
    same(state->load.units() == holding.units(), "units");
    for (Channel channel : kChannels) {
      same(state->load.items[IndexOf(channel)] == holding.items[IndexOf(channel)], "items");
      same(engine_.RoomOf(picture.id).Has(channel) ==
               (picture.open_for_work() && router_.HasRoom(picture, channel)),
           "room");
    }
  }

  void Queue(QueueId id, const QueuePicture& queue) {
    if (engine_.ShareCreditPermille(id) != queue.share_credit)
      Fault("queue {}: credit", id.value());
    const std::optional<uint8_t> opened = engine_.OpenedStep(id);
    if (opened.has_value() != queue.opened_step.has_value() ||
        (opened && int{*opened} != *queue.opened_step)) {
      Fault("queue {}: opened step", id.value());
    }
    Partners(id, queue);
    if (engine_.IsOpen(id) != queue.open) Fault("queue {}: open", id.value());
    std::vector<const ItemPicture*> waiting;
    for (const auto& [item_id, item] : model_.living) {
      if (item.queue == id && item.state == ItemState::kWaiting) waiting.push_back(&item);
    }
    std::sort(waiting.begin(), waiting.end(),
              [](const ItemPicture* a, const ItemPicture* b) { return a->order() < b->order(); });
    std::vector<ItemId> ids;
    for (const ItemPicture* item : waiting) ids.push_back(item->id);
    if (engine_.WaitingInOrder(id, ids.size() + 1) != ids) Fault("queue {}: line", id.value());
    if (engine_.WaitingCount(id) != ids.size()) Fault("queue {}: length", id.value());
    Staffing(id, queue);
  }

  void Partners(QueueId id, const QueuePicture& queue) {
    const PartnerBook& book = engine_.PartnersOf(id);
    bool same = book.accounts().size() == queue.partners.size() && book.from() == queue.interval;
    for (size_t i = 0; same && i < queue.partners.size(); ++i) {
      const PartnerAccount& account = book.accounts()[i];
      const PartnerPicture& partner = queue.partners[i];
      same = account.partner == partner.partner && account.credit == partner.credit &&
             static_cast<int>(account.taken) == partner.taken &&
             static_cast<int>(account.taken_in_time) == partner.in_time;
    }
    if (!same) Fault("queue {}: accounts of partners", id.value());
  }

  void Staffing(QueueId id, const QueuePicture& queue) {
    const Requirement& requirement = model_.requirements.at(queue.config.requirement);
    const int last = static_cast<int>(requirement.steps.size()) - 1;
    int64_t signed_in = 0;
    int64_t free = 0;
    for (const auto& [agent_id, agent] : model_.agents) {
      if (!agent.here() || !router_.Takes(agent, queue.config.channel)) continue;
      if (!FitOf(requirement, last, agent.config, model_)) continue;
      ++signed_in;
      free += agent.open_for_work() && router_.HasRoom(agent, queue.config.channel);
    }
    const wissel::Staffing staffing = engine_.StaffingOf(id);
    if (staffing.signed_in != signed_in || staffing.free != free) {
      Fault("queue {}: staffing {} of {}, not {} of {}", id.value(), staffing.free,
            staffing.signed_in, free, signed_in);
    }
  }

  const Engine& engine_;
  const Model& model_;
  ReferenceRouter router_;
  std::vector<std::string>& faults_;
};

}  // namespace

void CompareWithModel(const Engine& engine, const Model& model, std::vector<std::string>& faults) {
  Comparison(engine, model, faults).Run();
}

}  // namespace wissel::reference
