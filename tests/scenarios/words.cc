#include "tests/scenarios/words.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::scenario {
namespace {

absl::StatusOr<Constraint> ReadTest(std::string text) {
  Constraint test;
  if (TakePrefix(text, "not ")) {
    WISSEL_ASSIGN_OR_RETURN(Constraint inner, ReadTest(text));
    test.kind = Constraint::Kind::kNot;
    test.children = {std::move(inner)};
    return test;
  }
  const size_t space = text.find(' ');
  if (space == std::string::npos) return NotUnderstood(text, "a condition");
  test.attribute = text.substr(0, space);
  std::string rest = text.substr(space + 1);
  if (TakePrefix(rest, "is ")) {
    test.kind = Constraint::Kind::kEquals;
    test.texts = {rest};
  } else if (TakePrefix(rest, "in ")) {
    test.kind = Constraint::Kind::kIn;
    test.texts = Parts(rest, "/");
  } else if (TakePrefix(rest, "at least ")) {
    test.kind = Constraint::Kind::kAtLeast;
    WISSEL_ASSIGN_OR_RETURN(test.number, ReadNumber(rest));
  } else if (TakePrefix(rest, "at most ")) {
    test.kind = Constraint::Kind::kAtMost;
    WISSEL_ASSIGN_OR_RETURN(test.number, ReadNumber(rest));
  } else {
    return NotUnderstood(text, "a condition");
  }
  if (test.attribute == "team" || test.attribute == "partner") {
    for (std::string& name : test.texts) name = test.attribute + "s/" + name;
  }
  return test;
}

absl::StatusOr<Constraint> ReadConstraint(std::string_view text) {
  const bool any = text.find(" or ") != std::string_view::npos;
  Constraint list;
  list.kind = any ? Constraint::Kind::kAny : Constraint::Kind::kAll;
  for (const std::string& part : Parts(text, any ? " or " : " and ")) {
    WISSEL_ASSIGN_OR_RETURN(Constraint test, ReadTest(part));
    list.children.push_back(std::move(test));
  }
  if (list.children.size() == 1) return Constraint(list.children.front());
  return list;
}

absl::StatusOr<SkillNeed> ReadNeed(std::string text, const Directory& directory) {
  SkillNeed need;
  need.preferred = TakePrefix(text, "prefers ");
  const auto parts = Parts(text, need.preferred ? " x " : " >= ");
  const auto skill = directory.skills.FindId(parts[0]);
  if (!skill || parts.size() > 2) return NotUnderstood(text, "a skill that is needed");
  need.skill = *skill;
  if (parts.size() == 1) return need;
  WISSEL_ASSIGN_OR_RETURN(const int64_t number, ReadNumber(parts[1]));
  (need.preferred ? need.weight : need.min_level) = static_cast<uint8_t>(number);
  return need;
}

absl::StatusOr<RequirementStep> ReadStep(std::string_view text, const Directory& directory) {
  RequirementStep step;
  const auto halves = Parts(text, " where ");
  if (halves.size() > 2) return NotUnderstood(text, "a step");
  if (halves[0] != "anyone") {
    for (const std::string& part : Parts(halves[0], " and ")) {
      WISSEL_ASSIGN_OR_RETURN(const SkillNeed need, ReadNeed(part, directory));
      step.skills.push_back(need);
    }
  }
  if (halves.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(step.constraint, ReadConstraint(halves[1]));
  }
  return step;
}

// "3 of 30 interrupted by voice and chat offered 20 s accepted by itself"
absl::StatusOr<ChannelCapacity> ReadCapacity(std::string text) {
  ChannelCapacity capacity;
  const size_t space = text.find(' ');
  if (space == std::string::npos) return NotUnderstood(text, "the capacity of a channel");
  WISSEL_ASSIGN_OR_RETURN(capacity.channel, ReadChannel(text.substr(0, space)));
  std::string rest = text.substr(space + 1);
  constexpr std::string_view kAuto = " accepted by itself";
  if (rest.ends_with(kAuto)) {
    capacity.auto_accept = true;
    rest.resize(rest.size() - kAuto.size());
  }
  const auto offered = Parts(rest, " offered ");
  if (offered.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(capacity.offer_timeout, ReadDuration(offered[1]));
  }
  const auto interrupted = Parts(offered[0], " interrupted by ");
  if (interrupted.size() == 2) {
    ChannelSet by;
    for (const std::string& name : Parts(interrupted[1], " and ")) {
      WISSEL_ASSIGN_OR_RETURN(const Channel channel, ReadChannel(name));
      by.Add(channel);
    }
    capacity.interrupted_by = by.bits();
  }
  const auto numbers = Parts(interrupted[0], " of ");
  WISSEL_ASSIGN_OR_RETURN(const int64_t limit, ReadNumber(numbers[0]));
  capacity.limit = static_cast<int32_t>(limit);
  if (numbers.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t cost, ReadNumber(numbers[1]));
    capacity.cost = static_cast<int32_t>(cost);
  }
  return capacity;
}

}  // namespace

