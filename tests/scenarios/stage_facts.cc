// What is said of an item that enters: "band 3, prefers anna for 30 s, else stays for 2 min".
#include "base/status.h"
#include "tests/scenarios/stage.h"
#include "tests/scenarios/words.h"

namespace wissel::scenario {

absl::Status Stage::ReadFact(std::string part, CreateItem& create) {
  if (TakePrefix(part, "band ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t band, ReadNumber(part));
    create.band = static_cast<uint8_t>(band);
  } else if (TakePrefix(part, "ahead by ")) {
    WISSEL_ASSIGN_OR_RETURN(create.head_start, ReadDuration(part));
  } else if (TakePrefix(part, "about ")) {
    create.topic = part;
  } else if (part == "of nobody") {
    create.contact.clear();
  } else if (TakePrefix(part, "of customer ")) {
    create.customer = part;
  } else if (TakePrefix(part, "goes on with ")) {
    WISSEL_ASSIGN_OR_RETURN(create.continues, FindItem(part));
  } else if (TakePrefix(part, "of ")) {
    create.contact = part;
  } else if (TakePrefix(part, "not before ")) {
    WISSEL_ASSIGN_OR_RETURN(create.not_before, ReadTime(part));
  } else if (TakePrefix(part, "not after ")) {
    WISSEL_ASSIGN_OR_RETURN(create.not_after, ReadTime(part));
  } else if (TakePrefix(part, "by ")) {
    WISSEL_ASSIGN_OR_RETURN(create.channel, ReadChannel(part));
  } else if (TakePrefix(part, "needs ")) {
    WISSEL_ASSIGN_OR_RETURN(create.requirement, ReadRequirement(part, directory()));
  } else if (TakePrefix(part, "prefers ")) {
    return ReadPreferred(part, create);
  } else if (TakePrefix(part, "else ")) {
    return ReadFallback(part, create.fallback);
  } else {
    return NotUnderstood(part, "a fact about an item");
  }
  return absl::OkStatus();
}

// "anna for 30 s then bob", "anna whatever her skills for 30 s"
absl::Status Stage::ReadPreferred(std::string_view text, CreateItem& create) {
  for (const std::string& one : Parts(text, " then ")) {
    const auto words = Parts(one, " for ");
    const auto names = Parts(words[0], " whatever ");
    PreferredAgent preferred;
    WISSEL_ASSIGN_OR_RETURN(preferred.agent, FindAgent(names[0]));
    preferred.skip_skills = names.size() == 2;
    if (words.size() == 2) {
      WISSEL_ASSIGN_OR_RETURN(preferred.hold_for, ReadDuration(words[1]));
    }
    create.preferred.push_back(preferred);
  }
  return absl::OkStatus();
}

// "stays", "stays for 2 min", "carl", "carl for 30 s", "queue mail"
absl::Status Stage::ReadFallback(std::string text, Fallback& fallback) {
  const auto words = Parts(text, " for ");
  std::optional<Duration> time;
  if (words.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(time, ReadDuration(words[1]));
  }
  if (words[0] == "stays") {
    fallback.kind = FallbackKind::kStay;
    fallback.stay_for = time;
  } else if (TakePrefix(text, "queue ")) {
    fallback.kind = FallbackKind::kBackupQueue;
    WISSEL_ASSIGN_OR_RETURN(fallback.queue, FindQueue(text));
  } else {
    fallback.kind = FallbackKind::kBackupAgent;
    WISSEL_ASSIGN_OR_RETURN(fallback.agent, FindAgent(words[0]));
    fallback.hold_for = time.value_or(Duration());
  }
  return absl::OkStatus();
}

}  // namespace wissel::scenario
