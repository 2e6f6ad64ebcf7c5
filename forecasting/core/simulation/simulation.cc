#include "forecasting/core/simulation/simulation.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/simulation/agenda.h"
#include "forecasting/core/simulation/contacts.h"
#include "forecasting/core/simulation/customers.h"
#include "router/core/engine.h"

namespace wissel::simulation {
namespace {

using State = Contact::State;

// Nobody asks about what has ended, or who did what.
constexpr EngineOptions kForgetful{
    .ended_items_kept = 64, .requests_kept = 1, .actions_kept = 1, .settlements_kept = 1};

// So long after the end whoever still waits is followed, when only rules can help them.
constexpr Duration kLongest = Duration::Days(1);

}  // namespace

class Simulation::Impl {
 public:
  Impl(const Model& model, uint64_t seed, uint64_t replication)
      : model_(model),
        engine_(kForgetful),
        warm_up_ms_(model.warm_up.millis()),
        end_ms_(model.length().millis()),
        staffed_(model.groups.size()) {
    const int64_t cells = model.batches > 1 ? model.batches : static_cast<int64_t>(model.intervals);
    const int64_t from = model.batches > 1 ? warm_up_ms_ : 0;
    cell_from_ms_ = from;
    cell_ms_ = std::max<int64_t>(1, (end_ms_ - from) / cells);
    Tally empty;
    empty.queues.resize(model.queues.size());
    empty.groups.resize(model.groups.size());
    tallies_.assign(static_cast<size_t>(cells), empty);
    for (size_t q = 0; q < model.queues.size(); ++q) {
      customers_.emplace_back(model, q, seed, replication);
      came_.push_back(0);
    }
  }

  absl::Status Configure() {
    for (const CommandBody& rule : model_.rules) {
      const auto outcome = engine_.Decide({rule, {}, {}}, now(), events_);
      WISSEL_RETURN_IF_ERROR(outcome.status());
    }
    for (const ModelGroup& group : model_.groups) {
      const int most = *std::max_element(group.agents.begin(), group.agents.end());
      std::vector<AgentId>& ids = agents_.emplace_back();
      for (int i = 1; i <= most; ++i) {
        AgentConfig agent = group.agent;
        agent.name = fmt::format("{}-{}", group.name, i);
        const auto outcome =
            engine_.Decide({ConfigureAgent{{}, std::move(agent), {}}, {}, {}}, now(), events_);
        WISSEL_RETURN_IF_ERROR(outcome.status());
        ids.emplace_back(static_cast<uint32_t>(outcome->subject));
        group_of_.resize(outcome->subject + 1);
        group_of_[outcome->subject] = static_cast<uint32_t>(agents_.size() - 1);
      }
    }
    for (const ModelQueue& queue : model_.queues) {
      const QueueConfig* found = engine_.directory().queues.Find(queue.id);
      if (found == nullptr)
        return RefuseField("queues", "a queue is not among the rules", "its id");
      const QueueConfig& config = *found;
      const bool must_wrap_up = config.wrap_up.mode == WrapUpMode::kMandatory ||
                                config.wrap_up.mode == WrapUpMode::kTimed;
      if (must_wrap_up && !queue.wrap_up) {
        return RefuseField(
            "queues", fmt::format("{} has wrap-up, but nothing says how long it takes", queue.name),
            "wrap_up");
      }
      wraps_up_.push_back(config.wrap_up.mode != WrapUpMode::kNone && queue.wrap_up.has_value());
      reasons_.push_back(config.reason_codes.empty()
                             ? std::vector<std::string>()
                             : std::vector<std::string>{config.reason_codes.front()});
    }
    events_.clear();
    return absl::OkStatus();
  }

  void Run() {
    for (size_t i = 0; i < model_.intervals; ++i) {
      agenda_.Plan(static_cast<int64_t>(i) * model_.interval.millis(), Deed::kInterval, i);
    }
    for (size_t q = 0; q < customers_.size(); ++q) PlanArrival(q);
    while (WakeOrDo()) LookAtEvents();
    contacts_.ForEach([&](Contact& contact) { End(contact, &QueueTally::otherwise); });
  }

