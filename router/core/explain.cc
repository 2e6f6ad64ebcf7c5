#include "router/core/explain.h"

#include <algorithm>
#include <map>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "router/core/matching.h"
#include "router/core/state.h"

namespace wissel {
namespace {

std::string AgentName(const Directory& d, AgentId id) {
  const AgentConfig* config = d.agents.Find(id);
  return config == nullptr ? fmt::format("agent {}", id.value()) : "agents/" + config->name;
}

std::string SkillName(const Directory& d, SkillId id) {
  const NamedConfig* config = d.skills.Find(id);
  return config == nullptr ? fmt::format("skill {}", id.value()) : "skills/" + config->name;
}

FailedCheck MismatchCheck(const State& s, const Item& item, const AgentFacts& facts) {
  // The most lenient step that is in force says what is missing.
  const RequirementStep& step = s.RequirementOf(item).steps[item.step];
  const std::optional<Mismatch> mismatch = FirstMismatch(step, facts);
  INVARIANT(mismatch.has_value());
  switch (mismatch->kind) {
    case Mismatch::Kind::kSkill:
      return {
          Check::kSkill, "lacks " + SkillName(s.directory, mismatch->skill), {}, mismatch->skill};
    case Mismatch::Kind::kSkillLevel:
      return {Check::kSkillLevel,
              fmt::format("has {} below level {}", SkillName(s.directory, mismatch->skill),
                          mismatch->min_level),
              {},
              mismatch->skill,
              mismatch->min_level};
    default:
      return {Check::kConstraint, "does not meet the constraint", {}};
  }
}

std::optional<FailedCheck> PresenceCheck(const AgentState& agent) {
  if (!agent.signed_in()) return FailedCheck{Check::kOffline, "is signed out", {}};
  if (agent.connection_lost())
    return FailedCheck{Check::kConnectionLost, "has lost the connection", {}};
  if (agent.not_responding) {
    return FailedCheck{Check::kNotResponding, "missed an offer and is not responding", {}};
  }
  const bool leaves = agent.queued.has_value();
  if (agent.presence == Presence::kAway || leaves) {
    const std::string& reason = leaves ? agent.queued->away_reason : agent.away_reason;
    std::string sentence = leaves ? "is about to leave" : "is away";
    if (!reason.empty()) sentence += ": " + reason;
    return FailedCheck{leaves ? Check::kLeaving : Check::kAway, sentence, {}, {}, 0, reason};
  }
  return std::nullopt;
}

FailedCheck HelpsLaterCheck(const State& s, const Item& item, AgentId id) {
  FailedCheck check;
  check.check = Check::kHelpsLater;
  check.delay = s.HelpFor(item, s.directory.agents.Get(id).profile).delay;
  check.sentence = fmt::format("helps this queue only after {}", FormatDuration(check.delay));
  return check;
}

std::optional<FailedCheck> CapacityCheck(const State& s, const Item& item, AgentId id) {
  switch (CheckRoom(s.ProfileOf(id), s.AgentAt(id).state.load, item.channel)) {
    case RoomCheck::kNotTaken:
      return FailedCheck{
          Check::kChannelNotTaken, fmt::format("does not take {}", NameOf(item.channel)), {}};
    case RoomCheck::kChannelLimit:
      return FailedCheck{
          Check::kChannelLimit, fmt::format("is at the limit of {}", NameOf(item.channel)), {}};
    case RoomCheck::kOverfull:
      return FailedCheck{Check::kUnits, "holds more than their capacity", {}};
    case RoomCheck::kUnits:
      return FailedCheck{Check::kUnits, "is busy with work that may not be interrupted", {}};
    default:
      return std::nullopt;
  }
}

std::optional<FailedCheck> RefusalCheck(const State& s, const Item& item, AgentId id) {
  switch (ExclusionOf(s, item, id)) {
    case Exclusion::kTooOften:
      return FailedCheck{Check::kRefusedTooOften, "refused it as often as is allowed", {}};
    case Exclusion::kGap:
      return FailedCheck{Check::kRefusedBefore, "refused it a moment ago", {}};
    case Exclusion::kPulledBack:
      return FailedCheck{Check::kPulledBack, "had it taken back a moment ago", {}};
    case Exclusion::kAsksThemself:
      return FailedCheck{Check::kAsksThemself, "is who asks", {}};
    case Exclusion::kOthersEligible:
      return FailedCheck{Check::kRefusedBefore, "refused it before, and others are there", {}};
    default:
      return std::nullopt;
  }
}

std::string StateSentence(const Engine& engine, const Item& item) {
  const Directory& d = engine.directory();
  const std::string name = fmt::format("workItems/{}", item.id.value());
  switch (item.state) {
    case ItemState::kWaiting:
      if (item.keep) return fmt::format("{} is kept for {}", name, AgentName(d, item.keep->agent));
      if (item.stay) return fmt::format("{} stays for its preferred agents", name);
      return fmt::format("{} waits in queues/{}", name, d.queues.Get(item.queue).name);
    case ItemState::kWaitingForHours:
      return fmt::format("{} waits for queues/{} to open", name, d.queues.Get(item.queue).name);
    case ItemState::kOffered:
      return fmt::format("{} is offered to {} until {}", name, AgentName(d, item.agent()),
                         FormatInstant(item.decision->deadline));
    case ItemState::kAwaitingCustomer:
      return fmt::format("{} is set aside by {} until its customer writes", name,
                         AgentName(d, item.agent()));
    case ItemState::kScheduled:
      return fmt::format("{} is {} {}", name,
                         item.paused ? "paused by its customer until" : "scheduled for",
                         FormatInstant(*item.not_before));
    case ItemState::kAbandoned:
    case ItemState::kExpired:
    case ItemState::kMerged:
    case ItemState::kInformed:
    case ItemState::kCancelled:
      return fmt::format("{} is {} since {}", name, NameOf(item.state), FormatInstant(*item.ended));
    default:
      return fmt::format("{} is {}, with {}", name, NameOf(item.state), AgentName(d, item.agent()));
  }
}

void AddUpcoming(const State& s, const Item& item, ItemExplanation& e) {
  using Kind = UpcomingChange::Kind;
  const auto& steps = s.RequirementOf(item).steps;
  if (item.state == ItemState::kWaiting && item.step + 1u < steps.size()) {
    const uint8_t next = item.step + 1;
    e.upcoming.push_back({item.step_since + steps[item.step].expires_after, Kind::kStep,
                          fmt::format("step {} of the requirement is taken", next), next});
  }
  if (const std::optional<Duration> delay = s.NextDelay(item);
      delay && item.state == ItemState::kWaiting) {
    e.upcoming.push_back({item.queued_since + *delay, Kind::kShown,
                          fmt::format("those who help after {} see it", FormatDuration(*delay)), 0,
                          AgentId(), *delay});
  }
  if (const std::optional<Overflow>& rule = s.directory.queues.Get(item.queue).overflow;
      rule && item.state == ItemState::kWaiting && item.hops < s.directory.center.most_hops) {
    e.upcoming.push_back({item.queued_since + rule->after, Kind::kOverflow,
                          fmt::format("it overflows into queues/{}, if that is open",
                                      s.directory.queues.Get(rule->queue).name),
                          0, AgentId(), Duration(), rule->queue});
  }
  if (item.state == ItemState::kScheduled) {
    e.upcoming.push_back({*item.not_before, Kind::kReleased, "it begins to wait"});
  }
  if (item.not_after && IsUntouched(item.state)) {
    e.upcoming.push_back({*item.not_after, Kind::kExpires, "it expires"});
  }
  if (item.keep && item.keep->until) {
    e.upcoming.push_back(
        {*item.keep->until, Kind::kKeepEnds, "it is no longer kept for one agent"});
  }
  if (item.stay && item.stay->until) {
    e.upcoming.push_back(
        {*item.stay->until, Kind::kStayEnds, "others than its preferred agents see it"});
  }
  for (const Refusal& refusal : item.refusals) {
    if (item.state != ItemState::kWaiting || refusal.retry_at <= s.clock) continue;
    e.upcoming.push_back(
        {refusal.retry_at, Kind::kMayBeAskedAgain,
         fmt::format("{} may be asked again{}", AgentName(s.directory, refusal.agent),
                     refusal.count == 0 ? "" : ", if nobody else is there"),
         0, refusal.agent});
  }
  if (item.state == ItemState::kOffered) {
    e.upcoming.push_back({item.decision->deadline, Kind::kOfferMissed, "the offer is missed"});
  }
  if (item.awaited_until) {
    e.upcoming.push_back(
        {*item.awaited_until, Kind::kSilence, "it is over, unless the customer writes before"});
  }
  if (item.wrap_until)
    e.upcoming.push_back({*item.wrap_until, Kind::kWrapUpEnds, "the wrap-up ends by itself"});
  if (item.state == ItemState::kWaitingForHours) {
    for (const Opening& opening : s.queues[item.queue.value()].openings) {
      if (opening.from <= s.clock) continue;
      e.upcoming.push_back({opening.from, Kind::kQueueOpens, "the queue opens"});
      break;
    }
  }
  std::stable_sort(e.upcoming.begin(), e.upcoming.end(),
                   [](const UpcomingChange& a, const UpcomingChange& b) { return a.at < b.at; });
}

void AddChecks(const Engine& engine, const Item& item, ItemExplanation& e) {
  std::map<std::pair<Check, std::string>, FailedCheck> groups;
  engine.directory().agents.ForEach([&](AgentId id, const AgentConfig&) {
    FailedCheck check = FirstFailedCheck(engine, item, id);
    auto [group, is_new] = groups.try_emplace({check.check, check.sentence});
    if (is_new) group->second = std::move(check);
    group->second.agents.push_back(id);
  });
  for (auto& [key, group] : groups) e.failed_checks.push_back(std::move(group));
  std::stable_sort(
      e.failed_checks.begin(), e.failed_checks.end(),
      [](const FailedCheck& a, const FailedCheck& b) { return a.agents.size() > b.agents.size(); });
}

std::string CountOf(size_t agents) {
  return agents == 1 ? "1 agent" : fmt::format("each of {} agents", agents);
}

// Why nobody takes it, in one sentence: what stops those who could do the work, else what all lack.
std::string WhyNobody(const ItemExplanation& e) {
  if (e.failed_checks.empty()) return "There is no agent at all.";
  const auto qualifies = [](const FailedCheck& c) { return c.check > Check::kConstraint; };
  const auto signed_in = [](const FailedCheck& c) { return c.check > Check::kOffline; };
  for (const auto& wanted : {+signed_in, +qualifies}) {
    std::string s;
    for (const FailedCheck& c : e.failed_checks) {
      if (!wanted(c)) continue;
      s += fmt::format("{}{} {}", s.empty() ? "Of those who qualify, " : "; ",
                       CountOf(c.agents.size()), c.sentence);
    }
    if (!s.empty()) return s + ".";
  }
  const FailedCheck& c = e.failed_checks.front();
  return fmt::format("Nobody qualifies: {} {}.", CountOf(c.agents.size()), c.sentence);
}

// Who shares the work of its queue, whose turn it is, and what a manager has opened for it.
void AddPartners(const State& s, const Item& item, ItemExplanation& e) {
  if (const std::optional<uint8_t> opened = s.OpenedStepFor(item)) {
    e.sentences.push_back(fmt::format("A manager has opened step {} for all who wait.", *opened));
  }
  const PartnerBook& book = s.queues[item.queue.value()].partners;
  if (book.empty()) return;
  std::string sentence = "Partners share its queue by credit:";
  const char* between = " ";
  for (const PartnerAccount& account : book.accounts()) {
    sentence +=
        fmt::format("{}{} with {}.{} % has {}", between, PartnerName(account.partner, s.directory),
                    account.share_permille / 10, account.share_permille % 10,
                    InDecisions(account.credit, book.weight()));
    if (book.IsBelowFloor(account, s.clock)) sentence += " (below the floor)";
    between = ", ";
  }
  e.sentences.push_back(fmt::format("{}; it is the turn of {}.", sentence,
                                    PartnerName(book.Due().partner, s.directory)));
}

// What, beside band and promise, puts it before or behind the items of other queues.
void AddOrderOutsideItsQueue(const State& s, const Item& item, ItemExplanation& e) {
  const QueueConfig& queue = s.directory.queues.Get(item.queue);
  if (queue.share_floor_permille > 0) {
    const int32_t credit = s.queues[item.queue.value()].share_credit;
    e.sentences.push_back(fmt::format(
        "Of the decisions in which it stands by, its queue gets {}.{} % at least; it has credit "
        "for "
        "{}.{:03} of one and {}.",
        queue.share_floor_permille / 10, queue.share_floor_permille % 10, credit / 1000,
        credit % 1000, s.IsOwedShare(item.queue) ? "goes first" : "is not owed one yet"));
  }
  AddPartners(s, item, e);
  s.directory.profiles.ForEach([&](ProfileId, const RoutingProfile& profile) {
    const QueueHelp help = HelpFor(profile.queues, item.queue, item.channel);
    if (help == QueueHelp()) return;
    std::string sentence =
        fmt::format("Agents of routingProfiles/{} take it with rank {}", profile.name, help.rank);
    if (help.delay > Duration()) sentence += ", after " + FormatDuration(help.delay);
    e.sentences.push_back(sentence + ".");
  });
}

// The order of what the agent could take, when it was not simply the earliest promise.
std::string PlaceInOrder(const OfferReason& r) {
  std::string place;
  if (r.owed_share) place += ", its queue being owed a share";
  if (r.rank != QueueHelp().rank) place += fmt::format(", with rank {}", r.rank);
  return place;
}

// Whose turn it was by credit.
std::string PartnerTurnIn(const OfferReason& r, const Directory& directory) {
  if (!r.partner_due) return "";
  const std::string partner = PartnerName(r.partner_due->partner, directory);
  if (!r.partner_due->deviation) return ", it being the turn of " + partner;
  return fmt::format(", although it was the turn of {} ({})", partner,
                     NameOf(*r.partner_due->deviation));
}

}  // namespace

bool IsReservedFor(const Item& item, AgentId id) {
  return item.keep ? item.keep->agent == id : item.stay && item.FindPreferred(id).has_value();
}

FailedCheck FirstFailedCheck(const Engine& engine, const Item& item, AgentId id) {
  const State& s = engine.state();
  const State::AgentRow& row = s.AgentAt(id);
  const bool kept_by_hand = item.keep && IsKeptByHand(item.keep->preference);
  const bool for_them = IsReservedFor(item, id);
  if (!kept_by_hand || !for_them) {
    const bool qualifies = for_them ? s.MatchOf(item, item.TurnAt(TurnOf(item, id))).has_value()
                                    : s.MatchOf(item, id).has_value();
    if (!qualifies) return MismatchCheck(s, item, s.pools.Get(*row.pool).facts);
  }
  if (auto check = PresenceCheck(row.state)) return *check;
  if (item.is_reserved() && !for_them) {
    return {Check::kHeldForOther, "may not take what is kept for another", {}};
  }
  if (!kept_by_hand) {
    if (!s.Sees(item, id)) return HelpsLaterCheck(s, item, id);
    if (auto check = RefusalCheck(s, item, id)) return *check;
  }
  if (auto check = CapacityCheck(s, item, id)) return *check;
  return {Check::kNone, "can take it now", {}};
}

std::string DescribeDecision(const Decision& decision, const Item& item,
                             const Directory& directory) {
  static constexpr const char* kOutcomes[] = {"is open",    "was accepted",  "was declined",
                                              "was missed", "was withdrawn", "was cancelled"};
  const OfferReason& r = decision.reason;
  if (decision.forced) {
    return fmt::format(
        "At {} workItems/{} was assigned by force to {}: a manager decided, nobody was chosen{} "
        "(configuration {}).",
        FormatInstant(decision.at), item.id.value(), AgentName(directory, decision.agent),
        PartnerTurnIn(r, directory), r.config_revision);
  }
  if (decision.handed_over) {
    return fmt::format(
        "At {} workItems/{} was handed over to {}, who had been consulted about it (configuration "
        "{}).",
        FormatInstant(decision.at), item.id.value(), AgentName(directory, decision.agent),
        r.config_revision);
  }
  std::string why = "the only one who could take it";
  if (r.preference == kKeptByTransfer) {
    why = item.question ? "who is asked by name" : "to whom it was transferred";
  } else if (r.preference == kKeptByWake) {
    why = "to whom the customer wrote";
  } else if (r.preference) {
    why = *r.preference < item.preferred.size()
              ? fmt::format("preferred agent number {}", *r.preference + 1)
              : "the backup agent";
  } else if (r.eligible != 1) {
    why = fmt::format(
        "chosen of {} who could take it: step {}, match score {}, "
        "{}.{} % of their capacity in use, idle since {}",
        r.eligible, r.ring, r.score, r.load_permille / 10, r.load_permille % 10,
        FormatInstant(r.idle_since));
    if (r.given) {
      why += fmt::format(", {}.{:03} items given by weight", *r.given / kGivenByOne,
                         *r.given % kGivenByOne * 1000 / kGivenByOne);
    }
  }
  return fmt::format(
      "At {} workItems/{} was offered to {}, {}{}{} (configuration {}); the offer {}.",
      FormatInstant(decision.at), item.id.value(), AgentName(directory, decision.agent), why,
      PlaceInOrder(r), PartnerTurnIn(r, directory), r.config_revision,
      kOutcomes[static_cast<size_t>(decision.outcome) - 1]);
}

namespace {

// Who asks whom about it, or about what it is asked; and who alone may take it.
void AddTalk(const Engine& engine, const Item& item, ItemExplanation& e) {
  const Directory& d = engine.directory();
  if (item.question) {
    e.sentences.push_back(fmt::format("It is a consult of {} about workItems/{}.",
                                      AgentName(d, item.question->asked_by),
                                      item.question->item.value()));
  }
  if (item.partner) {
    const NamedConfig* partner = d.partners.Find(*item.partner);
    e.sentences.push_back(
        fmt::format("It was transferred to {}, whose agents alone may take it.",
                    partner == nullptr ? "a partner that is gone" : "partners/" + partner->name));
  }
  if (!item.consult) return;
  const Item& consult = *engine.FindItem(item.consult->item);
  const bool asked = consult.decision.has_value();
  std::string sentence = fmt::format(
      "{} asks about it: workItems/{} is {}{}", AgentName(d, item.agent()), consult.id.value(),
      NameOf(consult.state), asked ? ", with " + AgentName(d, consult.agent()) : "");
  if (item.consult->conference) sentence += ", and both talk with the customer";
  e.sentences.push_back(sentence + ".");
}

}  // namespace

absl::StatusOr<ItemExplanation> ExplainItem(const Engine& engine, ItemId id) {
  const Item* item = engine.FindItem(id);
  if (item == nullptr) {
    return Refuse(
        absl::StatusCode::kNotFound, "name",
        engine.WasItem(id)
            ? fmt::format("workItems/{} ended too long ago to be remembered here", id.value())
            : fmt::format("there is no workItems/{}", id.value()));
  }
  const State& s = engine.state();
  ItemExplanation e;
  e.item = id;
  e.state = item->state;
  e.sentences.push_back(StateSentence(engine, *item) + ".");
  if (item->state == ItemState::kWaiting) {
    const std::vector<OrderKey> order =
        s.WaitingInOrder(item->queue, s.lines.WaitingCount(item->queue));
    const auto at = std::find(order.begin(), order.end(), OrderOf(*item));
    INVARIANT(at != order.end());
    e.place = static_cast<uint64_t>(at - order.begin()) + 1;
    AddChecks(engine, *item, e);
    e.sentences.push_back(WhyNobody(e));
    e.sentences.push_back(fmt::format("It is number {} of {} in its queue: band {}, due {}.",
                                      *e.place, order.size(), item->band,
                                      FormatInstant(item->due)));
    AddOrderOutsideItsQueue(s, *item, e);
  }
  AddTalk(engine, *item, e);
  if (item->promise) {
    e.sentences.push_back(fmt::format("The customer was told at {}: about {}, hardly more than {}.",
                                      FormatInstant(item->promise->at),
                                      FormatDuration(item->promise->wait.p50),
                                      FormatDuration(item->promise->wait.p80)));
  }
  AddUpcoming(s, *item, e);
  for (const UpcomingChange& change : e.upcoming) {
    e.sentences.push_back(fmt::format("At {} {}.", FormatInstant(change.at), change.sentence));
  }
  e.decisions = item->past_decisions;
  if (item->decision) e.decisions.push_back(*item->decision);
  for (const Decision& decision : e.decisions) {
    e.sentences.push_back(DescribeDecision(decision, *item, engine.directory()));
  }
  return e;
}

}  // namespace wissel
