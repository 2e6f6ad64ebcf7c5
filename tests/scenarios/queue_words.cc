#include <algorithm>

#include "base/status.h"
#include "tests/scenarios/words.h"

namespace wissel::scenario {
namespace {

class QueueReader {
 public:
  QueueReader(QueueWords& queue, const Directory& directory)
      : queue_(queue), config_(queue.command.config), directory_(directory) {}

  absl::Status Read(std::string part);

 private:
  absl::Status ReadPromise(std::string part);
  absl::Status ReadWrapUp(std::string part);
  absl::Status ReadHours(std::string part);
  absl::Status ReadClosed(std::string part);
  absl::Status ReadSelection(std::string part);
  // "3 wait: go to mail", "nobody is here: refuse: Call back later."
  absl::Status ReadGate(std::string part, std::vector<EntryGate>& gates);
  // "merges who comes again", "from band 5 when 2 wait: refuse: ..."
  absl::Status ReadSurge(std::string part);
  // "the house 60 % and callco 40 % with at least 80 % in time settled every 15 min"
  absl::Status ReadShares(std::string part);
  // "3 times every 15 min within 2 h and at most 2 in a quarter"
  absl::Status ReadRetry(std::string part);

  QueueWords& queue_;
  QueueConfig& config_;
  const Directory& directory_;
};

absl::Status QueueReader::Read(std::string part) {
  if (TakePrefix(part, "wrap-up ")) return ReadWrapUp(part);
  if (TakePrefix(part, "open ")) return ReadHours(part);
  if (TakePrefix(part, "when closed ")) return ReadClosed(part);
  if (TakePrefix(part, "chooses by ")) return ReadSelection(part);
  if (TakePrefix(part, "in a surge ")) return ReadSurge(part);
  if (TakePrefix(part, "when ")) return ReadGate(part, config_.entry_gates);
  if (TakePrefix(part, "tries ")) return ReadRetry(part);
  if (TakePrefix(part, "shared by ")) return ReadShares(part);
  if (TakePrefix(part, "keeps who writes again for ")) {
    WISSEL_ASSIGN_OR_RETURN(config_.wake_hold, ReadDuration(part));
    return absl::OkStatus();
  }
  if (TakePrefix(part, "ends conversations after ")) {
    WISSEL_ASSIGN_OR_RETURN(config_.conversation_expires, ReadDuration(part));
    return absl::OkStatus();
  }
  if (TakePrefix(part, "lets customers pause for ")) {
    WISSEL_ASSIGN_OR_RETURN(config_.longest_pause, ReadDuration(part));
    return absl::OkStatus();
  }
  if (TakePrefix(part, "reasons ")) {
    config_.reason_codes = Parts(part, "/");
    return absl::OkStatus();
  }
  if (TakePrefix(part, "needs ")) {
    WISSEL_ASSIGN_OR_RETURN(queue_.command.requirement, ReadRequirement(part, directory_));
    return absl::OkStatus();
  }
  return ReadPromise(part);
}

absl::Status QueueReader::ReadPromise(std::string part) {
  if (TakePrefix(part, "answer within ")) {
    WISSEL_ASSIGN_OR_RETURN(config_.answer_within, ReadDuration(part));
  } else if (TakePrefix(part, "band ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t band, ReadNumber(part));
    config_.default_band = static_cast<uint8_t>(band);
  } else if (TakePrefix(part, "asks an agent at most ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t times, ReadNumber(Parts(part, " ")[0]));
    config_.max_declines = static_cast<int32_t>(times);
  } else if (TakePrefix(part, "asks again after ")) {
    WISSEL_ASSIGN_OR_RETURN(config_.decline_gap, ReadDuration(part));
  } else if (TakePrefix(part, "gets at least ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t percent, ReadNumber(Parts(part, " ")[0]));
    config_.share_floor_permille = static_cast<int32_t>(percent) * 10;
  } else if (TakePrefix(part, "overflows after ")) {
    const auto halves = Parts(part, " into ");
    const auto queue = directory_.queues.FindId(halves.back());
    if (!queue) return NotUnderstood(part, "an overflow");
    WISSEL_ASSIGN_OR_RETURN(const Duration after, ReadDuration(halves[0]));
    config_.overflow = Overflow{after, *queue};
  } else {
    WISSEL_ASSIGN_OR_RETURN(config_.channel, ReadChannel(part));
  }
  return absl::OkStatus();
}

absl::Status QueueReader::ReadWrapUp(std::string part) {
  constexpr std::string_view kFree = " without blocking";
  if (part.ends_with(kFree)) {
    config_.wrap_up.blocks_capacity = false;
    part.resize(part.size() - kFree.size());
  }
  if (part == "optional") {
    config_.wrap_up.mode = WrapUpMode::kOptional;
  } else if (part == "mandatory") {
    config_.wrap_up.mode = WrapUpMode::kMandatory;
  } else {
    config_.wrap_up.mode = WrapUpMode::kTimed;
    WISSEL_ASSIGN_OR_RETURN(config_.wrap_up.limit, ReadDuration(part));
  }
  return absl::OkStatus();
}

absl::Status QueueReader::ReadHours(std::string part) {
  config_.hours = OpeningHours{"UTC", {WeeklyHours{0x7f, {}}}, {}};
  for (const std::string& range : Parts(part, " and ")) {
    const auto ends = Parts(range, "-");
    if (ends.size() != 2) return NotUnderstood(range, "opening hours");
    WISSEL_ASSIGN_OR_RETURN(const Instant from, ReadTime(ends[0]));
    WISSEL_ASSIGN_OR_RETURN(const Instant to, ReadTime(ends[1]));
    queue_.openings.push_back(Opening{from, to});
    auto minute = [](Instant t) { return static_cast<int32_t>((t - kMidnight).millis() / 60'000); };
    config_.hours->weekly[0].ranges.push_back(DayRange{minute(from), minute(to)});
  }
  return absl::OkStatus();
}

absl::Status QueueReader::ReadClosed(std::string part) {
  if (part == "hold") {
    config_.closed_action = ClosedActionKind::kHold;
  } else if (part == "call back") {
    config_.closed_action = ClosedActionKind::kCallback;
  } else if (TakePrefix(part, "refuse: ")) {
    config_.closed_action = ClosedActionKind::kRefuse;
    config_.closed_message = part;
  } else if (TakePrefix(part, "go to ")) {
    config_.closed_action = ClosedActionKind::kRedirect;
    config_.closed_queue = directory_.queues.FindId(part);
    if (!config_.closed_queue) return NotUnderstood(part, "a queue");
  } else {
    return NotUnderstood(part, "what happens when closed");
  }
  return absl::OkStatus();
}

absl::Status QueueReader::ReadSurge(std::string part) {
  if (part == "merges who comes again") {
    config_.surge.merge_duplicates = true;
    return absl::OkStatus();
  }
  int64_t from_band = 0;
  if (TakePrefix(part, "from band ")) {
    WISSEL_ASSIGN_OR_RETURN(from_band, ReadNumber(Parts(part, " ")[0]));
    part = part.substr(2);
  }
  if (!TakePrefix(part, "when ")) return NotUnderstood(part, "a rule for a surge");
  WISSEL_RETURN_IF_ERROR(ReadGate(part, config_.surge.gates));
  config_.surge.gates.back().from_band = static_cast<uint8_t>(from_band);
  return absl::OkStatus();
}

absl::Status QueueReader::ReadShares(std::string part) {
  PartnerAllocation allocation;
  const auto settled = Parts(part, " settled every ");
  if (settled.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(allocation.interval, ReadDuration(settled[1]));
  }
  const auto floor = Parts(settled[0], " with at least ");
  if (floor.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t percent, ReadNumber(Parts(floor[1], " ")[0]));
    allocation.service_level_floor_permille = static_cast<int32_t>(percent) * 10;
  }
  for (std::string share : Parts(floor[0], " and ")) {
    PartnerShare& to = allocation.shares.emplace_back();
    if (!TakePrefix(share, "the house ")) {
      const auto words = Parts(share, " ");
      to.partner = directory_.partners.FindId(words[0]);
      if (!to.partner) return NotUnderstood(share, "a share of a partner");
      TakePrefix(share, words[0]);
    }
    WISSEL_ASSIGN_OR_RETURN(const int64_t percent, ReadNumber(Parts(share, " ")[0]));
    to.share_permille = static_cast<int32_t>(percent) * 10;
  }
  config_.partner_allocation = std::move(allocation);
  return absl::OkStatus();
}

absl::Status QueueReader::ReadRetry(std::string part) {
  RetryRule rule;
  const auto slot = Parts(part, " and at most ");
  if (slot.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t most, ReadNumber(Parts(slot[1], " ")[0]));
    rule.per_slot = static_cast<int32_t>(most);
  }
  const auto within = Parts(slot[0], " within ");
  const auto every = Parts(within[0], " times every ");
  if (every.size() != 2) return NotUnderstood(part, "how often a customer is tried");
  WISSEL_ASSIGN_OR_RETURN(const int64_t attempts, ReadNumber(every[0]));
  rule.attempts = static_cast<int32_t>(attempts);
  WISSEL_ASSIGN_OR_RETURN(rule.gap, ReadDuration(every[1]));
  if (within.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(rule.expires_after, ReadDuration(within[1]));
  }
  config_.retry = rule;
  return absl::OkStatus();
}

absl::Status QueueReader::ReadGate(std::string part, std::vector<EntryGate>& gates) {
  EntryGate gate;
  if (TakePrefix(part, "nobody is here: ")) {
    gate.when = EntryGate::When::kNobodySignedIn;
  } else if (TakePrefix(part, "the wait is over ")) {
    const size_t colon = part.find(": ");
    gate.when = EntryGate::When::kEstimatedWait;
    WISSEL_ASSIGN_OR_RETURN(gate.wait, ReadDuration(part.substr(0, colon)));
    part = part.substr(colon + 2);
  } else {
    const auto halves = Parts(part, " wait: ");
    WISSEL_ASSIGN_OR_RETURN(const int64_t waiting, ReadNumber(halves[0]));
    gate.waiting = static_cast<int32_t>(waiting);
    part = halves.back();
  }
  if (TakePrefix(part, "refuse: ")) {
    gate.message = part;
  } else if (TakePrefix(part, "go to ")) {
    gate.action = EntryGate::Action::kRedirect;
    gate.queue = directory_.queues.FindId(part);
    if (!gate.queue) return NotUnderstood(part, "a queue");
  } else {
    return NotUnderstood(part, "what a gate does");
  }
  gates.push_back(std::move(gate));
  return absl::OkStatus();
}

absl::Status QueueReader::ReadSelection(std::string part) {
  static const std::vector<std::string> kNames = {
      "ring", "score", "load", "idle", "fewest skills", "most skills", "order", "weight"};
  config_.selection.clear();
  for (const std::string& name : Parts(part, " then ")) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) return NotUnderstood(name, "a key of choice");
    config_.selection.push_back(static_cast<SelectionKey>(found - kNames.begin() + 1));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<QueueWords> ReadQueue(std::string_view name, std::string_view text,
                                     const Directory& directory) {
  QueueWords queue;
  queue.command.config.name = std::string(name);
  queue.command.requirement.steps.emplace_back();
  QueueReader reader(queue, directory);
  for (const std::string& part : Parts(text, ",")) WISSEL_RETURN_IF_ERROR(reader.Read(part));
  return queue;
}

}  // namespace wissel::scenario
