#include "router/service/convert_queue.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/convert_config.h"
#include "router/service/convert_requirement.h"
#include "router/service/hours.h"
#include "router/service/names.h"

namespace wissel {
namespace {

constexpr int kMaxReasonCodes = 100;
constexpr int kMaxDeclines = 100;
constexpr int kLastBand = 9;
constexpr int kMostWaiting = 1'000'000;
constexpr int kMaxGates = 10;
constexpr int kMostPartners = 20;
constexpr int kMostPerSlot = 100'000;
constexpr int kMostAttempts = 100;
constexpr size_t kLongestMessage = 500;

// A share from 0 to 1, in thousandths.
absl::StatusOr<int32_t> ReadShare(double share, const char* field) {
  const double permille = share * 1000;
  // Not a number fails every comparison, hence the form of this one.
  if (!(permille >= 0 && permille <= 1000) || std::abs(permille - std::round(permille)) > 1e-6) {
    return RefuseField(field, fmt::format("{} is no such share", share), "0 to 1, in thousandths");
  }
  return static_cast<int32_t>(std::round(permille));
}

absl::StatusOr<WrapUp> ReadWrapUp(const v1::WrapUp& from) {
  WrapUp wrap_up;
  if (!v1::WrapUp::Mode_IsValid(from.mode())) {
    return RefuseField("mode", fmt::format("{} is no mode", static_cast<int>(from.mode())),
                       "NO_WRAP_UP, OPTIONAL, MANDATORY or TIMED");
  }
  if (from.mode() != v1::WrapUp::MODE_UNSPECIFIED) {
    wrap_up.mode = static_cast<WrapUpMode>(from.mode());
  }
  const bool timed = wrap_up.mode == WrapUpMode::kTimed;
  if (timed != from.has_limit()) {
    return RefuseField(
        "limit", timed ? "a timed wrap-up has a limit" : "only TIMED has a limit",
        timed ? RangeInWords(Duration::Seconds(1), Duration::Hours(1)) : "no limit, or mode TIMED");
  }
  if (timed) {
    WISSEL_ASSIGN_OR_RETURN(wrap_up.limit, ReadDuration(from.limit(), Duration::Seconds(1),
                                                        Duration::Hours(1), "limit"));
  }
  if (from.has_blocks_capacity()) wrap_up.blocks_capacity = from.blocks_capacity();
  return wrap_up;
}

absl::Status ReadClosedAction(const v1::ClosedAction& from, std::optional<QueueId> id,
                              const Directory& directory, QueueConfig& queue) {
  if (!v1::ClosedAction::Kind_IsValid(from.kind())) {
    return RefuseField("kind", fmt::format("{} is no kind", static_cast<int>(from.kind())),
                       "REFUSE, HOLD, REDIRECT or CALLBACK");
  }
  if (from.kind() != v1::ClosedAction::KIND_UNSPECIFIED) {
    queue.closed_action = static_cast<ClosedActionKind>(from.kind());
  }
  if (!from.message().empty() && queue.closed_action != ClosedActionKind::kRefuse) {
    return RefuseField("message", "only REFUSE has a message", "no message, or kind REFUSE");
  }
  WISSEL_RETURN_IF_ERROR(CheckText(from.message(), kLongestMessage, "message"));
  queue.closed_message = from.message();
  if (queue.closed_action != ClosedActionKind::kRedirect) {
    if (from.queue().empty()) return absl::OkStatus();
    return RefuseField("queue", "only REDIRECT has a queue", "no queue, or kind REDIRECT");
  }
  WISSEL_ASSIGN_OR_RETURN(queue.closed_queue,
                          FindByName<QueueId>(directory, from.queue(), "queue"));
  if (queue.closed_queue == id) {
    return RefuseField("queue", "a queue does not redirect to itself", "another queue");
  }
  return absl::OkStatus();
}

absl::Status ReadOpening(const v1::Queue& from, std::optional<QueueId> id,
                         const Directory& directory, QueueConfig& queue) {
  if (!from.has_hours()) return absl::OkStatus();
  absl::StatusOr<OpeningHours> hours = ReadHours(from.hours());
  if (!hours.ok()) return WithFieldPrefix(hours.status(), "hours");
  queue.hours = *std::move(hours);
  return WithFieldPrefix(ReadClosedAction(from.hours().closed_action(), id, directory, queue),
                         "hours.closedAction");
}

absl::StatusOr<EntryGate> ReadGate(const v1::EntryGate& from, const Directory& directory) {
  EntryGate gate;
  if (from.when() == 0 || !v1::EntryGate::When_IsValid(from.when())) {
    return RefuseField("when", "it is not said when the gate holds",
                       "WAITING, NOBODY_SIGNED_IN or ESTIMATED_WAIT");
  }
  if (from.action() == 0 || !v1::EntryGate::Action_IsValid(from.action())) {
    return RefuseField("action", "it is not said what happens then", "REFUSE or REDIRECT");
  }
  gate.when = static_cast<EntryGate::When>(from.when());
  gate.action = static_cast<EntryGate::Action>(from.action());
  if (gate.when == EntryGate::When::kWaiting) {
    WISSEL_ASSIGN_OR_RETURN(gate.waiting, ReadNumber(from.waiting(), 1, kMostWaiting, "waiting"));
  } else if (from.waiting() != 0) {
    return RefuseField("waiting", "only WAITING has a number", "no number, or when WAITING");
  }
  const bool by_wait = gate.when == EntryGate::When::kEstimatedWait;
  if (by_wait != from.has_wait()) {
    return RefuseField(
        "wait", by_wait ? "it is not said how long is too long" : "only ESTIMATED_WAIT has a time",
        by_wait ? RangeInWords(Duration::Seconds(1), Duration::Days(1))
                : "no time, or when ESTIMATED_WAIT");
  }
  if (by_wait) {
    WISSEL_ASSIGN_OR_RETURN(
        gate.wait, ReadDuration(from.wait(), Duration::Seconds(1), Duration::Days(1), "wait"));
  }
  const bool refuses = gate.action == EntryGate::Action::kRefuse;
  if (!refuses && !from.message().empty()) {
    return RefuseField("message", "only REFUSE has a message", "no message, or action REFUSE");
  }
  if (refuses && !from.queue().empty()) {
    return RefuseField("queue", "only REDIRECT has a queue", "no queue, or action REDIRECT");
  }
  WISSEL_ASSIGN_OR_RETURN(const int32_t from_band,
                          ReadNumber(from.from_band(), 0, kLastBand, "fromBand"));
  gate.from_band = static_cast<uint8_t>(from_band);
  WISSEL_RETURN_IF_ERROR(CheckText(from.message(), kLongestMessage, "message"));
  gate.message = from.message();
  if (refuses) return gate;
  WISSEL_ASSIGN_OR_RETURN(gate.queue, FindByName<QueueId>(directory, from.queue(), "queue"));
  return gate;
}

absl::StatusOr<std::vector<EntryGate>> ReadGates(
    const google::protobuf::RepeatedPtrField<v1::EntryGate>& from, const Directory& directory,
    const char* field) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.size(), kMaxGates, field));
  std::vector<EntryGate> gates;
  for (int i = 0; i < from.size(); ++i) {
    absl::StatusOr<EntryGate> gate = ReadGate(from[i], directory);
    if (!gate.ok()) return WithFieldPrefix(gate.status(), fmt::format("{}[{}]", field, i));
    gates.push_back(*std::move(gate));
  }
  return gates;
}

