// What was, from the journal alone: an engine of any moment, and what it says of itself then.
#include <charconv>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/json_transcoder.h"
#include "router/core/describe.h"
#include "router/core/explain.h"
#include "router/journal/address.h"
#include "router/service/recovery.h"
#include "server/commands.h"

namespace wissel::server {
namespace {

int Fail(const char* command, const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel {}: {}{}\n", command, std::string(status.message()),
             right.empty() ? "" : "; " + right);
  return 1;
}

absl::StatusOr<Recovered> EngineAt(const MomentOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(const auto reader, OpenJournalReader(options.data));
  const SnapshotStore snapshots(options.data);
  if (options.until.empty()) return Recover(*reader, &snapshots, {});
  absl::Time until;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, options.until, &until, &error)) {
    return RefuseField("until", fmt::format("\"{}\" is no time", options.until),
                       "write for example 2026-11-21T09:30:00Z");
  }
  return RecoverAt(*reader, &snapshots, {}, Instant::FromMillis(absl::ToUnixMillis(until)));
}

std::optional<uint64_t> NumberAfter(const std::string& text, std::string_view prefix) {
  const size_t at = text.rfind(prefix);
  if (at == std::string::npos) return std::nullopt;
  const char* begin = text.data() + at + prefix.size();
  const char* end = text.data() + text.size();
  uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// Why the offer was made, if its item is remembered.
std::optional<std::string> WhyOffered(const Engine& engine, OfferId offer) {
  for (const Item& item : engine.Save().items) {
    std::vector<Decision> decisions = item.past_decisions;
    if (item.decision) decisions.push_back(*item.decision);
    for (const Decision& decision : decisions) {
      if (decision.offer == offer) return DescribeDecision(decision, item, engine.directory());
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<std::string>> SentencesOf(const Engine& engine,
                                                     const std::string& name) {
  if (const auto offer = NumberAfter(name, "offers/")) {
    std::optional<std::string> why = WhyOffered(engine, OfferId(*offer));
    if (why) return std::vector<std::string>{*std::move(why)};
    return absl::NotFoundError(fmt::format("{} was not made, or is not remembered", name));
  }
  if (const auto item = NumberAfter(name, "workItems/")) {
    WISSEL_ASSIGN_OR_RETURN(ItemExplanation explanation, ExplainItem(engine, ItemId(*item)));
    return std::move(explanation.sentences);
  }
  if (name.starts_with("agents/")) {
    const auto agent = engine.directory().agents.FindId(name.substr(7));
    if (!agent) return absl::NotFoundError(fmt::format("there is no {}", name));
    WISSEL_ASSIGN_OR_RETURN(AgentExplanation explanation, ExplainAgent(engine, *agent));
    return std::move(explanation.sentences);
  }
  return RefuseField("name", fmt::format("\"{}\" cannot be explained", name),
                     "workItems/12, offers/12 or agents/anna");
}

}  // namespace

int Replay(const MomentOptions& options) {
  const auto recovered = EngineAt(options);
  if (!recovered.ok()) return Fail("replay", recovered.status());
  const Engine& engine = recovered->engine;
  size_t waiting = 0;
  size_t living = 0;
  size_t agents = 0;
  engine.ForEachLivingItem(ItemId(), [&](const Item& item) {
    ++living;
    waiting += item.state == ItemState::kWaiting;
    return true;
  });
  engine.directory().agents.ForEach(
      [&](AgentId id, const AgentConfig&) { agents += engine.FindAgent(id)->signed_in(); });
  const std::string time = FormatInstant(engine.now());
  if (options.json) {
    fmt::print(
        R"({{"sequence": {}, "time": "{}", "digest": "{:016x}", "living": {}, "waiting": {}, )"
        R"("signedIn": {}}})"
        "\n",
        recovered->position.sequence, time, engine.Digest(), living, waiting, agents);
  } else {
    fmt::print(
        "sequence {}, {}: digest {:016x}; {} items live, {} of them wait; {} agents are signed "
        "in\n",
        recovered->position.sequence, time, engine.Digest(), living, waiting, agents);
  }
  return 0;
}

int Explain(const MomentOptions& options, const std::string& name) {
  const auto recovered = EngineAt(options);
  if (!recovered.ok()) return Fail("explain", recovered.status());
  const auto sentences = SentencesOf(recovered->engine, name);
  if (!sentences.ok()) return Fail("explain", sentences.status());
  if (!options.json) {
    for (const std::string& sentence : *sentences) fmt::print("{}\n", sentence);
    return 0;
  }
  std::string json = fmt::format(R"({{"sequence": {}, "name": )", recovered->position.sequence);
  gateway::AppendJsonString(name, &json);
  json += R"(, "sentences": [)";
  for (const std::string& sentence : *sentences) {
    if (json.back() != '[') json += ", ";
    gateway::AppendJsonString(sentence, &json);
  }
  fmt::print("{}]}}\n", json);
  return 0;
}

}  // namespace wissel::server
