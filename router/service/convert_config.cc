#include "router/service/convert_config.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/hours.h"
#include "router/service/names.h"

namespace wissel {
namespace {

constexpr int kMaxUnits = 10'000;
constexpr int kMaxLimit = 100;
constexpr int kMaxAttributes = 50;
constexpr int kLastRank = 9;
constexpr int kMostHops = 20;
constexpr int kMaxPreferences = 10'000;
constexpr int kMaxAgentSkills = 200;
constexpr int kMaxAwayReasons = 50;
constexpr size_t kLongestCode = 40;
constexpr size_t kLongestPhone = 200;
constexpr size_t kLongestAttributeText = 100;

// Of the form alone: whether somebody can be reached there is seen when it rings.
absl::Status CheckPhone(std::string_view phone) {
  const bool sip = phone.starts_with("sip:") || phone.starts_with("sips:");
  const bool plain = std::all_of(phone.begin(), phone.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '<' && c != '>' && c != '"' && c != '?';
  });
  const size_t at = phone.find('@');
  const bool named = at != std::string_view::npos && phone[at - 1] != ':' && at + 1 < phone.size();
  if (phone.empty() || (sip && plain && named && phone.size() <= kLongestPhone))
    return absl::OkStatus();
  return RefuseField("phone", fmt::format("{} is no address of a phone", Quoted(phone)),
                     "a SIP URI without headers, such as sip:1001@10.0.0.5");
}

absl::StatusOr<uint8_t> ReadInterrupters(const v1::ChannelCapacity& from, Channel channel) {
  ChannelSet set;
  for (int i = 0; i < from.interrupted_by_size(); ++i) {
    const std::string field = fmt::format("interruptedBy[{}]", i);
    WISSEL_ASSIGN_OR_RETURN(const Channel by, ReadChannel(from.interrupted_by(i), field));
    if (by == channel) {
      return RefuseField(field, "a channel does not interrupt itself", "another channel");
    }
    if (set.Has(by)) return RefuseField(field, "the channel is named twice", "each channel once");
    set.Add(by);
  }
  return set.bits();
}

absl::StatusOr<ChannelCapacity> ReadCapacity(const v1::ChannelCapacity& from, int32_t units) {
  ChannelCapacity capacity;
  WISSEL_ASSIGN_OR_RETURN(capacity.channel, ReadChannel(from.channel(), "channel"));
  if (from.has_limit()) {
    WISSEL_ASSIGN_OR_RETURN(capacity.limit, ReadNumber(from.limit(), 1, kMaxLimit, "limit"));
  }
  capacity.cost = units;
  if (from.has_cost()) {
    WISSEL_ASSIGN_OR_RETURN(capacity.cost, ReadNumber(from.cost(), 0, units, "cost"));
  }
  WISSEL_ASSIGN_OR_RETURN(capacity.interrupted_by, ReadInterrupters(from, capacity.channel));
  capacity.auto_accept = from.auto_accept();
  if (from.has_offer_timeout()) {
    WISSEL_ASSIGN_OR_RETURN(capacity.offer_timeout,
                            ReadDuration(from.offer_timeout(), Duration::Seconds(1),
                                         Duration::Hours(24), "offerTimeout"));
  }
  return capacity;
}

absl::StatusOr<SkillLevel> ReadSkillLevel(const v1::SkillLevel& from, const Directory& directory) {
  SkillLevel skill;
  WISSEL_ASSIGN_OR_RETURN(skill.skill, FindByName<SkillId>(directory, from.skill(), "skill"));
  if (from.level() < 1 || from.level() > 10) {
    return RefuseField("level", fmt::format("{} is no level", from.level()),
                       "a level from 1 to 10");
  }
  skill.level = static_cast<uint8_t>(from.level());
  return skill;
}

absl::StatusOr<Attribute> ReadAttribute(const v1::Attribute& from) {
  WISSEL_RETURN_IF_ERROR(CheckAttributeKey(from.key(), "key"));
  if (from.key() == "team" || from.key() == "partner") {
    return RefuseField("key", fmt::format("\"{}\" is given by the agent's own field", from.key()),
                       fmt::format("another key, or {} of the agent", from.key()));
  }
  Attribute attribute;
  attribute.key = from.key();
  switch (from.value_case()) {
    case v1::Attribute::kText:
      WISSEL_RETURN_IF_ERROR(CheckText(from.text(), kLongestAttributeText, "text"));
      attribute.text = from.text();
      return attribute;
    case v1::Attribute::kNumber:
      attribute.number = from.number();
      return attribute;
    case v1::Attribute::VALUE_NOT_SET:
      break;
  }
  return RefuseField("", "the attribute has no value", "text or number");
}

absl::Status ReadAgentSkills(const v1::Agent& from, const Directory& directory,
                             AgentConfig& agent) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.skills_size(), kMaxAgentSkills, "skills"));
  std::set<SkillId> seen;
  for (int i = 0; i < from.skills_size(); ++i) {
    absl::StatusOr<SkillLevel> skill = ReadSkillLevel(from.skills(i), directory);
    const std::string field = fmt::format("skills[{}]", i);
    if (!skill.ok()) return WithFieldPrefix(skill.status(), field);
    if (!seen.insert(skill->skill).second) {
      return RefuseField(field + ".skill", fmt::format("{} is given twice", from.skills(i).skill()),
                         "each skill once");
    }
    agent.skills.push_back(*skill);
  }
  std::sort(agent.skills.begin(), agent.skills.end(),
            [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; });
  return absl::OkStatus();
}

