#include "router/core/action_of.h"

#include <array>
#include <utility>

#include "fmt/format.h"
#include "router/core/field_words.h"

namespace wissel {
namespace {

std::string ItemName(ItemId id) { return fmt::format("workItems/{}", id.value()); }
std::string NoticeName(NoticeId id) { return fmt::format("notices/{}", id.value()); }

class Teller {
 public:
  explicit Teller(const State& before) : s_(before), words_(before) {}

  using Told = std::optional<ActionTaken>;

  // --- Configuration ---
  Told operator()(const ConfigureCenter& c) const {
    return Replaced("center", words_.Changes(s_.directory.center, c.config));
  }
  Told operator()(const ConfigureSkill& c) const { return Put("skills", s_.directory.skills, c); }
  Told operator()(const ConfigureTeam& c) const { return Put("teams", s_.directory.teams, c); }
  Told operator()(const ConfigurePartner& c) const {
    return Put("partners", s_.directory.partners, c);
  }
  Told operator()(const ConfigureProfile& c) const {
    return Put("routingProfiles", s_.directory.profiles, c);
  }
  Told operator()(const ConfigureAgent& c) const { return Put("agents", s_.directory.agents, c); }
  Told operator()(const ConfigureQueue& c) const;
  Told operator()(const DeleteSkill& c) const { return Gone(words_.Of(c.id)); }
  Told operator()(const DeleteTeam& c) const { return Gone(words_.Of(c.id)); }
  Told operator()(const DeletePartner& c) const { return Gone(words_.Of(c.id)); }
  Told operator()(const DeleteProfile& c) const { return Gone(words_.Of(c.id)); }
  Told operator()(const DeleteQueue& c) const { return Gone(words_.Of(c.id)); }
  Told operator()(const DeleteAgent& c) const { return Gone(words_.Of(c.id)); }

  // Told change by change while it is tried out (decide_rules.cc).
  Told operator()(const ApplyRules&) const { return std::nullopt; }

  // --- Work items ---
  Told operator()(const UpdateItem& c) const;
  Told operator()(const AbandonItem& c) const {
    return OnItem(ActionKind::kItemAbandoned, c.item, {}, {});
  }
  Told operator()(const CancelItem& c) const {
    return OnItem(ActionKind::kItemCancelled, c.item, {}, {});
  }
  Told operator()(const TransferItem& c) const;
  Told operator()(const ForceAssign& c) const {
    return OnItem(ActionKind::kItemAssigned, c.item, {c.agent},
                  {{"agent", HolderOf(c.item), words_.Of(c.agent)}});
  }
  Told operator()(const PullBack& c) const {
    return OnItem(ActionKind::kItemPulledBack, c.item, {}, {{"agent", HolderOf(c.item), ""}});
  }

  // --- Agents ---
  Told operator()(const ForcePresence& c) const {
    return PresenceOf(c.agent, {c.presence, c.away_reason});
  }
  Told operator()(const SetPresence& c) const {
    return PresenceOf(c.agent, {c.presence, c.away_reason});
  }
  Told operator()(const SignIn& c) const { return PresenceOf(c.agent, {Presence::kAway, ""}); }
  Told operator()(const SignOut& c) const { return PresenceOf(c.agent, {Presence::kOffline, ""}); }
  Told operator()(const AcceptOffer& c) const { return Offered(c, "accepts"); }
  Told operator()(const DeclineOffer& c) const { return Offered(c, "declines"); }
  Told operator()(const HoldItem& c) const { return Acted(c.agent, c.item, "holds"); }
  Told operator()(const RetrieveItem& c) const { return Acted(c.agent, c.item, "retrieves"); }
  Told operator()(const WrapUpItem& c) const { return Acted(c.agent, c.item, "wraps up"); }
  Told operator()(const CompleteItem& c) const { return Acted(c.agent, c.item, "completes"); }
  Told operator()(const TransferAssignment& c) const { return Acted(c.agent, c.item, "transfers"); }
  Told operator()(const ReturnItem& c) const { return Acted(c.agent, c.item, "returns"); }

  Told operator()(const MissCustomer& c) const { return Acted(c.agent, c.item, "misses"); }
  Told operator()(const MissAgent& c) const {
    return Acted(c.agent, c.item, "does not answer the phone for");
  }
  Told operator()(const StartConsult& c) const { return Acted(c.agent, c.item, "asks about"); }
  Told operator()(const TransferConsult& c) const { return Acted(c.agent, c.item, "hands over"); }
  Told operator()(const EndConsult& c) const {
    return Acted(c.agent, c.item, "ends the consult about");
  }
  Told operator()(const MarkConference& c) const {
    return Acted(c.agent, c.item, c.on ? "begins a conference about" : "ends the conference about");
  }
  Told operator()(const SetAside& c) const { return Acted(c.agent, c.item, "sets aside"); }

