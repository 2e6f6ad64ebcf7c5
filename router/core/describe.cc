#include "router/core/describe.h"

#include <array>
#include <cstdlib>

#include "fmt/format.h"
#include "router/core/action_of.h"
#include "router/core/item.h"

namespace wissel {
namespace {

// Days to civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
struct Date {
  int64_t year;
  int month;
  int day;
};
Date DateOf(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const int64_t doe = days - era * 146'097;
  const int64_t yoe = (doe - doe / 1'460 + doe / 36'524 - doe / 146'096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

class Describer {
 public:
  explicit Describer(const Directory& directory) : d_(directory) {}

  std::string operator()(const CenterConfigured& e) const {
    return fmt::format("the center is \"{}\" in {}", e.config.display_name, e.config.time_zone);
  }
  std::string operator()(const SkillConfigured& e) const { return Named("skills", e.config.name); }
  std::string operator()(const TeamConfigured& e) const { return Named("teams", e.config.name); }
  std::string operator()(const PartnerConfigured& e) const {
    return Named("partners", e.config.name);
  }
  std::string operator()(const ProfileConfigured& e) const {
    return Named("routingProfiles", e.config.name);
  }
  std::string operator()(const QueueConfigured& e) const { return Named("queues", e.config.name); }
  std::string operator()(const AgentConfigured& e) const { return Named("agents", e.config.name); }
  std::string operator()(const SkillDeleted& e) const { return Gone("skill", e.id.value()); }
  std::string operator()(const TeamDeleted& e) const { return Gone("team", e.id.value()); }
  std::string operator()(const PartnerDeleted& e) const { return Gone("partner", e.id.value()); }
  std::string operator()(const ProfileDeleted& e) const {
    return Gone("routing profile", e.id.value());
  }
  std::string operator()(const QueueDeleted& e) const { return Gone("queue", e.id.value()); }
  std::string operator()(const AgentDeleted& e) const { return Gone("agent", e.id.value()); }
  std::string operator()(const RulesApplied& e) const {
    std::string s = fmt::format("version {} of the rules is applied, {} {} at once", e.version,
                                e.changes, e.changes == 1 ? "change" : "changes");
    if (e.restores) s += fmt::format(", back to version {}", *e.restores);
    if (!e.note.empty()) s += fmt::format(": {}", e.note);
    return s;
  }
  std::string operator()(const RequirementDefined& e) const {
    return fmt::format("requirement {} is defined, with {} {}", e.id.value(),
                       e.requirement.steps.size(),
                       e.requirement.steps.size() == 1 ? "step" : "steps");
  }
  std::string operator()(const RequirementForgotten& e) const {
    return fmt::format("requirement {} is forgotten", e.id.value());
  }
  std::string operator()(const OpeningsSet& e) const {
    return fmt::format("{} has its openings set, {} of them", Queue(e.queue), e.openings.size());
  }
  std::string operator()(const QueueOpened& e) const { return Queue(e.queue) + " opens"; }
  std::string operator()(const QueueClosed& e) const { return Queue(e.queue) + " closes"; }

  std::string operator()(const ItemEntered& e) const {
    std::string s = fmt::format("{} enters {} by {}, band {}, due {}", Item(e.item), Queue(e.queue),
                                NameOf(e.channel), e.band, FormatInstant(e.due));
    if (e.head_start > Duration()) s += fmt::format(", ahead by {}", FormatDuration(e.head_start));
    if (e.redirected_from) {
      s += fmt::format(", redirected from {}", Queue(*e.redirected_from));
      if (e.redirected_cause) s += fmt::format(" ({})", NameOf(*e.redirected_cause));
    }
    if (!e.topic.empty()) s += fmt::format(", about {}", e.topic);
    if (e.not_before) s += fmt::format(", not before {}", FormatInstant(*e.not_before));
    if (e.not_after) s += fmt::format(", not after {}", FormatInstant(*e.not_after));
    if (e.waits_for_hours) s += ", and waits for the opening hours";
    return s;
  }
  std::string operator()(const ItemReleased& e) const {
    return Item(e.item) + (e.waits_for_hours ? " waits for the opening hours" : " begins to wait");
  }
  std::string operator()(const ItemUpdated& e) const {
    return fmt::format("{} is changed: band {}, due {}", Item(e.item), e.band,
                       FormatInstant(e.due));
  }
  std::string operator()(const StepReached& e) const {
    return fmt::format("{} reaches step {} of its requirement", Item(e.item), e.step);
  }
  std::string operator()(const ItemKept& e) const {
    if (!e.until) return fmt::format("{} is kept for {}", Item(e.item), Agent(e.agent));
    return fmt::format("{} is kept for {} until {}", Item(e.item), Agent(e.agent),
                       FormatInstant(*e.until));
  }
  std::string operator()(const KeepEnded& e) const {
    static constexpr std::array<const char*, 5> kCauses = {
        "the time has passed", "the agent is gone", "the agent did not take it",
        "the agent no longer fits", "it is taken back"};
    return fmt::format("{} is no longer kept for {}: {}", Item(e.item), Agent(e.agent),
                       kCauses[static_cast<size_t>(e.cause) - 1]);
  }
  std::string operator()(const StayBegun& e) const {
    std::string s = Item(e.item) + " stays for its preferred agents";
    return e.until ? s + " until " + FormatInstant(*e.until)
                   : s + " as long as one of them is signed in";
  }
  std::string operator()(const StayEnded& e) const {
    return fmt::format(
        "{} no longer stays for its preferred agents: {}", Item(e.item),
        e.cause == StayEndCause::kTimePassed ? "the time has passed" : "none of them is left");
  }
  std::string operator()(const WaitPromised& e) const {
    return fmt::format("the customer of {} is told a wait of about {}, hardly more than {}",
                       Item(e.item), FormatDuration(e.wait.p50), FormatDuration(e.wait.p80));
  }
  std::string operator()(const ItemAbandoned& e) const {
    return Item(e.item) + " is abandoned: the customer left";
  }
  std::string operator()(const ItemCancelled& e) const { return Item(e.item) + " is cancelled"; }
  std::string operator()(const ItemTransferred& e) const {
    std::string s = Item(e.item) + " is transferred";
    if (e.from) s += " by " + Agent(*e.from);
    s += " to " + (e.to_agent     ? Agent(*e.to_agent)
                   : e.to_partner ? Partner(*e.to_partner)
                                  : Queue(e.to_queue));
    if (e.waits_for_hours) s += ", and waits for the opening hours";
    return s;
  }
  std::string operator()(const ItemReturned& e) const {
    if (e.cause == ReturnCause::kConnectionLost) {
      return fmt::format("{} returns to its queue: {} has lost the connection", Item(e.item),
                         Agent(e.agent));
    }
    if (e.cause == ReturnCause::kNoAnswer) {
      return fmt::format(
          "{} returns to its queue: the phone of {} does not answer, and they are not "
          "responding",
          Item(e.item), Agent(e.agent));
    }
    return fmt::format("{} is returned to its queue by {}", Item(e.item), Agent(e.agent));
  }

  std::string operator()(const CallbackPromised& e) const {
    std::string s = Item(e.item) + " is to be called back";
    if (e.not_before) s += ", not before " + FormatInstant(*e.not_before);
    return s + ", not after " + FormatInstant(e.not_after);
  }
  std::string operator()(const ItemPostponed& e) const {
    return fmt::format("{} did not reach the customer of {}, attempt {}; again at {}",
                       Agent(e.agent), Item(e.item), e.attempts, FormatInstant(e.until));
  }
  std::string operator()(const ItemPaused& e) const {
    return fmt::format("{} is paused by its customer, until {} at the latest", Item(e.item),
                       FormatInstant(e.until));
  }
  std::string operator()(const ItemExpired& e) const {
    return Item(e.item) + " expires: its time is over";
  }
  std::string operator()(const ItemMerged& e) const {
    return fmt::format("{} is merged into {}: the customer came again", Item(e.item), Item(e.into));
  }
  std::string operator()(const ItemInformed& e) const {
    return fmt::format("{} is answered by notices/{}", Item(e.item), e.notice.value());
  }
  std::string operator()(const SurgeBegun& e) const {
    return Queue(e.queue) + " goes into surge mode";
  }
  std::string operator()(const SurgeEnded& e) const {
    return Queue(e.queue) + " goes back to its usual rules";
  }
  std::string operator()(const StepOpened& e) const {
    return fmt::format("step {} of {} is open to all who wait there", e.step, Queue(e.queue));
  }
  std::string operator()(const StepClosed& e) const {
    return fmt::format("the steps of {} go by their times again", Queue(e.queue));
  }
  std::string operator()(const PartnersSettled& e) const;
  std::string operator()(const NoticeGiven& e) const {
    std::string s = fmt::format("notices/{} is given to who waits", e.notice.value());
    if (e.content.queue) s += " in " + Queue(*e.content.queue);
    if (!e.content.topic.empty()) s += " about " + e.content.topic;
    if (e.content.until) s += " until " + FormatInstant(*e.content.until);
    return s + ": " + e.content.text;
  }
  std::string operator()(const NoticeWithdrawn& e) const {
    return fmt::format("notices/{} is withdrawn", e.notice.value());
  }
  std::string operator()(const ItemOverflowed& e) const {
    return fmt::format("{} overflows into {}, due {} ({})", Item(e.item), Queue(e.to_queue),
                       FormatInstant(e.due), NameOf(e.cause));
  }
  std::string operator()(const ItemShown& e) const {
    return fmt::format("{} is shown to those who help after {}", Item(e.item),
                       FormatDuration(e.delay));
  }

  std::string operator()(const OfferMade& e) const {
    return fmt::format("{} is offered to {} until {} ({})", Item(e.item), Agent(e.agent),
                       FormatInstant(e.deadline), Offer(e.offer));
  }
  std::string operator()(const OfferAccepted& e) const { return ByAgent(e, "accepts"); }
  std::string operator()(const OfferDeclined& e) const { return ByAgent(e, "declines"); }
  std::string operator()(const OfferMissed& e) const {
    return ByAgent(e, "misses") + " and is not responding";
  }
  std::string operator()(const OfferRevoked& e) const {
    static constexpr std::array<const char*, 6> kCauses = {
        "the agent has left", "the connection is lost",     "the item is moved",
        "the agent is away",  "the agent has no more room", "a manager decides"};
    return fmt::format("{} is withdrawn from {} ({}): {}", Item(e.item), Agent(e.agent),
                       Offer(e.offer), kCauses[static_cast<size_t>(e.cause) - 1]);
  }
  std::string operator()(const OfferCancelled& e) const {
    return fmt::format("the offer of {} to {} is cancelled ({})", Item(e.item), Agent(e.agent),
                       Offer(e.offer));
  }
  std::string operator()(const ItemHeld& e) const { return Item(e.item) + " is put on hold"; }
  std::string operator()(const ItemRetrieved& e) const {
    return Item(e.item) + " is taken off hold";
  }
  std::string operator()(const ItemParked& e) const {
    return fmt::format("{} is parked for {}", Item(e.item), Item(e.interrupted_by));
  }
  std::string operator()(const ItemResumed& e) const { return Item(e.item) + " resumes"; }
  std::string operator()(const WrapUpStarted& e) const {
    if (!e.until) return Item(e.item) + " goes to wrap-up";
    return fmt::format("{} goes to wrap-up until {}", Item(e.item), FormatInstant(*e.until));
  }
  std::string operator()(const ItemCompleted& e) const {
    static constexpr std::array<const char*, 6> kCauses = {"",
                                                           ": the wrap-up time has passed",
                                                           ": the agent has lost the connection",
                                                           ": the customer was not reached",
                                                           ": the consult is over",
                                                           ": the customer has not written"};
    std::string s = fmt::format("{} is completed by {}", Item(e.item), Agent(e.agent));
    for (size_t i = 0; i < e.reason_codes.size(); ++i) {
      s += (i == 0 ? " as " : ", ") + e.reason_codes[i];
    }
    return s + kCauses[static_cast<size_t>(e.cause) - 1];
  }

  std::string operator()(const ConsultStarted& e) const {
    std::string s = fmt::format("{} asks about {}: {} is a consult", Agent(e.agent), Item(e.item),
                                Item(e.consult));
    return e.to_agent ? s + " of " + Agent(*e.to_agent) : s;
  }
  std::string operator()(const ConsultEnded& e) const {
    static constexpr std::array<const char*, 5> kCauses = {
        "who asked goes on", "who was asked has finished", "the contact is handed over",
        "the contact is no longer with who asked", "who was asked has lost the connection"};
    return fmt::format("the consult {} about {} is over: {}", Item(e.consult), Item(e.item),
                       kCauses[static_cast<size_t>(e.cause) - 1]);
  }
  std::string operator()(const ConferenceMarked& e) const {
    return fmt::format("{} {} a conference", Item(e.item), e.on ? "is" : "is no longer");
  }
  std::string operator()(const ItemHandedOver& e) const {
    return fmt::format("{} is handed over by {} to {}, whom they consulted, in {} ({})",
                       Item(e.item), Agent(e.from), Agent(e.to), Queue(e.queue), Offer(e.offer));
  }
  std::string operator()(const ItemSetAside& e) const {
    return fmt::format("{} is set aside by {} until the customer writes, at most until {}",
                       Item(e.item), Agent(e.agent), FormatInstant(e.until));
  }
  std::string operator()(const ItemWoken& e) const {
    if (e.by_agent) return fmt::format("{} takes {} up again", Agent(e.agent), Item(e.item));
    return fmt::format("{} goes on with {}: the customer writes", Item(e.item), Agent(e.agent));
  }
  std::string operator()(const ItemRequeued& e) const {
    std::string s = fmt::format("{} waits again, due {}: the customer writes", Item(e.item),
                                FormatInstant(e.due));
    if (e.kept_until) {
      s += fmt::format(", kept for {} until {}", Agent(e.agent), FormatInstant(*e.kept_until));
    } else {
      s += fmt::format(", and {} is not there", Agent(e.agent));
    }
    if (e.waits_for_hours) s += ", and waits for the opening hours";
    return s;
  }

  std::string operator()(const AgentSignedIn& e) const { return Agent(e.agent) + " signs in"; }
  std::string operator()(const SessionTakenOver& e) const {
    return Agent(e.agent) + " goes on at another desk";
  }
  std::string operator()(const PresenceChanged& e) const {
    return Agent(e.agent) + " " + Is(e.presence, e.away_reason);
  }
  std::string operator()(const PresenceQueued& e) const {
    return fmt::format("{} {} when the work at hand has ended", Agent(e.agent),
                       Is(e.queued.presence, e.queued.away_reason));
  }
  std::string operator()(const LeaseLost& e) const {
    return fmt::format("{} has lost the connection; work is kept until {}", Agent(e.agent),
                       FormatInstant(e.work_kept_until));
  }
  std::string operator()(const LeaseRestored& e) const {
    return Agent(e.agent) + " is connected again";
  }

  std::string operator()(const ItemAssigned& e) const {
    return fmt::format("{} is assigned to {} by force ({})", Item(e.item), Agent(e.agent),
                       Offer(e.offer));
  }
  std::string operator()(const ItemPulledBack& e) const {
    return fmt::format("{} is taken back into its queue from {}", Item(e.item), Agent(e.agent));
  }
  std::string operator()(const ActionTaken& e) const { return DescribeAction(e); }

  std::string operator()(const RequestCarriedOut& e) const {
    return fmt::format("request {:016x}{:016x} is carried out", e.key.high, e.key.low);
  }

 private:
  static std::string Named(const char* kind, const std::string& name) {
    return fmt::format("{}/{} is configured", kind, name);
  }
  static std::string Gone(const char* kind, uint64_t id) {
    return fmt::format("{} {} is deleted", kind, id);
  }
  static std::string Item(ItemId id) { return fmt::format("workItems/{}", id.value()); }
  static std::string Offer(OfferId id) { return fmt::format("offers/{}", id.value()); }
  std::string Queue(QueueId id) const {
    const QueueConfig* config = d_.queues.Find(id);
    return config == nullptr ? fmt::format("queue {}", id.value()) : "queues/" + config->name;
  }
  std::string Partner(PartnerId id) const {
    const NamedConfig* config = d_.partners.Find(id);
    return config == nullptr ? fmt::format("partner {}", id.value()) : "partners/" + config->name;
  }
  std::string Agent(AgentId id) const {
    const AgentConfig* config = d_.agents.Find(id);
    return config == nullptr ? fmt::format("agent {}", id.value()) : "agents/" + config->name;
  }
  static std::string Is(Presence presence, const std::string& reason) {
    if (presence == Presence::kOffline) return "signs out";
    if (presence == Presence::kAvailable) return "is available";
    return reason.empty() ? "is away" : fmt::format("is away: {}", reason);
  }
  template <class E>
  std::string ByAgent(const E& e, const char* verb) const {
    return fmt::format("{} {} {} ({})", Agent(e.agent), verb, Item(e.item), Offer(e.offer));
  }

  const Directory& d_;
};

std::string Describer::operator()(const PartnersSettled& e) const {
  std::string s = fmt::format("{} settles with its partners from {} to {}:", Queue(e.queue),
                              FormatInstant(e.from), FormatInstant(e.to));
  int32_t weight = 0;
  int64_t decisions = 0;
  for (const PartnerAccount& account : e.accounts) {
    weight += account.share_permille;
    decisions += account.taken;
  }
  const char* between = " ";
  for (const PartnerAccount& account : e.accounts) {
    s += fmt::format("{}{} took {} of {}, {} in time", between, PartnerName(account.partner, d_),
                     account.taken, InDecisions(account.share_permille * decisions, weight),
                     account.taken_in_time);
    for (const DeviationCount& missed : account.deviations) {
      s += fmt::format(", {} went to others ({})", missed.count, NameOf(missed.reason));
    }
    between = "; ";
  }
  if (e.taken_by_others > 0) s += fmt::format("; others took {}", e.taken_by_others);
  return s;
}

}  // namespace

std::string PartnerName(const std::optional<PartnerId>& partner, const Directory& directory) {
  if (!partner) return "the house";
  const NamedConfig* config = directory.partners.Find(*partner);
  return config == nullptr ? fmt::format("partner {}", partner->value())
                           : "partners/" + config->name;
}

std::string InDecisions(int64_t parts, int32_t weight) {
  const int64_t thousandths = std::abs(parts) * 1000 / weight;
  return fmt::format("{}{}.{:03}", parts < 0 ? "-" : "", thousandths / 1000, thousandths % 1000);
}

const char* NameOf(PartnerDeviation reason) {
  static constexpr std::array<const char*, kPartnerDeviations> kNames = {
      "nobody of theirs was free",    "their service level is below the floor",
      "theirs who were free refused", "it was for one agent",
      "an earlier step goes first",   "a manager assigned it",
      "another was free before them"};
  return kNames[static_cast<size_t>(reason) - 1];
}

const char* NameOf(OverflowCause cause) {
  static constexpr std::array<const char*, 6> kNames = {"it is closed",
                                                        "too many wait",
                                                        "nobody is signed in",
                                                        "it waited too long",
                                                        "no preferred agent took it",
                                                        "the wait would be too long"};
  return kNames[static_cast<size_t>(cause) - 1];
}

std::string Describe(const Event& event, const Directory& directory) {
  return std::visit(Describer(directory), event.body);
}

std::string FormatInstant(Instant t) {
  int64_t days = t.millis() / 86'400'000;
  int64_t ms = t.millis() % 86'400'000;
  if (ms < 0) ms += 86'400'000, --days;
  const Date date = DateOf(days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", date.year, date.month, date.day,
                     ms / 3'600'000, ms / 60'000 % 60, ms / 1'000 % 60, ms % 1'000);
}

std::string FormatDuration(Duration d) {
  if (d < Duration()) return "-" + FormatDuration(Duration() - d);
  const int64_t ms = d.millis();
  std::string s;
  const auto add = [&s](int64_t n, const char* unit) {
    if (n > 0) s += fmt::format("{}{} {}", s.empty() ? "" : " ", n, unit);
  };
  add(ms / 86'400'000, "d");
  add(ms / 3'600'000 % 24, "h");
  add(ms / 60'000 % 60, "min");
  if (const int64_t rest = ms % 60'000; rest % 1'000 != 0) {
    s += fmt::format("{}{}.{:03} s", s.empty() ? "" : " ", rest / 1'000, rest % 1'000);
    while (s[s.size() - 3] == '0') s.erase(s.size() - 3, 1);
  } else {
    add(rest / 1'000, "s");
  }
  return s.empty() ? "0 s" : s;
}

}  // namespace wissel
