#include "tests/simulation/small_scope.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "fmt/format.h"
#include "tests/reference/inspector.h"
#include "tests/simulation/simulation.h"

namespace wissel::simulation {
namespace {

using reference::Inspector;
using reference::Model;
using reference::Subject;

constexpr int kItems = 3;
constexpr Duration kAway = Duration::Hours(1);

// What can happen; a command, or time that passes until something is due, or a process that is
// away.
struct Happening {
  enum class Kind { kCommand, kUntilTheNextTimer, kCrashAndAnHour };
  Kind kind = Kind::kCommand;
  std::string name;
  CommandBody command;
};

struct Node {
  SavedState saved;
  Model model;
  size_t parent = 0;
  std::string by;
};

// The state without what decisions cannot depend on.
class Canonical {
 public:
  explicit Canonical(const Engine& engine) : engine_(engine), now_(engine.now()) {
    for (uint64_t id = 1; id <= kItems; ++id) AddItem(ItemId(id));
    engine.directory().agents.ForEach([this](AgentId id, const AgentConfig&) { AddAgent(id); });
  }
  const std::string& text() const { return text_; }

 private:
  void Number(int64_t number) { text_ += fmt::format("{},", number); }
  // Deadlines that have passed are one as good as another.
  void Until(const std::optional<Instant>& until) {
    Number(until ? std::max<int64_t>(0, (*until - now_).millis()) : -1);
  }

  void AddItem(ItemId id) {
    text_ += ';';
    const Item* item = engine_.FindItem(id);
    if (item == nullptr) return Number(engine_.WasItem(id) ? 1 : 0);
    if (IsEnded(item->state)) return Number(1);
    Number(static_cast<int>(item->state) + 10);
    Number(item->agent().value());
    Number(item->step);
    Number(item->next_preference);
    const Item* first = FirstLiving();
    Number((item->due - first->due).millis());
    const Requirement& requirement = *engine_.FindRequirement(item->requirement);
    const bool steps_on =
        item->state == ItemState::kWaiting && item->step + 1u < requirement.steps.size();
    Until(steps_on ? std::optional(item->step_since + requirement.steps[item->step].expires_after)
                   : std::nullopt);
    Until(item->state == ItemState::kOffered ? std::optional(item->decision->deadline)
                                             : std::nullopt);
    Until(item->wrap_until);
    Number(item->keep ? item->keep->agent.value() : 0);
    Number(item->keep ? item->keep->preference : 0);
    Until(item->keep ? item->keep->until : std::nullopt);
    Number(item->accepted ? (*item->accepted - first->entered).millis() : -1);
    const int32_t most = engine_.directory().queues.Get(item->queue).max_declines;
    for (const Refusal& refusal : item->refusals) {
      Number(refusal.agent.value());
      Number(std::min(refusal.count, most));
      Until(refusal.retry_at);
    }
  }

  void AddAgent(AgentId id) {
    text_ += '|';
    const AgentState& agent = *engine_.FindAgent(id);
    Number(static_cast<int>(agent.presence));
    Number(agent.not_responding);
    Number(agent.queued ? static_cast<int>(agent.queued->presence) : -1);
    Until(agent.work_kept_until);
    for (ItemId item : agent.work) Number(static_cast<int64_t>(item.value()));
    // Idle clocks are compared with each other only.
    int64_t longer = 0;
    int64_t as_long = 0;
    engine_.directory().agents.ForEach([&](AgentId other, const AgentConfig&) {
      const Instant since = engine_.FindAgent(other)->idle_since;
      longer += since < agent.idle_since;
      as_long += since == agent.idle_since;
    });
    text_ += fmt::format("i{},{}", longer, as_long);
  }

  const Item* FirstLiving() const {
    for (uint64_t id = 1; id <= kItems; ++id) {
      const Item* item = engine_.FindItem(ItemId(id));
      if (item != nullptr && !IsEnded(item->state)) return item;
    }
    return nullptr;
  }

  const Engine& engine_;
  const Instant now_;
  std::string text_;
};

class Explorer {
 public:
  explicit Explorer(const SmallScope& scope) : scope_(scope) {}

  Exploration Run() {
    {
      Subject subject{SmallOptions()};
      Inspector inspector(subject);
      SetUp(inspector);
      if (!Accepts(inspector, subject, 0, "the center is set up")) return std::move(result_);
    }
    std::vector<size_t> last = {0};
    for (int depth = 0; depth < scope_.depth && !last.empty(); ++depth) {
      std::vector<size_t> next;
      for (size_t node : last) {
        if (!Expand(node, next)) return std::move(result_);
        nodes_[node].saved = SavedState();  // only the path is needed from now on
        nodes_[node].model = Model();
      }
      last = std::move(next);
    }
    result_.complete = last.empty();
    result_.states = nodes_.size();
    return std::move(result_);
  }