  // --- Callbacks and surges ---
  Told operator()(const PromiseCallback& c) const {
    const ItemTable::Row* row = s_.items.Find(c.item);
    const char* before = row == nullptr ? "" : NameOf(row->item.channel);
    return OnItem(ActionKind::kChanged, c.item, {},
                  {{"channel", before, NameOf(Channel::kCallback)}});
  }
  Told operator()(const SetSurge& c) const {
    if (s_.directory.queues.Find(c.queue) == nullptr) return std::nullopt;
    const bool on = s_.queues[c.queue.value()].surge;
    if (on == c.on) return std::nullopt;
    return Replaced(words_.Of(c.queue), {{"surge", on ? "on" : "off", c.on ? "on" : "off"}});
  }
  Told operator()(const OpenStep& c) const { return StepOf(c.queue, c.step); }
  Told operator()(const CloseStep& c) const { return StepOf(c.queue, std::nullopt); }
  Told operator()(const GiveNotice& c) const {
    ActionTaken action{"", ActionKind::kCreated, {NoticeName(NoticeId(s_.next_notice))}, {}};
    if (c.content.queue) action.subjects.push_back(words_.Of(*c.content.queue));
    action.changes.push_back({"text", "", c.content.text});
    return action;
  }
  Told operator()(const WithdrawNotice& c) const { return Gone(NoticeName(c.notice)); }

  // What the customer says is nobody's deed. Openings follow from the hours, arrivals come from
  // systems, leases from lines.
  Told operator()(const InformItem&) const { return std::nullopt; }
  Told operator()(const WakeItem&) const { return std::nullopt; }
  Told operator()(const PauseItem&) const { return std::nullopt; }
  Told operator()(const ResumeItem&) const { return std::nullopt; }
  Told operator()(const PromiseWait&) const { return std::nullopt; }
  Told operator()(const SetOpenings&) const { return std::nullopt; }
  Told operator()(const CreateItem&) const { return std::nullopt; }
  Told operator()(const LoseLease&) const { return std::nullopt; }
  Told operator()(const RestoreLease&) const { return std::nullopt; }

 private:
  static Told Replaced(std::string subject, std::vector<FieldChange> changes) {
    if (changes.empty()) return std::nullopt;
    return ActionTaken{"", ActionKind::kChanged, {std::move(subject)}, std::move(changes)};
  }
  static Told Gone(std::string subject) {
    return ActionTaken{"", ActionKind::kDeleted, {std::move(subject)}, {}};
  }
  template <class Table, class Id, class Config>
  Told Put(const char* collection, const Table& table, const Configure<Id, Config>& c) const {
    std::string subject = fmt::format("{}/{}", collection, c.config.name);
    const Config* before = c.id ? table.Find(*c.id) : nullptr;
    if (before != nullptr) return Replaced(subject, words_.Changes(*before, c.config));
    Config nothing;
    nothing.name = c.config.name;
    return ActionTaken{
        "", ActionKind::kCreated, {std::move(subject)}, words_.Changes(nothing, c.config)};
  }

  std::string HolderOf(ItemId id) const {
    const ItemTable::Row* row = s_.items.Find(id);
    if (row == nullptr || row->item.agent() == AgentId()) return "";
    return words_.Of(row->item.agent());
  }
  // Its queue and whoever has it are what it is about too.
  Told OnItem(ActionKind kind, ItemId id, const std::vector<AgentId>& agents,
              std::vector<FieldChange> changes) const {
    ActionTaken action{"", kind, {ItemName(id)}, std::move(changes)};
    for (AgentId agent : agents) action.subjects.push_back(words_.Of(agent));
    if (const std::string holder = HolderOf(id); !holder.empty()) {
      action.subjects.push_back(holder);
    }
    if (const ItemTable::Row* row = s_.items.Find(id)) {
      action.subjects.push_back(words_.Of(row->item.queue));
    }
    return action;
  }
  Told PresenceOf(AgentId id, const QueuedPresence& after) const {
    const State::AgentRow* row = s_.FindAgent(id);
    if (row == nullptr) return std::nullopt;
    const AgentState& agent = row->state;
    std::string before = words_.Of(QueuedPresence{agent.presence, agent.away_reason});
    if (agent.not_responding) before = "not responding";
    return ActionTaken{"",
                       ActionKind::kPresenceSet,
                       {words_.Of(id)},
                       {{"presence", std::move(before), words_.Of(after)}}};
  }
  Told StepOf(QueueId queue, std::optional<uint8_t> after) const {
    if (s_.directory.queues.Find(queue) == nullptr) return std::nullopt;
    const std::optional<uint8_t> before = s_.queues[queue.value()].opened_step;
    if (before == after) return std::nullopt;
    return Replaced(words_.Of(queue), {{"opened_step", words_.Of(before), words_.Of(after)}});
  }
  Told Acted(AgentId agent, ItemId item, const char* step) const {
    return ActionTaken{
        "", ActionKind::kActedForAgent, {words_.Of(agent), ItemName(item)}, {{"step", "", step}}};
  }
  template <class OfOffer>
  Told Offered(const OfOffer& c, const char* step) const {
    const State::AgentRow* row = s_.FindAgent(c.agent);
    if (row == nullptr) return std::nullopt;
    for (ItemId id : row->state.work) {
      const Item& item = s_.items.Get(id).item;
      if (item.decision->offer == c.offer) return Acted(c.agent, id, step);
    }
    return std::nullopt;
  }