absl::Status ReadAttributes(const v1::Agent& from, AgentConfig& agent) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.attributes_size(), kMaxAttributes, "attributes"));
  std::set<std::string> seen;
  for (int i = 0; i < from.attributes_size(); ++i) {
    absl::StatusOr<Attribute> attribute = ReadAttribute(from.attributes(i));
    const std::string field = fmt::format("attributes[{}]", i);
    if (!attribute.ok()) return WithFieldPrefix(attribute.status(), field);
    if (!seen.insert(attribute->key).second) {
      return RefuseField(field + ".key", fmt::format("\"{}\" is given twice", attribute->key),
                         "each key once");
    }
    agent.attributes.push_back(*std::move(attribute));
  }
  std::sort(agent.attributes.begin(), agent.attributes.end(),
            [](const Attribute& a, const Attribute& b) { return a.key < b.key; });
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadCodes(
    const google::protobuf::RepeatedPtrField<std::string>& from, int most, std::string_view field) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.size(), most, field));
  std::vector<std::string> codes;
  for (int i = 0; i < from.size(); ++i) {
    const std::string element = fmt::format("{}[{}]", field, i);
    if (from[i].empty()) return RefuseField(element, "the text is empty", "1 to 40 characters");
    WISSEL_RETURN_IF_ERROR(CheckText(from[i], kLongestCode, element));
    if (std::find(codes.begin(), codes.end(), from[i]) != codes.end()) {
      return RefuseField(element, fmt::format("{} is given twice", Quoted(from[i])), "each once");
    }
    codes.push_back(from[i]);
  }
  return codes;
}

absl::StatusOr<CenterConfig> ReadCenter(const v1::Center& from) {
  CenterConfig center;
  WISSEL_RETURN_IF_ERROR(CheckText(from.display_name(), kLongestDisplayName, "displayName"));
  center.display_name = from.display_name();
  if (!from.time_zone().empty()) {
    WISSEL_RETURN_IF_ERROR(CheckTimeZone(from.time_zone(), "timeZone"));
    center.time_zone = from.time_zone();
  }
  WISSEL_ASSIGN_OR_RETURN(center.away_reasons,
                          ReadCodes(from.away_reasons(), kMaxAwayReasons, "awayReasons"));
  if (from.most_hops() != 0) {
    WISSEL_ASSIGN_OR_RETURN(center.most_hops,
                            ReadNumber(from.most_hops(), 1, kMostHops, "mostHops"));
  }
  return center;
}