absl::Status NotUnderstood(std::string_view text, std::string_view as) {
  return absl::InvalidArgumentError(fmt::format("\"{}\" is not understood as {}", text, as));
}

std::string Trim(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from, text.find_last_not_of(" \t") - from + 1));
}

std::vector<std::string> Parts(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  size_t from = 0;
  for (size_t to = text.find(separator); to != std::string_view::npos;
       to = text.find(separator, from)) {
    parts.push_back(Trim(text.substr(from, to - from)));
    from = to + separator.size();
  }
  parts.push_back(Trim(text.substr(from)));
  return parts;
}

bool TakePrefix(std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text = Trim(std::string_view(text).substr(prefix.size()));
  return true;
}

absl::StatusOr<int64_t> ReadNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return NotUnderstood(text, "a number");
  }
  return number;
}

absl::StatusOr<Duration> ReadDuration(std::string_view text) {
  Duration sum;
  const auto words = Parts(text, " ");
  if (words.size() % 2 != 0) return NotUnderstood(text, "a duration");
  for (size_t i = 0; i < words.size(); i += 2) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t number, ReadNumber(words[i]));
    const std::string& unit = words[i + 1];
    if (unit == "ms") {
      sum += Duration::Millis(number);
    } else if (unit == "s") {
      sum += Duration::Seconds(number);
    } else if (unit == "min") {
      sum += Duration::Minutes(number);
    } else if (unit == "h") {
      sum += Duration::Hours(number);
    } else {
      return NotUnderstood(text, "a duration");
    }
  }
  return sum;
}

absl::StatusOr<Instant> ReadTime(std::string_view text) {
  std::string rest(text);
  const Instant day = TakePrefix(rest, "next day ") ? kMidnight + Duration::Days(1) : kMidnight;
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  const int read = std::sscanf(rest.c_str(), "%d:%d:%d", &hours, &minutes, &seconds);
  if (read < 2) return NotUnderstood(text, "a time of day");
  return day + Duration::Hours(hours) + Duration::Minutes(minutes) + Duration::Seconds(seconds);
}

absl::StatusOr<Channel> ReadChannel(std::string_view text) {
  for (Channel channel : kChannels) {
    if (text == NameOf(channel)) return channel;
  }
  return NotUnderstood(text, "a channel");
}

absl::StatusOr<Requirement> ReadRequirement(std::string_view text, const Directory& directory) {
  Requirement requirement;
  for (std::string part : Parts(text, ";")) {
    if (!requirement.steps.empty()) {
      RequirementStep& before = requirement.steps.back();
      if (!TakePrefix(part, "then after ")) return NotUnderstood(part, "a further step");
      const auto words = Parts(part, " ");
      if (words.size() < 3) return NotUnderstood(part, "a further step");
      WISSEL_ASSIGN_OR_RETURN(before.expires_after, ReadDuration(words[0] + " " + words[1]));
      part = Trim(part.substr(words[0].size() + words[1].size() + 2));
      before.skip_if_none = TakePrefix(part, "or if nobody is here ");
    }
    WISSEL_ASSIGN_OR_RETURN(RequirementStep step, ReadStep(part, directory));
    requirement.steps.push_back(std::move(step));
  }
  return requirement;
}

// "ranks phone 2", "ranks phone by chat 2 after 60 s", "helps mail after 60 s"
absl::StatusOr<QueuePreference> ReadPreference(const std::string& text,
                                               const Directory& directory) {
  QueuePreference preference;
  const auto halves = Parts(text, " after ");
  std::string rest = halves[0];
  const bool ranks = TakePrefix(rest, "ranks ");
  if (!ranks) TakePrefix(rest, "helps ");
  auto words = Parts(rest, " ");
  if (ranks) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t rank, ReadNumber(words.back()));
    preference.help.rank = static_cast<uint8_t>(rank);
    words.pop_back();
  }
  const auto queue = directory.queues.FindId(words[0]);
  if (!queue) return NotUnderstood(text, "a queue that is helped");
  preference.queue = *queue;
  if (words.size() == 3 && words[1] == "by") {
    WISSEL_ASSIGN_OR_RETURN(preference.channel, ReadChannel(words[2]));
  }
  if (halves.size() == 2) {
    WISSEL_ASSIGN_OR_RETURN(preference.help.delay, ReadDuration(halves[1]));
  }
  return preference;
}

