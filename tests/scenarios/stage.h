// Plays one scenario on a real engine and writes down what happens, in the engine's own sentences.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "router/core/engine.h"
#include "router/core/pace.h"
#include "router/core/rule_book.h"

namespace wissel::scenario {

class Stage {
 public:
  // A center with two reasons to be away, "break" and "meal", and nothing else.
  Stage();

  // One line of a scenario. A line that is not understood is an error; a command that the engine
  // refuses is written down like what happens otherwise.
  absl::Status Play(std::string_view line);

  // What happened since the setting was complete.
  std::string TakeStory();

 private:
  absl::Status PlayClock(std::string text, bool& done);
  absl::Status PlaySetting(std::string text, bool& done);
  absl::Status PlayQuestion(std::string text, bool& done);
  absl::Status PlaySurge(std::string text, bool& done);
  absl::Status PlayTalk(AgentId agent, std::string text, bool& done);
  absl::Status AskColleague(AgentId agent, std::string text);
  absl::Status PlayRules(std::string text, bool& done);
  absl::Status PlayItem(const std::string& name, std::string text);
  absl::Status PlayAgent(AgentId agent, std::string text);
  absl::Status PlayWork(AgentId agent, std::string text);
  absl::Status Enter(const std::string& name, std::string text);
  void TellWait(ItemId item);
  // stage_facts.cc: what is said of an item that enters.
  absl::Status ReadFact(std::string part, CreateItem& create);
  absl::Status ReadPreferred(std::string_view text, CreateItem& create);
  absl::Status ReadFallback(std::string text, Fallback& fallback);
  void Tell(const Alternative& instead);
  absl::Status Change(ItemId item, std::string text);
  absl::Status Promise(ItemId item, std::string text);
  absl::Status TransferTo(std::string text, std::optional<QueueId>& queue,
                          std::optional<AgentId>& agent);
  absl::Status TransferTo(std::string text, std::optional<QueueId>& queue,
                          std::optional<AgentId>& agent, std::optional<PartnerId>& partner);
  absl::Status ConfigureQueueAs(const std::string& name, const std::string& text);
  absl::Status Remove(std::string text);
  void Explain(ItemId item);
  void Explain(AgentId agent);
  void ShowLine(QueueId queue);
  void ShowPartners(QueueId queue);
  void ShowAgent(AgentId agent);

  // Asks the engine; writes down the events or the refusal.
  void Ask(CommandBody body);
  void AdvanceTo(Instant to);
  void Tell(const std::vector<Event>& events);
  void Write(std::string line);
  // Names instead of numbers, times without the day.
  std::string Readable(std::string text) const;
  absl::StatusOr<ItemId> FindItem(const std::string& name) const;
  absl::StatusOr<AgentId> FindAgent(const std::string& name) const;
  absl::StatusOr<QueueId> FindQueue(const std::string& name) const;
  // Of the rules that are being drafted, if they are.
  const Directory& directory() const { return (draft_ ? *draft_ : engine_).directory(); }

  Engine engine_;
  Pace pace_;
  Instant now_;
  bool begun_ = false;  // the setting is complete
  // Between "rules:" and "apply": settings are tried on these, then applied together.
  std::optional<Engine> draft_;
  std::string note_;
  RuleBook book_;
  uint64_t setting_ = 0;  // the version with which it begins
  std::optional<RequestIdentity> request_;
  std::string by_;  // of the line that is played
  std::map<std::string, ItemId> items_;
  std::map<ItemId, OfferId> last_offer_;
  std::string story_;
};

// The story of a whole scenario: what stands after its line "----".
absl::StatusOr<std::string> PlayScenario(std::string_view commands);

}  // namespace wissel::scenario
