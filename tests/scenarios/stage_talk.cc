// What agents do with a contact beside answering it: ask a colleague, hand it over, set it aside.
#include "base/status.h"
#include "tests/scenarios/stage.h"
#include "tests/scenarios/words.h"

namespace wissel::scenario {

// "hands call1 over", "ends the consult about call1", "sets mail1 aside"
absl::Status Stage::PlayTalk(AgentId agent, std::string text, bool& done) {
  done = true;
  if (TakePrefix(text, "asks ")) return AskColleague(agent, text);
  if (TakePrefix(text, "hands ") && text.ends_with(" over")) {
    text.resize(text.size() - 5);
    WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(text));
    Ask(TransferConsult{agent, item});
  } else if (TakePrefix(text, "ends the consult about ")) {
    WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(text));
    Ask(EndConsult{agent, item});
  } else if (TakePrefix(text, "begins a conference about ")) {
    WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(text));
    Ask(MarkConference{agent, item, true});
  } else if (TakePrefix(text, "ends the conference about ")) {
    WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(text));
    Ask(MarkConference{agent, item, false});
  } else if (TakePrefix(text, "sets ") && text.ends_with(" aside")) {
    text.resize(text.size() - 6);
    WISSEL_ASSIGN_OR_RETURN(const ItemId item, FindItem(text));
    Ask(SetAside{agent, item});
  } else {
    done = false;
  }
  return absl::OkStatus();
}

// "bob about call1 as ask1", "queue second about call1 as ask1"
absl::Status Stage::AskColleague(AgentId agent, std::string text) {
  const auto halves = Parts(text, " about ");
  const auto names = halves.size() == 2 ? Parts(halves[1], " as ") : std::vector<std::string>();
  if (names.size() != 2) return NotUnderstood(text, "whom an agent asks, about what, as what");
  StartConsult ask;
  ask.agent = agent;
  WISSEL_ASSIGN_OR_RETURN(ask.item, FindItem(names[0]));
  WISSEL_RETURN_IF_ERROR(TransferTo(halves[0], ask.to_queue, ask.to_agent));
  // The name is known before the events that mention it are told.
  const ItemId next(engine_.Save().next_item);
  items_.emplace(names[1], next);
  Ask(ask);
  if (!engine_.WasItem(next)) items_.erase(names[1]);
  return absl::OkStatus();
}

absl::Status Stage::TransferTo(std::string text, std::optional<QueueId>& queue,
                               std::optional<AgentId>& agent, std::optional<PartnerId>& partner) {
  if (!TakePrefix(text, "partner ")) return TransferTo(text, queue, agent);
  // One that there is not is refused.
  partner = directory().partners.FindId(text).value_or(PartnerId(99));
  return absl::OkStatus();
}

}  // namespace wissel::scenario
