// Values of the configuration in words, by their field lists (base/fields.h): whatever field is
// added to a resource is told from then on. Pure.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/fields.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "router/core/manager_event.h"
#include "router/core/state.h"

namespace wissel {

class FieldWords {
 public:
  explicit FieldWords(const State& state) : s_(state) {}

  std::string Of(const std::string& text) const { return text; }
  std::string Of(bool is) const { return is ? "yes" : "no"; }
  std::string Of(Duration d) const { return FormatDuration(d); }
  std::string Of(Channel channel) const { return NameOf(channel); }
  std::string Of(WrapUpMode mode) const;
  std::string Of(ClosedActionKind kind) const;
  std::string Of(LostWorkRule rule) const;
  std::string Of(SelectionKey key) const;
  std::string Of(EntryGate::When when) const;
  std::string Of(EntryGate::Action action) const;
  std::string Of(SkillId id) const;
  std::string Of(TeamId id) const;
  std::string Of(PartnerId id) const;
  std::string Of(ProfileId id) const;
  std::string Of(QueueId id) const;
  std::string Of(AgentId id) const;
  std::string Of(RequirementId id) const;
  std::string Of(const SkillNeed& need) const;
  std::string Of(const Constraint& constraint) const;
  std::string Of(const RequirementStep& step) const;
  std::string Of(const Requirement& requirement) const;
  std::string Of(const SkillLevel& skill) const;
  std::string Of(const Attribute& attribute) const;
  std::string Of(const ChannelCapacity& capacity) const;
  std::string Of(const QueuedPresence& presence) const;
  std::string Of(const PartnerShare& share) const;

  template <class T>
  std::string Of(const std::optional<T>& value) const {
    return value ? Of(*value) : std::string();
  }
  template <class T>
  std::string Of(const std::vector<T>& values) const {
    std::string words;
    for (const T& value : values) words += (words.empty() ? "" : ", ") + Of(value);
    return words;
  }
  template <class T>
  std::string Of(const T& value) const {
    if constexpr (HasFields<T>) {
      std::string words;
      T::Fields(value, [&](int, const char* name, const auto& field) {
        const std::string text = Of(field);
        if (!text.empty()) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", name, text);
      });
      return words.empty() ? words : "(" + words + ")";
    } else if constexpr (std::is_enum_v<T>) {
      return fmt::format("{}", static_cast<int>(value));
    } else {
      return fmt::format("{}", value);
    }
  }

  // The fields of which the words differ.
  template <class Config>
  std::vector<FieldChange> Changes(const Config& before, const Config& after) const {
    std::vector<FieldChange> changes;
    Config::Fields(before, [&](int, const char* name, const auto& field) {
      changes.push_back({name, Of(field), ""});
    });
    size_t i = 0;
    Config::Fields(after,
                   [&](int, const char*, const auto& field) { changes[i++].after = Of(field); });
    std::erase_if(changes, [](const FieldChange& c) { return c.before == c.after; });
    for (FieldChange& change : changes) {
      change.before = CutShort(std::move(change.before));
      change.after = CutShort(std::move(change.after));
    }
    return changes;
  }

  // At most 240 bytes of UTF-8, in whole characters.
  static std::string CutShort(std::string text);

 private:
  const State& s_;
};

}  // namespace wissel
