#include "router/service/convert_item.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/version.h"
#include "router/service/convert_basics.h"
#include "router/service/convert_requirement.h"
#include "router/service/etags.h"
#include "router/service/names.h"
#include "router/service/waits.h"

namespace wissel {
namespace {

constexpr size_t kLongestOpaqueId = 64;
constexpr int kMaxPreferredAgents = 10;
constexpr int kLastBand = 9;
constexpr size_t kLongestTopic = 40;

absl::Status CheckOpaqueId(std::string_view id, std::string_view field) {
  const bool known = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._:/-").find(c) != std::string_view::npos;
  });
  if (known && id.size() <= kLongestOpaqueId) return absl::OkStatus();
  return RefuseField(field, "this is no opaque id",
                     "at most 64 characters of [A-Za-z0-9._:/-], nothing personal");
}

absl::StatusOr<PreferredAgent> ReadPreferred(const v1::PreferredAgent& from,
                                             const Directory& directory) {
  PreferredAgent preferred;
  WISSEL_ASSIGN_OR_RETURN(preferred.agent, FindByName<AgentId>(directory, from.agent(), "agent"));
  if (from.has_hold_for()) {
    WISSEL_ASSIGN_OR_RETURN(preferred.hold_for,
                            ReadDuration(from.hold_for(), Duration(), kLongest, "holdFor"));
  }
  preferred.skip_skills = from.skip_skills();
  return preferred;
}

absl::Status CheckOnlyItsOwn(const v1::Fallback& from, FallbackKind kind) {
  if (from.has_stay_for() && kind != FallbackKind::kStay) {
    return RefuseField("stayFor", "only STAY has a time", "no time, or kind STAY");
  }
  const bool agent = !from.agent().empty() || from.has_hold_for();
  if (agent && kind != FallbackKind::kBackupAgent) {
    return RefuseField("agent", "only BACKUP_AGENT has an agent", "no agent, or kind BACKUP_AGENT");
  }
  if (!from.queue().empty() && kind != FallbackKind::kBackupQueue) {
    return RefuseField("queue", "only BACKUP_QUEUE has a queue", "no queue, or kind BACKUP_QUEUE");
  }
  return absl::OkStatus();
}

absl::StatusOr<Fallback> ReadFallback(const v1::Fallback& from, const Directory& directory) {
  Fallback fallback;
  if (!v1::Fallback::Kind_IsValid(from.kind())) {
    return RefuseField("kind", fmt::format("{} is no kind", static_cast<int>(from.kind())),
                       "NEXT_BEST, STAY, BACKUP_AGENT or BACKUP_QUEUE");
  }
  if (from.kind() != v1::Fallback::KIND_UNSPECIFIED) {
    fallback.kind = static_cast<FallbackKind>(from.kind());
  }
  WISSEL_RETURN_IF_ERROR(CheckOnlyItsOwn(from, fallback.kind));
  if (from.has_stay_for()) {
    WISSEL_ASSIGN_OR_RETURN(
        fallback.stay_for, ReadDuration(from.stay_for(), Duration::Millis(1), kLongest, "stayFor"));
  }
  if (fallback.kind == FallbackKind::kBackupAgent) {
    WISSEL_ASSIGN_OR_RETURN(fallback.agent, FindByName<AgentId>(directory, from.agent(), "agent"));
  }
  if (from.has_hold_for()) {
    WISSEL_ASSIGN_OR_RETURN(fallback.hold_for,
                            ReadDuration(from.hold_for(), Duration(), kLongest, "holdFor"));
  }
  if (fallback.kind == FallbackKind::kBackupQueue) {
    WISSEL_ASSIGN_OR_RETURN(fallback.queue, FindByName<QueueId>(directory, from.queue(), "queue"));
  }
  return fallback;
}

void WriteFallback(const Fallback& fallback, const Directory& directory, v1::Fallback* out) {
  out->set_kind(static_cast<v1::Fallback::Kind>(fallback.kind));
  if (fallback.stay_for) WriteDuration(*fallback.stay_for, out->mutable_stay_for());
  if (fallback.agent) {
    out->set_agent(NameIn(directory, *fallback.agent));
    WriteDuration(fallback.hold_for, out->mutable_hold_for());
  }
  if (fallback.queue && directory.queues.Find(*fallback.queue) != nullptr) {
    out->set_queue(NameIn(directory, *fallback.queue));
  }
}