  const std::vector<Tally>& tallies() const { return tallies_; }
  RunSize size() const { return size_; }

 private:
  Instant now() const { return Instant::FromMillis(now_ms_); }

  // The next thing that is due; false: nothing is, or nothing that anybody waits for.
  bool WakeOrDo() {
    const auto timer = engine_.NextTimer();
    if (timer && (agenda_.empty() || timer->millis() <= agenda_.front().at_ms)) {
      // What is planned of the same moment comes after what the engine does by itself.
      now_ms_ = std::max(now_ms_, timer->millis());
      const bool over = living_ == 0 || now_ms_ > end_ms_ + kLongest.millis();
      if (agenda_.empty() && over) return false;
      engine_.Wake(now(), events_);
      return true;
    }
    if (agenda_.empty()) return false;
    now_ms_ = agenda_.front().at_ms;
    Do(agenda_.Take());
    return true;
  }

  std::optional<uint64_t> Ask(CommandBody body) {
    const auto outcome = engine_.Decide({std::move(body), {}, {}}, now(), events_);
    if (!outcome.ok()) return std::nullopt;
    return outcome->subject;
  }

  void Do(const Due& due) {
    switch (due.deed()) {
      case Deed::kArrive:
        return Arrive(due.subject);
      case Deed::kInterval:
        return BeginInterval(due.subject);
      default:
        break;
    }
    Contact* contact = contacts_.Find(due.subject);
    if (contact == nullptr) return;
    switch (due.deed()) {
      case Deed::kAccept:
        if (contact->state == State::kOffered) {
          Ask(AcceptOffer{AgentId(contact->agent), OfferId(contact->offer)});
        }
        return;
      case Deed::kAbandon:
        if (contact->state == State::kWaiting || contact->state == State::kOffered) {
          Leave(*contact);
        }
        return;
      case Deed::kHandled:
        return Finish(*contact);
      default:
        Complete(*contact);
    }
  }

  void PlanArrival(size_t queue) {
    if (const auto at = customers_[queue].NextArrivalMs()) {
      agenda_.Plan(*at, Deed::kArrive, queue);
    }
  }

  void Arrive(size_t q) {
    PlanArrival(q);
    ++size_.contacts;
    const uint64_t number = came_[q]++;
    QueueTally* tally = TallyOf(now_ms_, q);
    if (tally != nullptr) ++tally->offered;
    if (model_.lines && living_ >= *model_.lines) {
      if (tally != nullptr) ++tally->blocked;
      return;
    }
    const size_t begin = events_.size();
    const auto item = Ask(CreateItem{model_.queues[q].id, {}, {}, {}, {}, "", {}});
    if (!item) {
      if (tally != nullptr) ++tally->refused;
      events_.resize(begin);
      return;
    }
    Contact& contact = contacts_.Add(*item);
    contact.came_ms = now_ms_;
    contact.number = number;
    contact.queue = static_cast<uint32_t>(q);
    contact.state = State::kWaiting;
    ++living_;
    LookAtEvents();
    // Who is answered at once has no time to leave.
    if (contact.state != State::kWaiting && contact.state != State::kOffered) return;
    if (const auto patience = customers_[q].PatienceMs(number)) {
      agenda_.Plan(now_ms_ + *patience, Deed::kAbandon, *item);
    }
  }