  const State& s_;
  const FieldWords words_;
};

Teller::Told Teller::operator()(const ConfigureQueue& c) const {
  const QueueConfig* before = c.id ? s_.directory.queues.Find(*c.id) : nullptr;
  QueueConfig nothing;
  nothing.name = c.config.name;
  QueueConfig after = c.config;
  // The engine numbers the requirement; what it asks for is compared apart.
  after.requirement = before == nullptr ? nothing.requirement : before->requirement;
  std::vector<FieldChange> changes = words_.Changes(before == nullptr ? nothing : *before, after);
  const std::string asked = before == nullptr ? "" : words_.Of(before->requirement);
  const std::string asks = words_.Of(c.requirement);
  if (asked != asks) {
    changes.push_back({"requirement", FieldWords::CutShort(asked), FieldWords::CutShort(asks)});
  }
  std::string subject = "queues/" + c.config.name;
  if (before != nullptr) return Replaced(std::move(subject), std::move(changes));
  return ActionTaken{"", ActionKind::kCreated, {std::move(subject)}, std::move(changes)};
}

Teller::Told Teller::operator()(const UpdateItem& c) const {
  const ItemTable::Row* row = s_.items.Find(c.item);
  if (row == nullptr) return std::nullopt;
  const Item& item = row->item;
  std::vector<FieldChange> changes;
  const auto change = [&](const char* field, std::string before, std::string after) {
    if (before == after) return;
    changes.push_back(
        {field, FieldWords::CutShort(std::move(before)), FieldWords::CutShort(std::move(after))});
  };
  if (c.band) change("band", words_.Of(item.band), words_.Of(*c.band));
  if (c.head_start) change("head_start", words_.Of(item.head_start), words_.Of(*c.head_start));
  if (c.requirement && !IsEnded(item.state)) {
    change("requirement", words_.Of(s_.RequirementOf(item)), words_.Of(*c.requirement));
  }
  return OnItem(ActionKind::kItemChanged, c.item, {}, std::move(changes));
}

Teller::Told Teller::operator()(const TransferItem& c) const {
  const ItemTable::Row* row = s_.items.Find(c.item);
  if (row == nullptr) return std::nullopt;
  std::vector<FieldChange> changes;
  if (c.to_agent) {
    changes.push_back({"agent", HolderOf(c.item), words_.Of(*c.to_agent)});
    return OnItem(ActionKind::kItemTransferred, c.item, {*c.to_agent}, std::move(changes));
  }
  if (c.to_partner) {
    changes.push_back({"partner", words_.Of(row->item.partner), words_.Of(*c.to_partner)});
    return OnItem(ActionKind::kItemTransferred, c.item, {}, std::move(changes));
  }
  if (!c.to_queue) return std::nullopt;
  changes.push_back({"queue", words_.Of(row->item.queue), words_.Of(*c.to_queue)});
  Told told = OnItem(ActionKind::kItemTransferred, c.item, {}, std::move(changes));
  told->subjects.push_back(words_.Of(*c.to_queue));
  return told;
}

}  // namespace

std::optional<ActionTaken> ActionOf(const CommandBody& command, const std::string& by,
                                    const State& before) {
  std::optional<ActionTaken> action = std::visit(Teller(before), command);
  if (action) action->by = by;
  return action;
}

std::string DescribeAction(const ActionTaken& action) {
  static constexpr std::array<const char*, 13> kVerbs = {"creates",
                                                         "changes",
                                                         "deletes",
                                                         "changes",
                                                         "says that the customer has left",
                                                         "withdraws",
                                                         "transfers",
                                                         "assigns",
                                                         "pulls back",
                                                         "sets",
                                                         "acts for",
                                                         "applies",
                                                         "brings back the rules of"};
  const size_t kind = static_cast<size_t>(action.kind) - 1;
  std::string sentence =
      fmt::format("{} {} {}", action.by, kind < kVerbs.size() ? kVerbs[kind] : "touches",
                  action.subjects.empty() ? "" : action.subjects.front());
  const auto or_nothing = [](const std::string& text) { return text.empty() ? "nothing" : text; };
  const char* before = ": ";
  for (const FieldChange& change : action.changes) {
    if (action.kind == ActionKind::kActedForAgent) {
      sentence += fmt::format(": {} {}", change.after,
                              action.subjects.size() > 1 ? action.subjects[1] : "");
    } else {
      sentence += fmt::format("{}{} {} -> {}", before, change.field, or_nothing(change.before),
                              or_nothing(change.after));
    }
    before = "; ";
  }
  return sentence;
}

}  // namespace wissel