absl::StatusOr<RetryRule> ReadRetry(const v1::RetryRule& from) {
  RetryRule retry;
  if (from.has_attempts()) {
    WISSEL_ASSIGN_OR_RETURN(retry.attempts,
                            ReadNumber(from.attempts(), 1, kMostAttempts, "retry.attempts"));
  }
  if (from.has_gap()) {
    WISSEL_ASSIGN_OR_RETURN(retry.gap,
                            ReadDuration(from.gap(), Duration::Seconds(1), kLongest, "retry.gap"));
  }
  if (from.has_expires_after()) {
    WISSEL_ASSIGN_OR_RETURN(retry.expires_after,
                            ReadDuration(from.expires_after(), Duration::Seconds(1),
                                         Duration::Days(365), "retry.expiresAfter"));
  }
  WISSEL_ASSIGN_OR_RETURN(retry.per_slot,
                          ReadNumber(from.per_slot(), 0, kMostPerSlot, "retry.perSlot"));
  return retry;
}

absl::StatusOr<PartnerAllocation> ReadAllocation(const v1::PartnerAllocation& from,
                                                 const Directory& directory) {
  PartnerAllocation allocation;
  WISSEL_RETURN_IF_ERROR(CheckCount(from.shares_size(), kMostPartners, "shares"));
  for (int i = 0; i < from.shares_size(); ++i) {
    const std::string at = fmt::format("shares[{}].", i);
    PartnerShare& share = allocation.shares.emplace_back();
    if (!from.shares(i).partner().empty()) {
      WISSEL_ASSIGN_OR_RETURN(
          share.partner,
          FindByName<PartnerId>(directory, from.shares(i).partner(), at + "partner"));
    }
    WISSEL_ASSIGN_OR_RETURN(share.share_permille,
                            ReadShare(from.shares(i).share(), (at + "share").c_str()));
  }
  if (from.has_service_level_floor()) {
    WISSEL_ASSIGN_OR_RETURN(allocation.service_level_floor_permille,
                            ReadShare(from.service_level_floor(), "serviceLevelFloor"));
  }
  if (from.has_settlement_interval()) {
    WISSEL_ASSIGN_OR_RETURN(allocation.interval,
                            ReadDuration(from.settlement_interval(), Duration::Minutes(1),
                                         Duration::Days(1), "settlementInterval"));
  }
  return allocation;
}