 private:
  static void Must(Inspector& inspector, CommandBody body) {
    const auto outcome = inspector.Decide({std::move(body), {}}, kMorning);
    if (!outcome.ok()) inspector.Fault("the set-up is refused: " + outcome.status().ToString());
  }

  void SetUp(Inspector& inspector) {
    CenterConfig center;
    center.display_name = "Small";
    center.away_reasons = {"break"};
    center.reconnect_grace = Duration::Seconds(60);
    Must(inspector, ConfigureCenter{center});
    Must(inspector, ConfigureSkill{{}, NamedConfig{"french", ""}, {}});
    Must(inspector, ConfigureSkill{{}, NamedConfig{"dutch", ""}, {}});
    RoutingProfile profile;
    profile.name = "blended";
    ChannelCapacity voice;
    voice.channel = Channel::kVoice;
    ChannelCapacity email;
    email.channel = Channel::kEmail;
    ChannelSet calls;
    calls.Add(Channel::kVoice);
    email.interrupted_by = calls.bits();
    profile.channels = {voice, email};
    Must(inspector, ConfigureProfile{{}, profile, {}});
    // Calls ask for French and are wrapped up; mails for Dutch, after a while for nobody in
    // particular.
    ConfigureQueue phone;
    phone.config.name = "phone";
    phone.config.max_declines = 2;
    phone.config.decline_gap = Duration::Seconds(30);
    phone.config.wrap_up = {WrapUpMode::kTimed, Duration::Seconds(20), true};
    phone.requirement.steps = {RequirementStep{{SkillNeed{SkillId(1), 1, false, 1}}, {}, {}}};
    Must(inspector, phone);
    ConfigureQueue mail;
    mail.config.name = "mail";
    mail.config.channel = Channel::kEmail;
    mail.config.answer_within = Duration::Minutes(10);
    mail.config.max_declines = 2;
    mail.config.decline_gap = Duration::Seconds(30);
    RequirementStep dutch{{SkillNeed{SkillId(2), 1, false, 1}}, {}, Duration::Seconds(60)};
    mail.requirement.steps = {dutch, RequirementStep{}};
    Must(inspector, mail);
    const std::vector<std::vector<SkillLevel>> skills = {
        {{SkillId(1), 5}}, {{SkillId(1), 5}, {SkillId(2), 5}}, {{SkillId(2), 5}}};
    const char* names[] = {"anna", "bob", "carl"};
    for (int i = 0; i < scope_.agents; ++i) {
      AgentConfig agent;
      agent.name = names[i];
      agent.skills = skills[static_cast<size_t>(i)];
      agent.profile = ProfileId(1);
      Must(inspector, ConfigureAgent{{}, agent, {}});
    }
  }

  // c1 and c2 are calls, of which c2 prefers anna; c3 is a mail.
  static CreateItem Arrival(uint64_t number) {
    CreateItem create;
    create.queue = QueueId(number == 3 ? 2 : 1);
    if (number == 2) create.preferred = {PreferredAgent{AgentId(1), Duration::Seconds(25)}};
    return create;
  }

  std::vector<Happening> WhatCanHappen(const Engine& engine) const {
    std::vector<Happening> all;
    const auto add = [&](std::string name, CommandBody body) {
      all.push_back({Happening::Kind::kCommand, std::move(name), std::move(body)});
    };
    for (uint64_t id = 1; id <= kItems; ++id) {
      if (!engine.WasItem(ItemId(id))) {
        add(fmt::format("c{} enters", id), Arrival(id));
        break;
      }
    }
    engine.directory().agents.ForEach(
        [&](AgentId id, const AgentConfig& config) { AddOfAgent(engine, id, config.name, add); });
    for (uint64_t id = 1; id <= kItems; ++id) {
      const Item* item = engine.FindItem(ItemId(id));
      if (item == nullptr || IsEnded(item->state)) continue;
      if (!IsAssigned(item->state)) {
        add(fmt::format("the customer of c{} leaves", id), AbandonItem{item->id});
      }
      if (scope_.manager) AddOfManager(engine, *item, add);
    }
    all.push_back({Happening::Kind::kUntilTheNextTimer, "time passes until something is due", {}});
    all.push_back({Happening::Kind::kCrashAndAnHour, "a crash, and an hour later a new start", {}});
    return all;
  }