void WriteCenter(const Directory& directory, v1::Center* out) {
  out->set_display_name(directory.center.display_name);
  out->set_time_zone(directory.center.time_zone);
  out->set_config_revision(static_cast<int64_t>(directory.revision));
  for (const std::string& reason : directory.center.away_reasons) out->add_away_reasons(reason);
  out->set_most_hops(directory.center.most_hops);
}

absl::StatusOr<NamedConfig> ReadNamed(std::string name, const std::string& display_name) {
  WISSEL_RETURN_IF_ERROR(CheckText(display_name, kLongestDisplayName, "displayName"));
  return NamedConfig{std::move(name), display_name};
}

absl::StatusOr<QueuePreference> ReadPreference(const v1::QueuePreference& from,
                                               const Directory& directory) {
  QueuePreference preference;
  WISSEL_ASSIGN_OR_RETURN(preference.queue, FindByName<QueueId>(directory, from.queue(), "queue"));
  if (from.channel() != v1::CHANNEL_UNSPECIFIED) {
    WISSEL_ASSIGN_OR_RETURN(preference.channel, ReadChannel(from.channel(), "channel"));
  }
  if (from.has_rank()) {
    WISSEL_ASSIGN_OR_RETURN(const int32_t rank, ReadNumber(from.rank(), 0, kLastRank, "rank"));
    preference.help.rank = static_cast<uint8_t>(rank);
  }
  if (from.has_delay()) {
    WISSEL_ASSIGN_OR_RETURN(preference.help.delay,
                            ReadDuration(from.delay(), Duration(), kLongest, "delay"));
  }
  return preference;
}

absl::Status ReadPreferences(const v1::RoutingProfile& from, const Directory& directory,
                             RoutingProfile& profile) {
  WISSEL_RETURN_IF_ERROR(CheckCount(from.queues_size(), kMaxPreferences, "queues"));
  for (int i = 0; i < from.queues_size(); ++i) {
    absl::StatusOr<QueuePreference> preference = ReadPreference(from.queues(i), directory);
    if (!preference.ok()) return WithFieldPrefix(preference.status(), fmt::format("queues[{}]", i));
    const auto at = std::lower_bound(
        profile.queues.begin(), profile.queues.end(), *preference,
        [](const QueuePreference& a, const QueuePreference& b) { return a.key() < b.key(); });
    if (at != profile.queues.end() && at->key() == preference->key()) {
      return RefuseField(fmt::format("queues[{}].queue", i),
                         fmt::format("{} is named twice for a channel", from.queues(i).queue()),
                         "each queue once for each channel");
    }
    profile.queues.insert(at, *preference);
  }
  return absl::OkStatus();
}

absl::StatusOr<RoutingProfile> ReadProfile(const v1::RoutingProfile& from, std::string name,
                                           const Directory& directory) {
  RoutingProfile profile;
  profile.name = std::move(name);
  WISSEL_RETURN_IF_ERROR(CheckText(from.display_name(), kLongestDisplayName, "displayName"));
  profile.display_name = from.display_name();
  if (from.has_units()) {
    WISSEL_ASSIGN_OR_RETURN(profile.units, ReadNumber(from.units(), 1, kMaxUnits, "units"));
  }
  for (int i = 0; i < from.channels_size(); ++i) {
    absl::StatusOr<ChannelCapacity> capacity = ReadCapacity(from.channels(i), profile.units);
    const std::string field = fmt::format("channels[{}]", i);
    if (!capacity.ok()) return WithFieldPrefix(capacity.status(), field);
    if (profile.Find(capacity->channel) != nullptr) {
      return RefuseField(field + ".channel", "the channel is given twice", "each channel once");
    }
    profile.channels.push_back(*capacity);
  }
  std::sort(
      profile.channels.begin(), profile.channels.end(),
      [](const ChannelCapacity& a, const ChannelCapacity& b) { return a.channel < b.channel; });
  WISSEL_RETURN_IF_ERROR(ReadPreferences(from, directory, profile));
  return profile;
}

