#include "router/core/field_words.h"

#include <array>

#include "fmt/format.h"

namespace wissel {
namespace {

constexpr size_t kMostBytes = 240;

template <class Table, class Id>
std::string Named(const Table& table, Id id, const char* collection) {
  const auto* config = table.Find(id);
  return config == nullptr ? std::string() : fmt::format("{}/{}", collection, config->name);
}

template <size_t kCount, class Enum>
std::string Listed(const std::array<const char*, kCount>& words, Enum value) {
  const size_t at = static_cast<size_t>(value) - 1;
  return at < kCount ? words[at] : fmt::format("{}", at + 1);
}

}  // namespace

std::string FieldWords::CutShort(std::string text) {
  if (text.size() <= kMostBytes) return text;
  size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string FieldWords::Of(WrapUpMode mode) const {
  static constexpr std::array<const char*, 4> kWords = {"none", "optional", "mandatory", "timed"};
  return Listed(kWords, mode);
}
std::string FieldWords::Of(ClosedActionKind kind) const {
  static constexpr std::array<const char*, 4> kWords = {"refuse", "hold", "redirect", "call back"};
  return Listed(kWords, kind);
}
std::string FieldWords::Of(LostWorkRule rule) const {
  static constexpr std::array<const char*, 2> kWords = {"return", "complete"};
  return Listed(kWords, rule);
}
std::string FieldWords::Of(SelectionKey key) const {
  static constexpr std::array<const char*, 8> kWords = {
      "ring",          "match score", "load ratio",  "idle since",
      "fewest skills", "most skills", "fixed order", "weighted"};
  return Listed(kWords, key);
}
std::string FieldWords::Of(EntryGate::When when) const {
  static constexpr std::array<const char*, 3> kWords = {"so many wait", "nobody is signed in",
                                                        "the wait would be longer"};
  return Listed(kWords, when);
}
std::string FieldWords::Of(EntryGate::Action action) const {
  static constexpr std::array<const char*, 2> kWords = {"refuse", "redirect"};
  return Listed(kWords, action);
}

std::string FieldWords::Of(SkillId id) const { return Named(s_.directory.skills, id, "skills"); }
std::string FieldWords::Of(TeamId id) const { return Named(s_.directory.teams, id, "teams"); }
std::string FieldWords::Of(PartnerId id) const {
  return Named(s_.directory.partners, id, "partners");
}
std::string FieldWords::Of(ProfileId id) const {
  return Named(s_.directory.profiles, id, "routingProfiles");
}
std::string FieldWords::Of(QueueId id) const { return Named(s_.directory.queues, id, "queues"); }
std::string FieldWords::Of(AgentId id) const { return Named(s_.directory.agents, id, "agents"); }
// What it asks for, not its number, which says nothing to anybody.
std::string FieldWords::Of(RequirementId id) const {
  const auto row = s_.requirements.find(id);
  return row == s_.requirements.end() ? std::string() : Of(row->second);
}

std::string FieldWords::Of(const SkillNeed& need) const {
  if (need.preferred) return fmt::format("prefers {} x {}", Of(need.skill), need.weight);
  return fmt::format("{} >= {}", Of(need.skill), need.min_level);
}
std::string FieldWords::Of(const Constraint& constraint) const {
  using Kind = Constraint::Kind;
  switch (constraint.kind) {
    case Kind::kAll:
    case Kind::kAny: {
      const char* between = constraint.kind == Kind::kAll ? " and " : " or ";
      std::string words;
      for (const Constraint& child : constraint.children) {
        words += (words.empty() ? "" : between) + Of(child);
      }
      return "(" + words + ")";
    }
    case Kind::kNot:
      return "not " + Of(constraint.children.front());
    case Kind::kEquals:
    case Kind::kIn:
      return fmt::format("{} is {}", constraint.attribute, fmt::join(constraint.texts, "/"));
    case Kind::kAtLeast:
      return fmt::format("{} at least {}", constraint.attribute, constraint.number);
    case Kind::kAtMost:
      return fmt::format("{} at most {}", constraint.attribute, constraint.number);
  }
  return "";
}
std::string FieldWords::Of(const RequirementStep& step) const {
  std::string words;
  for (const SkillNeed& need : step.skills) words += (words.empty() ? "" : " and ") + Of(need);
  if (words.empty()) words = "anyone";
  if (step.constraint) words += " where " + Of(*step.constraint);
  return words;
}
std::string FieldWords::Of(const Requirement& requirement) const {
  std::string words;
  const RequirementStep* before = nullptr;
  for (const RequirementStep& step : requirement.steps) {
    if (before != nullptr) {
      words += fmt::format(", then after {}{} ", FormatDuration(before->expires_after),
                           before->skip_if_none ? " or if nobody is here" : "");
    }
    words += Of(step);
    before = &step;
  }
  return words;
}

std::string FieldWords::Of(const SkillLevel& skill) const {
  return fmt::format("{} {}", Of(skill.skill), skill.level);
}
std::string FieldWords::Of(const Attribute& attribute) const {
  const std::string value = attribute.text     ? *attribute.text
                            : attribute.number ? fmt::format("{}", *attribute.number)
                                               : std::string();
  return fmt::format("{} {}", attribute.key, value);
}
std::string FieldWords::Of(const ChannelCapacity& capacity) const {
  std::string words =
      fmt::format("{} {} of {}", NameOf(capacity.channel), capacity.limit, capacity.cost);
  std::string by;
  for (Channel channel : kChannels) {
    if (!ChannelSet::FromBits(capacity.interrupted_by).Has(channel)) continue;
    by += fmt::format("{}{}", by.empty() ? " interrupted by " : " and ", NameOf(channel));
  }
  words += by + " offered " + FormatDuration(capacity.offer_timeout);
  if (capacity.auto_accept) words += " accepted by itself";
  return words;
}
std::string FieldWords::Of(const PartnerShare& share) const {
  return fmt::format("{} {}.{} %", PartnerName(share.partner, s_.directory),
                     share.share_permille / 10, share.share_permille % 10);
}
std::string FieldWords::Of(const QueuedPresence& presence) const {
  if (presence.presence == Presence::kOffline) return "signed out";
  if (presence.presence == Presence::kAvailable) return "available";
  return presence.away_reason.empty() ? "away" : "away: " + presence.away_reason;
}

}  // namespace wissel