absl::StatusOr<RoutingProfile> ReadProfile(std::string_view name, std::string_view text,
                                           const Directory& directory) {
  RoutingProfile profile;
  profile.name = std::string(name);
  for (const std::string& part : Parts(text, ",")) {
    if (part.ends_with(" units")) {
      WISSEL_ASSIGN_OR_RETURN(const int64_t units, ReadNumber(part.substr(0, part.size() - 6)));
      profile.units = static_cast<int32_t>(units);
      continue;
    }
    if (part.starts_with("ranks ") || part.starts_with("helps ")) {
      WISSEL_ASSIGN_OR_RETURN(const QueuePreference preference, ReadPreference(part, directory));
      profile.queues.push_back(preference);
      continue;
    }
    WISSEL_ASSIGN_OR_RETURN(const ChannelCapacity capacity, ReadCapacity(part));
    profile.channels.push_back(capacity);
  }
  auto by_channel = [](const ChannelCapacity& a, const ChannelCapacity& b) {
    return a.channel < b.channel;
  };
  std::sort(profile.channels.begin(), profile.channels.end(), by_channel);
  std::sort(profile.queues.begin(), profile.queues.end(),
            [](const QueuePreference& a, const QueuePreference& b) { return a.key() < b.key(); });
  return profile;
}

absl::StatusOr<AgentConfig> ReadAgent(std::string_view name, std::string_view text,
                                      const Directory& directory) {
  AgentConfig agent;
  agent.name = std::string(name);
  for (const std::string& part : Parts(text, ",")) {
    const auto words = Parts(part, " ");
    if (words.size() != 2) return NotUnderstood(part, "a fact about an agent");
    const std::string& key = words[0];
    const auto number = ReadNumber(words[1]);
    if (const auto skill = directory.skills.FindId(key); skill && number.ok()) {
      agent.skills.push_back(SkillLevel{*skill, static_cast<uint8_t>(*number)});
    } else if (key == "profile") {
      const auto id = directory.profiles.FindId(words[1]);
      if (!id) return NotUnderstood(part, "a profile");
      agent.profile = *id;
    } else if (key == "team") {
      agent.team = directory.teams.FindId(words[1]);
    } else if (key == "partner") {
      agent.partner = directory.partners.FindId(words[1]);
    } else if (key == "weight" && number.ok()) {
      agent.weight = static_cast<int32_t>(*number);
    } else if (key == "order" && number.ok()) {
      agent.order = static_cast<int32_t>(*number);
    } else if (number.ok()) {
      agent.attributes.push_back(Attribute{key, std::nullopt, *number});
    } else {
      agent.attributes.push_back(Attribute{key, words[1], std::nullopt});
    }
  }
  auto by_skill = [](const SkillLevel& a, const SkillLevel& b) { return a.skill < b.skill; };
  std::sort(agent.skills.begin(), agent.skills.end(), by_skill);
  auto by_key = [](const Attribute& a, const Attribute& b) { return a.key < b.key; };
  std::sort(agent.attributes.begin(), agent.attributes.end(), by_key);
  return agent;
}

absl::StatusOr<CenterConfig> ReadCenter(std::string_view text, CenterConfig center) {
  for (std::string part : Parts(text, ",")) {
    if (TakePrefix(part, "grace ")) {
      WISSEL_ASSIGN_OR_RETURN(center.reconnect_grace, ReadDuration(part));
    } else if (TakePrefix(part, "most hops ")) {
      WISSEL_ASSIGN_OR_RETURN(const int64_t hops, ReadNumber(part));
      center.most_hops = static_cast<int32_t>(hops);
    } else if (part == "lost work completes") {
      center.lost_work = LostWorkRule::kComplete;
    } else if (part == "lost work returns") {
      center.lost_work = LostWorkRule::kReturnToQueue;
    } else if (TakePrefix(part, "away reasons ")) {
      center.away_reasons = Parts(part, "/");
    } else {
      return NotUnderstood(part, "a rule of the center");
    }
  }
  return center;
}

}  // namespace wissel::scenario