void WriteProfile(const RoutingProfile& profile, const Directory& directory,
                  v1::RoutingProfile* out) {
  out->set_display_name(profile.display_name);
  out->set_units(profile.units);
  for (const ChannelCapacity& capacity : profile.channels) {
    v1::ChannelCapacity* to = out->add_channels();
    to->set_channel(static_cast<v1::Channel>(capacity.channel));
    to->set_limit(capacity.limit);
    to->set_cost(capacity.cost);
    const ChannelSet interrupters = ChannelSet::FromBits(capacity.interrupted_by);
    for (const Channel channel : kChannels) {
      if (interrupters.Has(channel)) to->add_interrupted_by(static_cast<v1::Channel>(channel));
    }
    to->set_auto_accept(capacity.auto_accept);
    WriteDuration(capacity.offer_timeout, to->mutable_offer_timeout());
  }
  for (const QueuePreference& preference : profile.queues) {
    v1::QueuePreference* to = out->add_queues();
    to->set_queue(NameIn(directory, preference.queue));
    if (preference.channel) to->set_channel(static_cast<v1::Channel>(*preference.channel));
    to->set_rank(preference.help.rank);
    if (preference.help.delay != Duration()) {
      WriteDuration(preference.help.delay, to->mutable_delay());
    }
  }
}

absl::StatusOr<AgentConfig> ReadAgent(const v1::Agent& from, std::string name,
                                      const Directory& directory) {
  AgentConfig agent;
  agent.name = std::move(name);
  WISSEL_RETURN_IF_ERROR(CheckText(from.display_name(), kLongestDisplayName, "displayName"));
  WISSEL_RETURN_IF_ERROR(CheckPhone(from.phone()));
  WISSEL_RETURN_IF_ERROR(ReadAgentSkills(from, directory, agent));
  WISSEL_RETURN_IF_ERROR(ReadAttributes(from, agent));
  if (!from.team().empty()) {
    WISSEL_ASSIGN_OR_RETURN(agent.team, FindByName<TeamId>(directory, from.team(), "team"));
  }
  if (!from.partner().empty()) {
    WISSEL_ASSIGN_OR_RETURN(agent.partner,
                            FindByName<PartnerId>(directory, from.partner(), "partner"));
  }
  WISSEL_ASSIGN_OR_RETURN(
      agent.profile, FindByName<ProfileId>(directory, from.routing_profile(), "routingProfile"));
  agent.order = from.order();
  if (from.has_selection_weight()) {
    WISSEL_ASSIGN_OR_RETURN(agent.weight,
                            ReadNumber(from.selection_weight(), 1, 100, "selectionWeight"));
  }
  return agent;
}

void WriteAgent(const AgentConfig& agent, const Directory& directory, v1::Agent* out) {
  for (const SkillLevel& skill : agent.skills) {
    v1::SkillLevel* to = out->add_skills();
    to->set_skill(NameIn(directory, skill.skill));
    to->set_level(skill.level);
  }
  for (const Attribute& attribute : agent.attributes) {
    v1::Attribute* to = out->add_attributes();
    to->set_key(attribute.key);
    if (attribute.text) to->set_text(*attribute.text);
    if (attribute.number) to->set_number(*attribute.number);
  }
  if (agent.team) out->set_team(NameIn(directory, *agent.team));
  if (agent.partner) out->set_partner(NameIn(directory, *agent.partner));
  out->set_routing_profile(NameIn(directory, agent.profile));
  out->set_order(agent.order);
  if (agent.weight != kUsualWeight) out->set_selection_weight(agent.weight);
}

}  // namespace wissel