absl::Status ReadOverflow(const v1::Queue& from, const Directory& directory, QueueConfig& queue) {
  WISSEL_ASSIGN_OR_RETURN(queue.entry_gates,
                          ReadGates(from.entry_gates(), directory, "entryGates"));
  WISSEL_ASSIGN_OR_RETURN(queue.surge.gates,
                          ReadGates(from.surge().gates(), directory, "surge.gates"));
  queue.surge.merge_duplicates = from.surge().merge_duplicates();
  if (from.has_retry()) {
    WISSEL_ASSIGN_OR_RETURN(queue.retry, ReadRetry(from.retry()));
  }
  if (!from.has_overflow()) return absl::OkStatus();
  Overflow overflow;
  WISSEL_ASSIGN_OR_RETURN(
      overflow.after,
      ReadDuration(from.overflow().after(), Duration::Seconds(1), kLongest, "overflow.after"));
  WISSEL_ASSIGN_OR_RETURN(
      overflow.queue, FindByName<QueueId>(directory, from.overflow().queue(), "overflow.queue"));
  queue.overflow = overflow;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SelectionKey>> ReadSelection(const v1::Queue& from) {
  std::vector<SelectionKey> keys;
  for (int i = 0; i < from.selection_size(); ++i) {
    const std::string field = fmt::format("selection[{}]", i);
    const auto number = static_cast<int>(from.selection(i));
    if (number == 0 || !v1::SelectionKey_IsValid(number)) {
      return RefuseField(field, fmt::format("{} is no selection key", number),
                         "RING, MATCH_SCORE, LOAD_RATIO, IDLE_SINCE, FEWEST_SKILLS, MOST_SKILLS, "
                         "FIXED_ORDER or WEIGHTED");
    }
    const auto key = static_cast<SelectionKey>(number);
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
      return RefuseField(field, "the key is given twice", "each key once");
    }
    keys.push_back(key);
  }
  return keys;
}

absl::Status ReadTimes(const v1::Queue& from, QueueConfig& queue) {
  if (!from.has_answer_within()) {
    return RefuseField("answerWithin", "the promise is missing",
                       RangeInWords(Duration::Seconds(1), kLongest));
  }
  WISSEL_ASSIGN_OR_RETURN(
      queue.answer_within,
      ReadDuration(from.answer_within(), Duration::Seconds(1), kLongest, "answerWithin"));
  if (from.has_short_abandon()) {
    WISSEL_ASSIGN_OR_RETURN(queue.short_abandon, ReadDuration(from.short_abandon(), Duration(),
                                                              Duration::Hours(1), "shortAbandon"));
  }
  if (from.has_decline_gap()) {
    WISSEL_ASSIGN_OR_RETURN(queue.decline_gap, ReadDuration(from.decline_gap(), Duration(),
                                                            Duration::Days(1), "declineGap"));
  }
  if (from.has_wake_hold()) {
    WISSEL_ASSIGN_OR_RETURN(queue.wake_hold, ReadDuration(from.wake_hold(), Duration(),
                                                          Duration::Hours(24), "wakeHold"));
  }
  if (from.has_conversation_expires()) {
    WISSEL_ASSIGN_OR_RETURN(queue.conversation_expires,
                            ReadDuration(from.conversation_expires(), Duration::Minutes(1),
                                         Duration::Days(60), "conversationExpires"));
  }
  if (from.has_longest_pause()) {
    WISSEL_ASSIGN_OR_RETURN(queue.longest_pause, ReadDuration(from.longest_pause(), Duration(),
                                                              Duration::Days(90), "longestPause"));
  }
  return absl::OkStatus();
}

