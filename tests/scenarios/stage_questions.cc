// The parts of the stage that look without touching, and how it writes.
#include <algorithm>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "router/core/explain.h"
#include "tests/scenarios/stage.h"
#include "tests/scenarios/words.h"

namespace wissel::scenario {
namespace {

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// "workItems/1" stands before a digit in "workItems/12".
void ReplaceNumber(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) {
    const size_t after = at + from.size();
    if (after < text.size() && std::isdigit(static_cast<unsigned char>(text[after]))) continue;
    text.replace(at, from.size(), to);
  }
}

}  // namespace

absl::Status Stage::PlayQuestion(std::string text, bool& done) {
  done = true;
  if (TakePrefix(text, "explain ")) {
    if (const auto item = FindItem(text); item.ok()) {
      Explain(*item);
    } else {
      WISSEL_ASSIGN_OR_RETURN(const AgentId agent, FindAgent(text));
      Explain(agent);
    }
  } else if (TakePrefix(text, "line of ")) {
    WISSEL_ASSIGN_OR_RETURN(const QueueId queue, FindQueue(text));
    ShowLine(queue);
  } else if (TakePrefix(text, "partners of ")) {
    WISSEL_ASSIGN_OR_RETURN(const QueueId queue, FindQueue(text));
    ShowPartners(queue);
  } else if (TakePrefix(text, "show ")) {
    WISSEL_ASSIGN_OR_RETURN(const AgentId agent, FindAgent(text));
    ShowAgent(agent);
  } else {
    done = false;
  }
  return absl::OkStatus();
}

void Stage::Explain(ItemId item) {
  const auto explanation = ExplainItem(engine_, item);
  if (!explanation.ok()) {
    return Write(fmt::format("  refused, {}: {}",
                             absl::StatusCodeToString(explanation.status().code()),
                             Readable(std::string(explanation.status().message()))));
  }
  for (const std::string& sentence : explanation->sentences) Write("  " + Readable(sentence));
  if (explanation->place) Write(fmt::format("  place {}", *explanation->place));
  for (const FailedCheck& check : explanation->failed_checks) {
    std::string names;
    for (AgentId agent : check.agents) {
      names += (names.empty() ? "" : ", ") + directory().agents.Get(agent).name;
    }
    Write(fmt::format("  {}: {}", names, Readable(check.sentence)));
  }
  for (const UpcomingChange& change : explanation->upcoming) {
    Write(
        fmt::format("  at {}: {}", Readable(FormatInstant(change.at)), Readable(change.sentence)));
  }
  const Item* living = engine_.FindItem(item);
  for (const Decision& decision : explanation->decisions) {
    Write("  decision: " + Readable(DescribeDecision(decision, *living, directory())));
  }
}

void Stage::Explain(AgentId agent) {
  const auto explanation = ExplainAgent(engine_, agent);
  for (const std::string& sentence : explanation->sentences) Write("  " + Readable(sentence));
}

void Stage::ShowLine(QueueId queue) {
  std::string line;
  for (ItemId item : engine_.WaitingInOrder(queue, 100)) {
    line += (line.empty() ? "" : ", ") + Readable(fmt::format("workItems/{}", item.value()));
  }
  Write("  " + (line.empty() ? std::string("nobody waits") : line));
}

void Stage::ShowPartners(QueueId queue) {
  const PartnerBook& book = engine_.PartnersOf(queue);
  for (const PartnerAccount& account : book.accounts()) {
    std::string line = fmt::format(
        "{}: credit {}, took {}, {} in time", PartnerName(account.partner, directory()),
        InDecisions(account.credit, book.weight()), account.taken, account.taken_in_time);
    for (const DeviationCount& missed : account.deviations) {
      line += fmt::format(", {} went to others: {}", missed.count, NameOf(missed.reason));
    }
    if (book.IsBelowFloor(account, now_)) line += ", below the floor";
    Write("  " + line);
  }
}

void Stage::ShowAgent(AgentId agent) {
  const AgentState* state = engine_.FindAgent(agent);
  const char* presence = state->presence == Presence::kOffline     ? "offline"
                         : state->presence == Presence::kAvailable ? "available"
                                                                   : "away";
  std::string line = presence;
  if (!state->away_reason.empty()) line += ": " + state->away_reason;
  if (state->not_responding) line += ", not responding";
  if (state->connection_lost()) line += ", connection lost";
  if (state->queued) line += ", a change is queued";
  for (ItemId item : state->work) {
    line += fmt::format(", {} {}", Readable(fmt::format("workItems/{}", item.value())),
                        NameOf(engine_.FindItem(item)->state));
  }
  if (state->signed_in()) line += ", idle since " + Readable(FormatInstant(state->idle_since));
  Write("  " + line);
}

void Stage::Write(std::string line) {
  if (begun_ || line.starts_with("  refused")) story_ += line + "\n";
}

std::string Stage::TakeStory() { return std::exchange(story_, {}); }

std::string Stage::Readable(std::string text) const {
  for (const auto& [name, id] : items_) {
    ReplaceNumber(text, fmt::format("workItems/{}", id.value()), name);
  }
  ReplaceAll(text, "2026-11-21T", "");
  ReplaceAll(text, "2026-11-22T", "next day ");
  ReplaceAll(text, ".000Z", "");
  return text;
}

absl::StatusOr<ItemId> Stage::FindItem(const std::string& name) const {
  const auto found = items_.find(name);
  if (found == items_.end()) return NotUnderstood(name, "an item");
  return found->second;
}

absl::StatusOr<AgentId> Stage::FindAgent(const std::string& name) const {
  const auto found = directory().agents.FindId(name);
  if (!found) return NotUnderstood(name, "an agent or an item");
  return *found;
}

absl::StatusOr<QueueId> Stage::FindQueue(const std::string& name) const {
  const auto found = directory().queues.FindId(name);
  if (!found) return NotUnderstood(name, "a queue");
  return *found;
}

absl::StatusOr<std::string> PlayScenario(std::string_view commands) {
  Stage stage;
  for (const std::string& line : Parts(commands, "\n")) {
    if (absl::Status status = stage.Play(line); !status.ok()) {
      return absl::InvalidArgumentError(fmt::format("{}: {}", line, std::string(status.message())));
    }
  }
  return stage.TakeStory();
}

}  // namespace wissel::scenario
