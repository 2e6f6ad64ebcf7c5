#include "server/scope/scope.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace wissel::scope {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kAgents = "agents/";
constexpr std::string_view kTeams = "teams/";
constexpr std::string_view kQueues = "queues/";
constexpr std::string_view kItems = "workItems/";
constexpr std::string_view kAssignments = "/assignments/";
constexpr std::string_view kOffers = "/offers/";
constexpr size_t kLongestName = 200;

// By which of its fields a message is about somebody or a queue.
constexpr std::string_view kAbout[] = {"name", "agent", "team", "queue"};

// Words that people write are no names: a name has no spaces.
bool IsName(std::string_view text) {
  return text.size() <= kLongestName &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// "agents/anna" of "agents/anna/offers/3".
std::string_view AgentOf(std::string_view name) {
  return name.substr(0, std::min(name.find('/', kAgents.size()), name.size()));
}

std::optional<uint64_t> NumberIn(std::string_view digits) {
  uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// Of "workItems/12" and "agents/anna/assignments/12".
std::optional<uint64_t> ItemIn(std::string_view name) {
  if (name.starts_with(kItems)) return NumberIn(name.substr(kItems.size()));
  const size_t at = name.find(kAssignments);
  if (!name.starts_with(kAgents) || at == std::string_view::npos) return std::nullopt;
  return NumberIn(name.substr(at + kAssignments.size()));
}

bool Holds(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Calls `see(text, path)` for each text of the message; stops where it refuses.
template <class See>
absl::Status EachText(const Message& message, const std::string& at, const See& see) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = at.empty() ? field->json_name() : at + "." + field->json_name();
    const bool list = field->is_repeated();
    const int size = list ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        const Message& part = list ? reflection.GetRepeatedMessage(message, field, i)
                                   : reflection.GetMessage(message, field);
        WISSEL_RETURN_IF_ERROR(EachText(part, path, see));
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        const std::string text = list ? reflection.GetRepeatedString(message, field, i)
                                      : reflection.GetString(message, field);
        WISSEL_RETURN_IF_ERROR(see(text, path));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status NotTheirs(std::string_view name, const std::string& field, std::string_view of,
                       const std::vector<std::string>& theirs) {
  return Refuse(absl::StatusCode::kPermissionDenied, field,
                fmt::format("{} is not of the {} that you are confined to", name, of),
                fmt::format("of {}", fmt::join(theirs, ", ")));
}

}  // namespace

bool Scope::OfTheirTeams(std::string_view agent) const {
  return (!caller_.agent.empty() && agent == caller_.agent) ||
         Holds(caller_.teams, team_of_(agent));
}

Scope::Verdict Scope::JudgeTeam(std::string_view name) const {
  if (caller_.teams.empty()) return Verdict::kOfNoKind;
  if (name.starts_with(kTeams)) {
    return Holds(caller_.teams, name) ? Verdict::kTheirs : Verdict::kOthers;
  }
  if (!name.starts_with(kAgents)) return Verdict::kOfNoKind;
  return OfTheirTeams(AgentOf(name)) ? Verdict::kTheirs : Verdict::kOthers;
}

Scope::Verdict Scope::JudgeQueue(std::string_view name) const {
  if (caller_.queues.empty() || !name.starts_with(kQueues)) return Verdict::kOfNoKind;
  return Holds(caller_.queues, name) ? Verdict::kTheirs : Verdict::kOthers;
}

Scope::Verdict Scope::Judge(std::string_view name) const {
  if (!IsName(name)) return Verdict::kOfNoKind;
  const Verdict team = JudgeTeam(name);
  return team != Verdict::kOfNoKind ? team : JudgeQueue(name);
}

std::set<uint64_t> Scope::ItemsNamed(const Message& request) {
  std::set<uint64_t> items;
  const absl::Status all = EachText(request, "", [&](std::string_view text, const std::string&) {
    if (const auto item = ItemIn(text)) items.insert(*item);
    return absl::OkStatus();
  });
  static_cast<void>(all);  // nothing refuses
  return items;
}

absl::Status Scope::CheckName(std::string_view name, const std::string& field,
                              const std::map<uint64_t, ItemPlace>& items, Sight* sight) const {
  if (!IsName(name)) return absl::OkStatus();
  const Verdict team = JudgeTeam(name);
  if (team == Verdict::kOthers) return NotTheirs(name, field, "teams", caller_.teams);
  if (team == Verdict::kTheirs) sight->team = true;
  const Verdict queue = JudgeQueue(name);
  if (queue == Verdict::kOthers) return NotTheirs(name, field, "queues", caller_.queues);
  if (queue == Verdict::kTheirs) sight->queue = true;
  // What an agent has been given is their own to act on.
  const bool own =
      !caller_.agent.empty() && name.starts_with(kAgents) && AgentOf(name) == caller_.agent;
  if (own) return absl::OkStatus();
  const bool offer = name.starts_with(kAgents) && name.find(kOffers) != std::string_view::npos;
  if (offer && !caller_.queues.empty()) return NotTheirs(name, field, "queues", caller_.queues);
  const auto number = ItemIn(name);
  if (!number && !name.starts_with(kItems)) return absl::OkStatus();
  const auto item = number ? items.find(*number) : items.end();
  if (!caller_.queues.empty()) {
    if (item == items.end() || !Holds(caller_.queues, item->second.queue)) {
      return NotTheirs(name, field, "queues", caller_.queues);
    }
    sight->queue = true;
  }
  if (!caller_.teams.empty()) {
    const bool theirs =
        item != items.end() && (item->second.agent.empty() || OfTheirTeams(item->second.agent));
    if (!theirs) return NotTheirs(name, field, "teams", caller_.teams);
  }
  return absl::OkStatus();
}

absl::Status Scope::CheckMessage(const Message& message, const std::string& at,
                                 const std::map<uint64_t, ItemPlace>& items, Sight* sight) const {
  return EachText(message, at, [&](std::string_view text, const std::string& path) {
    return CheckName(text, path, items, sight);
  });
}

absl::Status Scope::CheckRequest(const Message& request, const ScopeRule& rule,
                                 const std::map<uint64_t, ItemPlace>& items) const {
  Sight sight;
  WISSEL_RETURN_IF_ERROR(CheckMessage(request, "", items, &sight));
  const auto missing = [](std::string_view what, const std::vector<std::string>& theirs) {
    return Refuse(absl::StatusCode::kPermissionDenied, "",
                  fmt::format("you are confined to {}, and the request names none", what),
                  fmt::format("one of {}", fmt::join(theirs, ", ")));
  };
  if (!caller_.teams.empty() && rule.teams == Within::kNamed && !sight.team) {
    return missing("teams", caller_.teams);
  }
  if (!caller_.queues.empty() && rule.queues == Within::kNamed && !sight.queue) {
    return missing("queues", caller_.queues);
  }
  return absl::OkStatus();
}

bool Scope::Shows(const Message& answer) const {
  const Reflection& reflection = *answer.GetReflection();
  for (const std::string_view about : kAbout) {
    const FieldDescriptor* field = answer.GetDescriptor()->FindFieldByName(std::string(about));
    if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) {
      continue;
    }
    if (Judge(reflection.GetString(answer, field)) == Verdict::kOthers) return false;
  }
  return true;
}

void Scope::Filter(Message* answer) const {
  const Reflection& reflection = *answer->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*answer, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!message && field->type() != FieldDescriptor::TYPE_STRING) continue;
    if (!field->is_repeated()) {
      const bool shown = message ? Shows(reflection.GetMessage(*answer, field))
                                 : Judge(reflection.GetString(*answer, field)) != Verdict::kOthers;
      if (!shown) {
        reflection.ClearField(answer, field);
      } else if (message) {
        Filter(reflection.MutableMessage(answer, field));
      }
      continue;
    }
    // What stays keeps its order and moves up.
    const int size = reflection.FieldSize(*answer, field);
    int kept = 0;
    for (int i = 0; i < size; ++i) {
      const bool shown =
          message ? Shows(reflection.GetRepeatedMessage(*answer, field, i))
                  : Judge(reflection.GetRepeatedString(*answer, field, i)) != Verdict::kOthers;
      if (!shown) continue;
      if (message) Filter(reflection.MutableRepeatedMessage(answer, field, i));
      if (kept != i) reflection.SwapElements(answer, field, kept, i);
      ++kept;
    }
    for (int i = size; i > kept; --i) reflection.RemoveLast(answer, field);
  }
}

}  // namespace wissel::scope