absl::Status ReadNumbers(const v1::Queue& from, QueueConfig& queue) {
  if (from.has_service_level_target()) {
    WISSEL_ASSIGN_OR_RETURN(queue.service_level_target_permille,
                            ReadShare(from.service_level_target(), "serviceLevelTarget"));
  }
  if (from.has_share_floor()) {
    WISSEL_ASSIGN_OR_RETURN(queue.share_floor_permille,
                            ReadShare(from.share_floor(), "shareFloor"));
  }
  if (from.has_default_band()) {
    WISSEL_ASSIGN_OR_RETURN(const int32_t band,
                            ReadNumber(from.default_band(), 0, kLastBand, "defaultBand"));
    queue.default_band = static_cast<uint8_t>(band);
  }
  if (from.has_max_declines()) {
    WISSEL_ASSIGN_OR_RETURN(queue.max_declines,
                            ReadNumber(from.max_declines(), 1, kMaxDeclines, "maxDeclines"));
  }
  return absl::OkStatus();
}

void WriteClosedAction(const QueueConfig& queue, const Directory& directory,
                       v1::ClosedAction* out) {
  out->set_kind(static_cast<v1::ClosedAction::Kind>(queue.closed_action));
  out->set_message(queue.closed_message);
  if (queue.closed_queue) out->set_queue(NameIn(directory, *queue.closed_queue));
}

void WriteGate(const EntryGate& gate, const Directory& directory, v1::EntryGate* out) {
  out->set_when(static_cast<v1::EntryGate::When>(gate.when));
  out->set_waiting(gate.waiting);
  out->set_action(static_cast<v1::EntryGate::Action>(gate.action));
  out->set_message(gate.message);
  out->set_from_band(gate.from_band);
  if (gate.when == EntryGate::When::kEstimatedWait) WriteDuration(gate.wait, out->mutable_wait());
  if (gate.queue) out->set_queue(NameIn(directory, *gate.queue));
}

void WriteOverflow(const QueueConfig& queue, const Directory& directory, v1::Queue* out) {
  for (const EntryGate& gate : queue.entry_gates) {
    WriteGate(gate, directory, out->add_entry_gates());
  }
  for (const EntryGate& gate : queue.surge.gates) {
    WriteGate(gate, directory, out->mutable_surge()->add_gates());
  }
  if (queue.surge.merge_duplicates) out->mutable_surge()->set_merge_duplicates(true);
  if (queue.retry) {
    out->mutable_retry()->set_attempts(queue.retry->attempts);
    WriteDuration(queue.retry->gap, out->mutable_retry()->mutable_gap());
    WriteDuration(queue.retry->expires_after, out->mutable_retry()->mutable_expires_after());
    out->mutable_retry()->set_per_slot(queue.retry->per_slot);
  }
  if (!queue.overflow) return;
  WriteDuration(queue.overflow->after, out->mutable_overflow()->mutable_after());
  out->mutable_overflow()->set_queue(NameIn(directory, queue.overflow->queue));
}

void WriteAllocation(const PartnerAllocation& allocation, const Directory& directory,
                     v1::PartnerAllocation* out) {
  for (const PartnerShare& share : allocation.shares) {
    v1::PartnerAllocation::Share* to = out->add_shares();
    if (share.partner) to->set_partner(NameIn(directory, *share.partner));
    to->set_share(share.share_permille / 1000.0);
  }
  if (allocation.service_level_floor_permille > 0) {
    out->set_service_level_floor(allocation.service_level_floor_permille / 1000.0);
  }
  WriteDuration(allocation.interval, out->mutable_settlement_interval());
}

}  // namespace