  // Until the engine has nothing more to say.
  void LookAtEvents() {
    for (size_t i = 0; i < events_.size(); ++i) {
      const EventBody& body = events_[i].body;
      if (const auto* offer = std::get_if<OfferMade>(&body)) {
        const bool accepted =
            i + 1 < events_.size() && std::holds_alternative<OfferAccepted>(events_[i + 1].body);
        if (!accepted) TakeOffer(*offer);
      } else if (const auto* accept = std::get_if<OfferAccepted>(&body)) {
        Answer(accept->item, accept->agent);
      } else if (const auto* revoked = std::get_if<OfferRevoked>(&body)) {
        WaitAgain(revoked->item);
      } else if (const auto* missed = std::get_if<OfferMissed>(&body)) {
        WaitAgain(missed->item);
      } else if (const auto* completed = std::get_if<ItemCompleted>(&body)) {
        EndHandled(completed->item);  // by itself, when a timed wrap-up is over
      } else if (const auto* expired = std::get_if<ItemExpired>(&body)) {
        EndOtherwise(expired->item);
      }
    }
    size_.events += static_cast<int64_t>(events_.size());
    events_.clear();
  }

  void TakeOffer(const OfferMade& offer) {
    Contact* contact = contacts_.Find(offer.item.value());
    if (contact == nullptr) return;
    contact->state = State::kOffered;
    contact->agent = offer.agent.value();
    contact->offer = offer.offer.value();
    agenda_.Plan(now_ms_ + model_.accept_after.millis(), Deed::kAccept, contact->id);
  }

  void WaitAgain(ItemId item) {
    Contact* contact = contacts_.Find(item.value());
    if (contact != nullptr && contact->state == State::kOffered) contact->state = State::kWaiting;
  }

  void Answer(ItemId item, AgentId agent) {
    Contact* contact = contacts_.Find(item.value());
    if (contact == nullptr) return;
    contact->state = State::kHandled;
    contact->agent = agent.value();
    contact->answered_ms = now_ms_;
    const size_t q = contact->queue;
    if (QueueTally* tally = TallyOf(contact->came_ms, q)) {
      const int64_t wait = now_ms_ - contact->came_ms;
      ++tally->answered;
      tally->delayed += wait > 0;
      tally->in_time += static_cast<double>(wait) <= model_.queues[q].threshold_s * 1000;
      tally->answered_wait_ms += wait;
    }
    agenda_.Plan(now_ms_ + customers_[q].HandleMs(contact->number, contact->came_ms),
                 Deed::kHandled, contact->id);
  }

  void Finish(Contact& contact) {
    if (!wraps_up_[contact.queue]) return Complete(contact);
    contact.state = State::kWrapUp;
    Ask(WrapUpItem{AgentId(contact.agent), ItemId(contact.id)});
    const int64_t wrap_ms = customers_[contact.queue].WrapUpMs(contact.number, contact.came_ms);
    agenda_.Plan(now_ms_ + wrap_ms, Deed::kWrappedUp, contact.id);
  }

  // The event that follows ends the contact.
  void Complete(const Contact& contact) {
    Ask(CompleteItem{AgentId(contact.agent), ItemId(contact.id), reasons_[contact.queue]});
  }

  void EndHandled(ItemId item) {
    Contact* contact = contacts_.Find(item.value());
    if (contact == nullptr) return;
    const int64_t from = std::max(contact->answered_ms, warm_up_ms_);
    const int64_t to = std::min(now_ms_, end_ms_);
    if (to > from) {
      const uint32_t group = group_of_[contact->agent];
      tallies_[CellOf(from)].groups[group].busy_ms += to - from;
    }
    if (QueueTally* tally = TallyOf(contact->came_ms, contact->queue)) {
      tally->handled_ms += now_ms_ - contact->answered_ms;
    }
    contact->state = State::kEnded;
    --living_;
  }

  void Leave(Contact& contact) {
    if (!Ask(AbandonItem{ItemId(contact.id)})) return;
    const int64_t wait = now_ms_ - contact.came_ms;
    if (QueueTally* tally = TallyOf(contact.came_ms, contact.queue)) {
      const ModelQueue& queue = model_.queues[contact.queue];
      const auto within = [&](double s) { return static_cast<double>(wait) <= s * 1000; };
      tally->abandoned_in_time += within(queue.threshold_s);
      tally->short_abandoned += within(queue.short_s);
      tally->abandoned_wait_ms += wait;
    }
    End(contact, &QueueTally::abandoned);
  }