absl::Status ReadPreferredAgents(const v1::WorkItem& from, const Directory& directory,
                                 CreateItem& item) {
  WISSEL_RETURN_IF_ERROR(
      CheckCount(from.preferred_agents_size(), kMaxPreferredAgents, "preferredAgents"));
  for (int i = 0; i < from.preferred_agents_size(); ++i) {
    absl::StatusOr<PreferredAgent> preferred = ReadPreferred(from.preferred_agents(i), directory);
    const std::string field = fmt::format("preferredAgents[{}]", i);
    if (!preferred.ok()) return WithFieldPrefix(preferred.status(), field);
    const bool twice =
        std::any_of(item.preferred.begin(), item.preferred.end(),
                    [&](const PreferredAgent& p) { return p.agent == preferred->agent; });
    if (twice) {
      return RefuseField(field + ".agent",
                         fmt::format("{} is named twice", from.preferred_agents(i).agent()),
                         "each agent once");
    }
    item.preferred.push_back(*preferred);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTopic(std::string_view topic, std::string_view field) {
  const bool known = std::all_of(topic.begin(), topic.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (known && topic.size() <= kLongestTopic) return absl::OkStatus();
  return RefuseField(field, fmt::format("{} is no topic", Quoted(topic)),
                     "at most 40 characters of [a-z0-9-]");
}

absl::StatusOr<uint8_t> ReadBand(const v1::WorkItem& item) {
  WISSEL_ASSIGN_OR_RETURN(const int32_t band, ReadNumber(item.band(), 0, kLastBand, "band"));
  return static_cast<uint8_t>(band);
}

absl::StatusOr<Duration> ReadHeadStart(const v1::WorkItem& item) {
  if (!item.has_head_start()) return Duration();
  return ReadDuration(item.head_start(), Duration(), kLongest, "headStart");
}

absl::StatusOr<Requirement> ReadItemsRequirement(const v1::WorkItem& item,
                                                 const Directory& directory) {
  absl::StatusOr<Requirement> requirement = ReadRequirement(item.requirement(), directory);
  if (!requirement.ok()) return WithFieldPrefix(requirement.status(), "requirement");
  return requirement;
}

absl::StatusOr<CreateItem> ReadNewItem(const v1::WorkItem& from, const Directory& directory) {
  CreateItem item;
  WISSEL_ASSIGN_OR_RETURN(item.queue, FindByName<QueueId>(directory, from.queue(), "queue"));
  if (from.channel() != v1::CHANNEL_UNSPECIFIED) {
    WISSEL_ASSIGN_OR_RETURN(item.channel, ReadChannel(from.channel(), "channel"));
  }
  WISSEL_RETURN_IF_ERROR(CheckOpaqueId(from.contact(), "contact"));
  item.contact = from.contact();
  WISSEL_RETURN_IF_ERROR(CheckOpaqueId(from.customer(), "customer"));
  item.customer = from.customer();
  if (!from.continues().empty()) {
    WISSEL_ASSIGN_OR_RETURN(item.continues, ParseItemName(from.continues(), "continues"));
  }
  if (from.has_band()) {
    WISSEL_ASSIGN_OR_RETURN(item.band, ReadBand(from));
  }
  WISSEL_ASSIGN_OR_RETURN(item.head_start, ReadHeadStart(from));
  if (from.has_requirement()) {
    WISSEL_ASSIGN_OR_RETURN(item.requirement, ReadItemsRequirement(from, directory));
  }
  WISSEL_RETURN_IF_ERROR(CheckTopic(from.topic(), "topic"));
  item.topic = from.topic();
  if (from.has_not_before_time()) {
    WISSEL_ASSIGN_OR_RETURN(item.not_before,
                            ReadTimestamp(from.not_before_time(), "notBeforeTime"));
  }
  if (from.has_not_after_time()) {
    WISSEL_ASSIGN_OR_RETURN(item.not_after, ReadTimestamp(from.not_after_time(), "notAfterTime"));
  }
  WISSEL_RETURN_IF_ERROR(ReadPreferredAgents(from, directory, item));
  absl::StatusOr<Fallback> fallback = ReadFallback(from.fallback(), directory);
  if (!fallback.ok()) return WithFieldPrefix(fallback.status(), "fallback");
  item.fallback = *fallback;
  return item;
}

void WriteQuestion(const Question& question, const Engine& engine, v1::Question* out) {
  out->set_work_item(ItemName(question.item));
  if (engine.directory().agents.Find(question.asked_by) != nullptr) {
    out->set_asked_by(NameIn(engine.directory(), question.asked_by));
  }
  const Item* about = engine.FindItem(question.item);
  out->set_conference(about != nullptr && about->consult && about->consult->conference);
}

void WriteItem(const Item& item, const Engine& engine, v1::WorkItem* out) {
  const Directory& directory = engine.directory();
  out->set_name(ItemName(item.id));
  out->set_queue(NameIn(directory, item.queue));
  out->set_channel(static_cast<v1::Channel>(item.channel));
  out->set_contact(item.contact);
  out->set_customer(item.customer);
  out->set_paused(item.paused);
  out->set_band(item.band);
  if (item.head_start != Duration()) WriteDuration(item.head_start, out->mutable_head_start());
  const Requirement* requirement =
      item.own_requirement ? engine.FindRequirement(item.requirement) : nullptr;
  if (requirement != nullptr) {
    WriteRequirement(*requirement, directory, out->mutable_requirement());
  }
  for (const PreferredAgent& preferred : item.preferred) {
    v1::PreferredAgent* to = out->add_preferred_agents();
    to->set_agent(NameIn(directory, preferred.agent));
    WriteDuration(preferred.hold_for, to->mutable_hold_for());
    to->set_skip_skills(preferred.skip_skills);
  }
  if (item.fallback != Fallback()) {
    WriteFallback(item.fallback, directory, out->mutable_fallback());
  }
  if (item.stay) {
    v1::Staying* staying = out->mutable_staying();
    if (item.stay->until) WriteTimestamp(*item.stay->until, staying->mutable_until());
  }
  out->set_state(static_cast<v1::WorkItem::State>(item.state));
  WriteTimestamp(item.entered, out->mutable_enter_time());
  WriteTimestamp(item.due, out->mutable_due_time());
  out->set_step(item.step);
  if (item.decision) out->set_agent(NameIn(directory, item.decision->agent));
  if (item.state == ItemState::kOffered) {
    out->set_offer(OfferName(directory, item.decision->agent, item.decision->offer));
  }
  if (item.answered) WriteTimestamp(*item.answered, out->mutable_answer_time());
  if (item.ended) WriteTimestamp(*item.ended, out->mutable_end_time());
  for (const std::string& code : item.reason_codes) out->add_reason_codes(code);
  int32_t refusals = 0;
  for (const Refusal& refusal : item.refusals) refusals += refusal.count;
  out->set_refusals(refusals);
  out->set_hops(item.hops);
  out->set_topic(item.topic);
  if (item.not_before) WriteTimestamp(*item.not_before, out->mutable_not_before_time());
  if (item.not_after) WriteTimestamp(*item.not_after, out->mutable_not_after_time());
  out->set_attempts(item.attempts);
  out->set_etag(WriteVersion(VersionOf(item)));
  if (item.promise) {
    WriteEstimate(item.promise->wait, out->mutable_promised_wait()->mutable_wait());
    WriteTimestamp(item.promise->at, out->mutable_promised_wait()->mutable_time());
  }
  if (item.consult) {
    out->set_consult(ItemName(item.consult->item));
    out->set_conference(item.consult->conference);
  }
  if (item.question) WriteQuestion(*item.question, engine, out->mutable_question());
  if (item.partner && directory.partners.Find(*item.partner) != nullptr) {
    out->set_partner(NameIn(directory, *item.partner));
  }
  if (item.awaited_until) WriteTimestamp(*item.awaited_until, out->mutable_await_until_time());
}

}  // namespace wissel
