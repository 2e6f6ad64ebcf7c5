#include "tests/scenarios/stage.h"

#include <utility>

#include "base/digest.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "router/core/wait_estimate.h"
#include "tests/scenarios/words.h"

namespace wissel::scenario {
namespace {

// The first word of `text`, taken off.
std::string TakeWord(std::string& text) {
  const size_t space = text.find(' ');
  std::string word = text.substr(0, space);
  text = space == std::string::npos ? "" : Trim(text.substr(space));
  return word;
}

bool IsItemNoun(std::string_view word) {
  return word == "call" || word == "mail" || word == "chat" || word == "form" || word == "item" ||
         word == "callback" || word == "task" || word == "message";
}

}  // namespace

Stage::Stage() {
  CenterConfig center;
  center.away_reasons = {"break", "meal"};
  Ask(ConfigureCenter{center});
}

absl::Status Stage::Play(std::string_view line) {
  std::string text = Trim(line);
  if (text.empty() || text.starts_with('#')) return absl::OkStatus();
  if (text == "begin") {
    begun_ = true;
    setting_ = engine_.directory().revision;
    return absl::OkStatus();
  }
  if (begun_) Write("> " + text);
  request_.reset();
  if (TakePrefix(text, "request ")) {
    const auto parts = Parts(text, ": ");
    if (parts.size() < 2) return NotUnderstood(text, "a request");
    text = Trim(text.substr(parts[0].size() + 1));
    request_ = RequestIdentity{RequestKey{0, DigestOf(parts[0])}, DigestOf(text)};
  }
  by_.clear();
  if (TakePrefix(text, "by ")) {
    const auto parts = Parts(text, ": ");
    if (parts.size() < 2) return NotUnderstood(text, "who gives a command");
    text = Trim(text.substr(parts[0].size() + 1));
    by_ = "users/" + parts[0];
  }
  bool done = false;
  WISSEL_RETURN_IF_ERROR(PlayClock(text, done));
  if (!done) WISSEL_RETURN_IF_ERROR(PlaySetting(text, done));
  if (!done) WISSEL_RETURN_IF_ERROR(PlayQuestion(text, done));
  if (!done) WISSEL_RETURN_IF_ERROR(PlaySurge(text, done));
  if (!done) WISSEL_RETURN_IF_ERROR(PlayRules(text, done));
  if (done) return absl::OkStatus();
  std::string name = TakeWord(text);
  if (IsItemNoun(name)) {
    name = TakeWord(text);
    return Enter(name, text);
  }
  if (items_.contains(name)) return PlayItem(name, text);
  WISSEL_ASSIGN_OR_RETURN(const AgentId agent, FindAgent(name));
  return PlayAgent(agent, text);
}

absl::Status Stage::PlayClock(std::string text, bool& done) {
  done = true;
  if (TakePrefix(text, "at ")) {
    WISSEL_ASSIGN_OR_RETURN(const Instant to, ReadTime(text));
    if (to < now_) return NotUnderstood(text, "a later time");
    AdvanceTo(to);
  } else if (TakePrefix(text, "wait ")) {
    WISSEL_ASSIGN_OR_RETURN(const Duration time, ReadDuration(text));
    AdvanceTo(now_ + time);
  } else {
    done = false;
  }
  return absl::OkStatus();
}

absl::Status Stage::PlaySetting(std::string text, bool& done) {
  done = true;
  const std::string kind = TakeWord(text);
  const size_t colon = text.find(':');
  const std::string name = colon == std::string::npos ? text : Trim(text.substr(0, colon));
  const std::string rest = colon == std::string::npos ? "" : Trim(text.substr(colon + 1));
  if (kind == "center:") {
    WISSEL_ASSIGN_OR_RETURN(const CenterConfig center, ReadCenter(text, directory().center));
    Ask(ConfigureCenter{center});
  } else if (kind == "skill") {
    Ask(ConfigureSkill{directory().skills.FindId(name), NamedConfig{name, ""}, {}});
  } else if (kind == "team") {
    Ask(ConfigureTeam{directory().teams.FindId(name), NamedConfig{name, ""}, {}});
  } else if (kind == "partner") {
    Ask(ConfigurePartner{directory().partners.FindId(name), NamedConfig{name, ""}, {}});
  } else if (kind == "profile") {
    WISSEL_ASSIGN_OR_RETURN(RoutingProfile profile, ReadProfile(name, rest, directory()));
    Ask(ConfigureProfile{directory().profiles.FindId(name), std::move(profile), {}});
  } else if (kind == "agent") {
    WISSEL_ASSIGN_OR_RETURN(AgentConfig agent, ReadAgent(name, rest, directory()));
    Ask(ConfigureAgent{directory().agents.FindId(name), std::move(agent), {}});
  } else if (kind == "queue") {
    return ConfigureQueueAs(name, rest);
  } else if (kind == "remove") {
    return Remove(text);
  } else {
    done = false;
  }
  return absl::OkStatus();
}

absl::Status Stage::ConfigureQueueAs(const std::string& name, const std::string& text) {
  WISSEL_ASSIGN_OR_RETURN(QueueWords queue, ReadQueue(name, text, directory()));
  queue.command.id = directory().queues.FindId(name);
  Ask(queue.command);
  const auto id = directory().queues.FindId(name);
  if (id && queue.command.config.hours) Ask(SetOpenings{*id, queue.openings});
  return absl::OkStatus();
}

absl::Status Stage::Remove(std::string text) {
  const std::string kind = TakeWord(text);
  if (kind == "queue") {
    WISSEL_ASSIGN_OR_RETURN(const QueueId queue, FindQueue(text));
    Ask(DeleteQueue{queue, {}});
  } else if (kind == "agent") {
    WISSEL_ASSIGN_OR_RETURN(const AgentId agent, FindAgent(text));
    Ask(DeleteAgent{agent, {}});
  } else if (const auto skill = directory().skills.FindId(text); kind == "skill" && skill) {
    Ask(DeleteSkill{*skill, {}});
  } else {
    return NotUnderstood(kind + " " + text, "something to remove");
  }
  return absl::OkStatus();
}

absl::Status Stage::PlayItem(const std::string& name, std::string text) {
  WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(name));
  if (TakePrefix(text, "changes: ")) return Change(item, text);
  if (TakePrefix(text, "is to be called back")) return Promise(item, text);
  if (TakePrefix(text, "is answered by notice ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t notice, ReadNumber(text));
    Ask(InformItem{item, NoticeId(static_cast<uint32_t>(notice))});
  } else if (text == "is written to again") {
    Ask(WakeItem{item});
  } else if (text == "hangs up" || text == "leaves") {
    Ask(AbandonItem{item});
  } else if (text == "is withdrawn") {
    Ask(CancelItem{item});
  } else if (text == "is paused") {
    Ask(PauseItem{item, std::nullopt});
  } else if (TakePrefix(text, "is paused until ")) {
    PauseItem pause{item, std::nullopt};
    WISSEL_ASSIGN_OR_RETURN(pause.until, ReadTime(text));
    Ask(pause);
  } else if (text == "goes on") {
    Ask(ResumeItem{item});
  } else if (text == "is told its wait") {
    TellWait(item);
  } else if (TakePrefix(text, "is told a wait of ")) {
    const auto parts = Parts(text, " to ");
    PromiseWait promise{item, {}};
    WISSEL_ASSIGN_OR_RETURN(promise.wait.p50, ReadDuration(parts[0]));
    WISSEL_ASSIGN_OR_RETURN(promise.wait.p80, ReadDuration(parts.back()));
    Ask(promise);
  } else if (TakePrefix(text, "is moved to ")) {
    TransferItem transfer{item, {}, {}};
    WISSEL_RETURN_IF_ERROR(
        TransferTo(text, transfer.to_queue, transfer.to_agent, transfer.to_partner));
    Ask(transfer);
  } else if (TakePrefix(text, "is assigned to ")) {
    WISSEL_ASSIGN_OR_RETURN(const AgentId agent, FindAgent(text));
    Ask(ForceAssign{item, agent});
  } else if (text == "is pulled back") {
    Ask(PullBack{item});
  } else {
    return NotUnderstood(text, "what happens to an item");
  }
  return absl::OkStatus();
}

// As a door does: what the estimator says, or nothing.
void Stage::TellWait(ItemId item) {
  const WaitAnswer answer = WaitEstimator(engine_, pace_, now_).OfItem(item);
  if (answer.wait) return Ask(PromiseWait{item, *answer.wait});
  Write(fmt::format("  there is no honest estimate: {}", NameOf(*answer.none)));
}

absl::Status Stage::Enter(const std::string& name, std::string text) {
  if (!TakePrefix(text, "enters ")) return NotUnderstood(text, "an item that enters");
  const auto parts = Parts(text, ",");
  CreateItem create;
  WISSEL_ASSIGN_OR_RETURN(create.queue, FindQueue(parts[0]));
  create.contact = name;
  for (size_t i = 1; i < parts.size(); ++i) {
    WISSEL_RETURN_IF_ERROR(ReadFact(parts[i], create));
  }
  // As a door does.
  AddWaits(engine_, pace_, now_, create);
  // The name is known before the events that mention it are told.
  const ItemId next(engine_.Save().next_item);
  items_.emplace(name, next);
  Ask(create);
  if (!engine_.WasItem(next)) items_.erase(name);
  return absl::OkStatus();
}

// "", "not before 10:00", "not before 10:00 not after 12:00", "not before 10:00 spread over 2 h"
absl::Status Stage::Promise(ItemId item, std::string text) {
  PromiseCallback promise{item, {}, {}};
  const auto spread = Parts(text, "spread over ");
  if (spread.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(promise.spread_over, ReadDuration(spread[1]));
  }
  const auto halves = Parts(spread[0], "not after ");
  if (halves.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(promise.not_after, ReadTime(halves[1]));
  }
  std::string before = halves[0];
  if (TakePrefix(before, "not before ")) {
    WISSEL_ASSIGN_OR_RETURN(promise.not_before, ReadTime(before));
  }
  Ask(promise);
  return absl::OkStatus();
}

// "surge in phone", "surge in phone ends", "open step 1 of phone", "close step of phone",
// "notice about snow in phone until 12:00: All lines ..."
absl::Status Stage::PlaySurge(std::string text, bool& done) {
  done = true;
  if (TakePrefix(text, "surge in ")) {
    const bool on = !text.ends_with(" ends");
    if (!on) text.resize(text.size() - 5);
    WISSEL_ASSIGN_OR_RETURN(const QueueId queue, FindQueue(text));
    Ask(SetSurge{queue, on});
  } else if (TakePrefix(text, "open step ")) {
    const std::string step = TakeWord(text);
    if (!TakePrefix(text, "of ")) return NotUnderstood(text, "a step of a queue");
    WISSEL_ASSIGN_OR_RETURN(const int64_t number, ReadNumber(step));
    WISSEL_ASSIGN_OR_RETURN(const QueueId queue, FindQueue(text));
    Ask(OpenStep{queue, static_cast<uint8_t>(number)});
  } else if (TakePrefix(text, "close step of ")) {
    WISSEL_ASSIGN_OR_RETURN(const QueueId queue, FindQueue(text));
    Ask(CloseStep{queue});
  } else if (TakePrefix(text, "notice ")) {
    GiveNotice give;
    const size_t colon = text.find(": ");
    if (colon == std::string::npos) return NotUnderstood(text, "a notice");
    give.content.text = text.substr(colon + 2);
    std::string head = text.substr(0, colon);
    while (!head.empty()) {
      const std::string word = TakeWord(head);
      const std::string what = TakeWord(head);
      if (word == "about") {
        give.content.topic = what;
      } else if (word == "in") {
        WISSEL_ASSIGN_OR_RETURN(give.content.queue, FindQueue(what));
      } else if (word == "until") {
        WISSEL_ASSIGN_OR_RETURN(give.content.until, ReadTime(what));
      } else {
        return NotUnderstood(word, "what a notice is about");
      }
    }
    Ask(give);
  } else if (TakePrefix(text, "withdraw notice ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t notice, ReadNumber(text));
    Ask(WithdrawNotice{NoticeId(static_cast<uint32_t>(notice))});
  } else {
    done = false;
  }
  return absl::OkStatus();
}

absl::Status Stage::Change(ItemId item, std::string text) {
  UpdateItem update{item, {}, {}, {}};
  for (std::string part : Parts(text, ",")) {
    if (TakePrefix(part, "band ")) {
      WISSEL_ASSIGN_OR_RETURN(const int64_t band, ReadNumber(part));
      update.band = static_cast<uint8_t>(band);
    } else if (TakePrefix(part, "ahead by ")) {
      WISSEL_ASSIGN_OR_RETURN(update.head_start, ReadDuration(part));
    } else if (TakePrefix(part, "needs ")) {
      WISSEL_ASSIGN_OR_RETURN(update.requirement, ReadRequirement(part, directory()));
    } else {
      return NotUnderstood(part, "a change of an item");
    }
  }
  Ask(update);
  return absl::OkStatus();
}

absl::Status Stage::TransferTo(std::string text, std::optional<QueueId>& queue,
                               std::optional<AgentId>& agent) {
  if (TakePrefix(text, "queue ")) {
    WISSEL_ASSIGN_OR_RETURN(queue, FindQueue(text));
  } else {
    WISSEL_ASSIGN_OR_RETURN(agent, FindAgent(text));
  }
  return absl::OkStatus();
}

absl::Status Stage::PlayAgent(AgentId agent, std::string text) {
  if (text == "signs in") {
    Ask(SignIn{agent, false});
  } else if (text == "signs in elsewhere") {
    Ask(SignIn{agent, true});
  } else if (text == "signs out") {
    Ask(SignOut{agent});
  } else if (text == "is here") {
    Ask(SignIn{agent, false});
    Ask(SetPresence{agent, Presence::kAvailable, ""});
  } else if (text == "is available") {
    Ask(SetPresence{agent, Presence::kAvailable, ""});
  } else if (TakePrefix(text, "goes away: ")) {
    Ask(SetPresence{agent, Presence::kAway, text});
  } else if (text == "loses the connection") {
    Ask(LoseLease{agent});
  } else if (text == "is connected again") {
    Ask(RestoreLease{agent});
  } else if (text == "is made available") {
    Ask(ForcePresence{agent, Presence::kAvailable, ""});
  } else if (TakePrefix(text, "is sent away: ")) {
    Ask(ForcePresence{agent, Presence::kAway, text});
  } else if (text == "is signed out") {
    Ask(ForcePresence{agent, Presence::kOffline, ""});
  } else {
    return PlayWork(agent, text);
  }
  return absl::OkStatus();
}

absl::Status Stage::PlayWork(AgentId agent, std::string text) {
  bool done = false;
  WISSEL_RETURN_IF_ERROR(PlayTalk(agent, text, done));
  if (done) return absl::OkStatus();
  const std::string verb = TakeWord(text);
  if (verb == "wraps") TakePrefix(text, "up ");
  const std::string name = TakeWord(text);
  WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(name));
  if (verb == "accepts") {
    Ask(AcceptOffer{agent, last_offer_[item]});
  } else if (verb == "declines") {
    Ask(DeclineOffer{agent, last_offer_[item]});
  } else if (verb == "holds") {
    Ask(HoldItem{agent, item});
  } else if (verb == "retrieves") {
    Ask(RetrieveItem{agent, item});
  } else if (verb == "wraps") {
    Ask(WrapUpItem{agent, item});
  } else if (verb == "completes") {
    CompleteItem complete{agent, item, {}};
    if (TakePrefix(text, "as ")) complete.reason_codes = Parts(text, "/");
    Ask(complete);
  } else if (verb == "misses") {  // the customer
    Ask(MissCustomer{agent, item});
  } else if (verb == "leaves") {  // unanswered, on the phone
    Ask(MissAgent{agent, item});
  } else if (verb == "returns") {
    Ask(ReturnItem{agent, item});
  } else if (verb == "transfers" && TakePrefix(text, "to ")) {
    TransferAssignment transfer{agent, item, {}, {}};
    WISSEL_RETURN_IF_ERROR(
        TransferTo(text, transfer.to_queue, transfer.to_agent, transfer.to_partner));
    Ask(transfer);
  } else {
    return NotUnderstood(verb + " " + name + " " + text, "what an agent does");
  }
  return absl::OkStatus();
}

void Stage::Ask(CommandBody body) {
  std::vector<Event> events;
  Engine& engine = draft_ ? *draft_ : engine_;
  const auto outcome = engine.Decide(Command{std::move(body), request_, by_}, now_, events);
  if (!outcome.ok()) {
    const std::string field = FieldAtFault(outcome.status());
    const std::string right = WhatWouldBeRight(outcome.status());
    Write(fmt::format("  refused, {}{}: {}{}", absl::StatusCodeToString(outcome.status().code()),
                      field.empty() ? "" : " at " + field,
                      Readable(std::string(outcome.status().message())),
                      right.empty() ? "" : "; right: " + Readable(right)));
    for (const Alternative& instead : AlternativesOf(outcome.status())) Tell(instead);
    begun_ = true;  // a setting that is refused must be seen
  }
  if (outcome.ok() && outcome->repeated) Write("  nothing: it has been carried out before");
  Tell(events);
}

void Stage::Tell(const Alternative& instead) {
  const char* words = "the same in";
  if (instead.kind == Alternative::Kind::kCallback) words = "a callback by";
  if (instead.kind == Alternative::Kind::kOtherQueue) words = "now in";
  Write(fmt::format("  instead: {} {}{}", words, instead.queue,
                    instead.from ? " from " + Readable(FormatInstant(*instead.from)) : ""));
}

void Stage::AdvanceTo(Instant to) {
  for (auto next = engine_.NextTimer(); next && *next <= to; next = engine_.NextTimer()) {
    std::vector<Event> events;
    engine_.Wake(*next, events);
    Tell(events);
  }
  now_ = to;
}

void Stage::Tell(const std::vector<Event>& events) {
  if (draft_) return;
  book_.Fold(events);
  for (const Event& event : events) {
    pace_.Fold(event);
    if (const auto* offer = std::get_if<OfferMade>(&event.body)) {
      last_offer_[offer->item] = offer->offer;
    }
    const bool inner = std::holds_alternative<RequirementDefined>(event.body) ||
                       std::holds_alternative<RequirementForgotten>(event.body);
    if (!begun_ || inner) continue;
    Write(Readable(FormatInstant(event.at)) + "  " + Readable(Describe(event, directory())));
  }
}

}  // namespace wissel::scenario