  template <class Add>
  static void AddOfManager(const Engine& engine, const Item& item, const Add& add) {
    const std::string what = fmt::format("c{}", item.id.value());
    if (item.state >= ItemState::kOffered && item.state != ItemState::kWrapping) {
      add(what + " is pulled back", PullBack{item.id});
    }
    if (IsAssigned(item.state)) return;
    engine.directory().agents.ForEach([&](AgentId id, const AgentConfig& config) {
      const AgentState& agent = *engine.FindAgent(id);
      if (!agent.signed_in() || agent.connection_lost()) return;
      add(what + " is assigned to " + config.name, ForceAssign{item.id, id});
    });
  }

  template <class Add>
  static void AddOfAgent(const Engine& engine, AgentId id, const std::string& name,
                         const Add& add) {
    const AgentState& agent = *engine.FindAgent(id);
    if (!agent.signed_in()) return add(name + " signs in", SignIn{id});
    if (agent.connection_lost()) {
      add(name + " is connected again", RestoreLease{id});
    } else {
      add(name + " loses the connection", LoseLease{id});
    }
    if (!agent.open_for_work()) {
      add(name + " is available", SetPresence{id, Presence::kAvailable, ""});
    }
    if (agent.presence == Presence::kAvailable && !agent.queued) {
      add(name + " goes away", SetPresence{id, Presence::kAway, "break"});
      add(name + " signs out", SignOut{id});
    }
    for (ItemId item_id : agent.work) {
      const Item& item = *engine.FindItem(item_id);
      const std::string what = fmt::format(" c{}", item_id.value());
      if (item.state == ItemState::kOffered) {
        add(name + " accepts" + what, AcceptOffer{id, item.decision->offer});
        add(name + " declines" + what, DeclineOffer{id, item.decision->offer});
        continue;
      }
      add(name + " completes" + what, CompleteItem{id, item_id, {}});
      add(name + " returns" + what, ReturnItem{id, item_id});
      if (item.state == ItemState::kActive) {
        add(name + " holds" + what, HoldItem{id, item_id});
        if (item.channel == Channel::kVoice) {
          add(name + " wraps up" + what, WrapUpItem{id, item_id});
        }
      }
    }
  }

  // Each happening on an engine that has come back from what was saved, as after a crash.
  bool Expand(size_t node, std::vector<size_t>& next) {
    const Engine now = Engine::Restore(nodes_[node].saved, SmallOptions());
    for (const Happening& happening : WhatCanHappen(now)) {
      ++result_.steps;
      const std::shared_ptr<Subject> subject =
          scope_.subject ? scope_.subject() : std::make_shared<Subject>(SmallOptions());
      Inspector inspector(*subject);
      inspector.Recover(nodes_[node].saved, nodes_[node].model, {});
      Do(happening, now, inspector);
      const size_t before = nodes_.size();
      if (!Accepts(inspector, *subject, node, happening.name)) return false;
      if (nodes_.size() > before) next.push_back(before);
    }
    return true;
  }

  static void Do(const Happening& happening, const Engine& now, Inspector& inspector) {
    if (happening.kind == Happening::Kind::kCommand) {
      (void)inspector.Decide({happening.command, {}}, now.now());
    } else if (happening.kind == Happening::Kind::kCrashAndAnHour) {
      inspector.WakeLate(now.now() + kAway);
    } else if (const auto next = now.NextTimer()) {
      inspector.AdvanceTo(std::max(*next, now.now()));
    }
    if (!inspector.ok()) return;
    inspector.CompareReplay();
    inspector.CompareRestored();
  }

  // False when something was wrong; otherwise the state is known from now on.
  bool Accepts(Inspector& inspector, const Subject& subject, size_t parent, std::string by) {
    if (!inspector.ok()) {
      result_.faults = inspector.faults();
      result_.path = {std::move(by)};
      for (size_t n = parent; n != 0; n = nodes_[n].parent) result_.path.push_back(nodes_[n].by);
      std::reverse(result_.path.begin(), result_.path.end());
      result_.states = nodes_.size();
      return false;
    }
    if (!seen_.insert(Canonical(subject.engine()).text()).second) return true;
    nodes_.push_back({subject.Save(), inspector.model(), parent, std::move(by)});
    return true;
  }

  const SmallScope scope_;
  std::vector<Node> nodes_;
  std::set<std::string> seen_;
  Exploration result_;
};

}  // namespace

Exploration Explore(const SmallScope& scope) { return Explorer(scope).Run(); }

}  // namespace wissel::simulation