absl::StatusOr<QueueRead> ReadQueue(const v1::Queue& from, std::string name,
                                    std::optional<QueueId> id, const Directory& directory) {
  QueueRead read;
  QueueConfig& queue = read.config;
  queue.name = std::move(name);
  WISSEL_RETURN_IF_ERROR(CheckText(from.display_name(), kLongestDisplayName, "displayName"));
  queue.display_name = from.display_name();
  WISSEL_ASSIGN_OR_RETURN(queue.channel, ReadChannel(from.channel(), "channel"));
  WISSEL_RETURN_IF_ERROR(ReadTimes(from, queue));
  WISSEL_RETURN_IF_ERROR(ReadNumbers(from, queue));
  read.requirement = AnyAgent();
  if (from.has_requirement()) {
    absl::StatusOr<Requirement> requirement = ReadRequirement(from.requirement(), directory);
    if (!requirement.ok()) return WithFieldPrefix(requirement.status(), "requirement");
    read.requirement = *std::move(requirement);
  }
  absl::StatusOr<WrapUp> wrap_up = ReadWrapUp(from.wrap_up());
  if (!wrap_up.ok()) return WithFieldPrefix(wrap_up.status(), "wrapUp");
  queue.wrap_up = *wrap_up;
  WISSEL_ASSIGN_OR_RETURN(queue.reason_codes,
                          ReadCodes(from.reason_codes(), kMaxReasonCodes, "reasonCodes"));
  if (queue.wrap_up.mode == WrapUpMode::kMandatory && queue.reason_codes.empty()) {
    return RefuseField("reasonCodes", "a mandatory wrap-up asks for a reason code",
                       "at least one reason code, or another wrap-up mode");
  }
  WISSEL_RETURN_IF_ERROR(ReadOpening(from, id, directory, queue));
  WISSEL_RETURN_IF_ERROR(ReadOverflow(from, directory, queue));
  if (from.has_partner_allocation()) {
    absl::StatusOr<PartnerAllocation> allocation =
        ReadAllocation(from.partner_allocation(), directory);
    if (!allocation.ok()) return WithFieldPrefix(allocation.status(), "partnerAllocation");
    queue.partner_allocation = *std::move(allocation);
  }
  if (!from.selection().empty()) {
    WISSEL_ASSIGN_OR_RETURN(queue.selection, ReadSelection(from));
  }
  return read;
}

void WriteQueue(const QueueConfig& queue, const Requirement& requirement,
                const Directory& directory, v1::Queue* out) {
  out->set_display_name(queue.display_name);
  out->set_channel(static_cast<v1::Channel>(queue.channel));
  WriteDuration(queue.answer_within, out->mutable_answer_within());
  out->set_service_level_target(queue.service_level_target_permille / 1000.0);
  WriteDuration(queue.short_abandon, out->mutable_short_abandon());
  if (requirement != AnyAgent()) {
    WriteRequirement(requirement, directory, out->mutable_requirement());
  }
  out->set_default_band(queue.default_band);
  out->set_max_declines(queue.max_declines);
  WriteDuration(queue.decline_gap, out->mutable_decline_gap());
  WriteDuration(queue.wake_hold, out->mutable_wake_hold());
  WriteDuration(queue.conversation_expires, out->mutable_conversation_expires());
  if (queue.longest_pause > Duration()) {
    WriteDuration(queue.longest_pause, out->mutable_longest_pause());
  }
  v1::WrapUp* wrap_up = out->mutable_wrap_up();
  wrap_up->set_mode(static_cast<v1::WrapUp::Mode>(queue.wrap_up.mode));
  if (queue.wrap_up.mode == WrapUpMode::kTimed) {
    WriteDuration(queue.wrap_up.limit, wrap_up->mutable_limit());
  }
  wrap_up->set_blocks_capacity(queue.wrap_up.blocks_capacity);
  for (const std::string& code : queue.reason_codes) out->add_reason_codes(code);
  if (queue.hours) {
    WriteHours(*queue.hours, out->mutable_hours());
    WriteClosedAction(queue, directory, out->mutable_hours()->mutable_closed_action());
  }
  if (queue.share_floor_permille > 0) {
    out->set_share_floor(queue.share_floor_permille / 1000.0);
  }
  WriteOverflow(queue, directory, out);
  if (queue.partner_allocation) {
    WriteAllocation(*queue.partner_allocation, directory, out->mutable_partner_allocation());
  }
  for (const SelectionKey key : queue.selection) {
    out->add_selection(static_cast<v1::SelectionKey>(key));
  }
}

}  // namespace wissel