  void EndOtherwise(ItemId item) {
    if (Contact* contact = contacts_.Find(item.value())) End(*contact, &QueueTally::otherwise);
  }

  void End(Contact& contact, int64_t QueueTally::*how) {
    const bool answered = contact.state == State::kHandled || contact.state == State::kWrapUp;
    if (QueueTally* tally = TallyOf(contact.came_ms, contact.queue); tally && !answered) {
      ++(tally->*how);
    }
    contact.state = State::kEnded;
    --living_;
  }

  void BeginInterval(size_t interval) {
    for (size_t g = 0; g < model_.groups.size(); ++g) {
      const int wanted = model_.groups[g].agents[interval];
      for (; staffed_[g] < wanted; ++staffed_[g])
        Come(agents_[g][static_cast<size_t>(staffed_[g])]);
      for (; staffed_[g] > wanted; --staffed_[g]) {
        Ask(SignOut{agents_[g][static_cast<size_t>(staffed_[g] - 1)]});
      }
      AddStaffed(g, wanted, interval);
    }
  }

  void Come(AgentId agent) {
    // Who was to leave after the work at hand is still signed in.
    if (!engine_.FindAgent(agent)->signed_in()) Ask(SignIn{agent, false});
    Ask(SetPresence{agent, Presence::kAvailable, ""});
  }

  void AddStaffed(size_t group, int agents, size_t interval) {
    const int64_t length = model_.interval.millis();
    int64_t from = std::max(static_cast<int64_t>(interval) * length, warm_up_ms_);
    const int64_t to = static_cast<int64_t>(interval + 1) * length;
    while (from < to) {
      const size_t cell = CellOf(from);
      const int64_t end = cell + 1 == tallies_.size()
                              ? to
                              : cell_from_ms_ + static_cast<int64_t>(cell + 1) * cell_ms_;
      tallies_[cell].groups[group].staffed_ms += agents * (std::min(end, to) - from);
      from = std::min(end, to);
    }
  }

  size_t CellOf(int64_t at_ms) const {
    const int64_t cell = std::max<int64_t>(0, at_ms - cell_from_ms_) / cell_ms_;
    return std::min(static_cast<size_t>(cell), tallies_.size() - 1);
  }
  // Null for who came in the warm-up.
  QueueTally* TallyOf(int64_t came_ms, size_t queue) {
    if (came_ms < warm_up_ms_) return nullptr;
    return &tallies_[CellOf(came_ms)].queues[queue];
  }

  const Model& model_;
  Engine engine_;
  const int64_t warm_up_ms_, end_ms_;
  int64_t cell_from_ms_ = 0, cell_ms_ = 1;
  int64_t now_ms_ = 0;
  int64_t living_ = 0;
  std::vector<Event> events_;
  Agenda agenda_;
  Contacts contacts_;
  std::vector<Customers> customers_;
  std::vector<uint64_t> came_;
  std::vector<char> wraps_up_;
  std::vector<std::vector<std::string>> reasons_;
  std::vector<std::vector<AgentId>> agents_;  // by group
  std::vector<uint32_t> group_of_;            // by agent
  std::vector<int> staffed_;
  std::vector<Tally> tallies_;
  RunSize size_;
};

absl::StatusOr<Simulation> Simulation::Start(const Model& model, uint64_t seed,
                                             uint64_t replication) {
  WISSEL_RETURN_IF_ERROR(CheckModel(model));
  auto impl = std::make_unique<Impl>(model, seed, replication);
  WISSEL_RETURN_IF_ERROR(impl->Configure());
  return Simulation(std::move(impl));
}

Simulation::Simulation(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Simulation::~Simulation() = default;
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;

void Simulation::Run() { impl_->Run(); }
const std::vector<Tally>& Simulation::tallies() const { return impl_->tallies(); }
RunSize Simulation::size() const { return impl_->size(); }

Tally Simulation::Total() const {
  Tally total;
  for (const Tally& tally : impl_->tallies()) total += tally;
  return total;
}

}  // namespace wissel::simulation
