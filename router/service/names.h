// Resource names and ids: "queues/tax", "workItems/12", "agents/anna/offers/3",
// "agents/anna/assignments/12". Names in requests are looked up in a directory; `field` is the
// request field that an error names. Pure; thread-safe.
//
// A name of the wrong form is INVALID_ARGUMENT, one of a resource that is not there NOT_FOUND.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/core/directory.h"
#include "router/core/ids.h"

namespace wissel {

// One kind of configured resources: its collection and where a directory keeps it.
template <class IdType>
struct Collection;
template <>
struct Collection<SkillId> {
  static constexpr std::string_view kPrefix = "skills/";
  static constexpr std::string_view kForm = "skills/{skill}";
  static const auto& Table(const Directory& d) { return d.skills; }
};
template <>
struct Collection<TeamId> {
  static constexpr std::string_view kPrefix = "teams/";
  static constexpr std::string_view kForm = "teams/{team}";
  static const auto& Table(const Directory& d) { return d.teams; }
};
template <>
struct Collection<PartnerId> {
  static constexpr std::string_view kPrefix = "partners/";
  static constexpr std::string_view kForm = "partners/{partner}";
  static const auto& Table(const Directory& d) { return d.partners; }
};
template <>
struct Collection<ProfileId> {
  static constexpr std::string_view kPrefix = "routingProfiles/";
  static constexpr std::string_view kForm = "routingProfiles/{profile}";
  static const auto& Table(const Directory& d) { return d.profiles; }
};
template <>
struct Collection<QueueId> {
  static constexpr std::string_view kPrefix = "queues/";
  static constexpr std::string_view kForm = "queues/{queue}";
  static const auto& Table(const Directory& d) { return d.queues; }
};
template <>
struct Collection<AgentId> {
  static constexpr std::string_view kPrefix = "agents/";
  static constexpr std::string_view kForm = "agents/{agent}";
  static const auto& Table(const Directory& d) { return d.agents; }
};

// 1 to 63 characters of [a-z0-9-], beginning with a letter.
bool IsResourceId(std::string_view id);

// Text of a request for an error message: cut short, control characters replaced.
std::string Quoted(std::string_view text);

absl::Status NoSuchName(std::string_view field, std::string_view name);

// "tax" of "queues/tax".
absl::StatusOr<std::string_view> ParseName(std::string_view prefix, std::string_view form,
                                           std::string_view name, std::string_view field);

template <class IdType>
absl::StatusOr<IdType> FindByName(const Directory& directory, std::string_view name,
                                  std::string_view field) {
  using Kind = Collection<IdType>;
  WISSEL_ASSIGN_OR_RETURN(std::string_view last,
                          ParseName(Kind::kPrefix, Kind::kForm, name, field));
  const std::optional<IdType> id = Kind::Table(directory).FindId(last);
  if (!id) return NoSuchName(field, name);
  return *id;
}

// Empty for a resource that has been deleted since.
template <class IdType>
std::string NameIn(const Directory& directory, IdType id) {
  const auto* config = Collection<IdType>::Table(directory).Find(id);
  if (config == nullptr) return "";
  std::string name(Collection<IdType>::kPrefix);
  return name.append(config->name);
}

std::string ItemName(ItemId id);
absl::StatusOr<ItemId> ParseItemName(std::string_view name, std::string_view field);

std::string NoticeName(NoticeId id);
absl::StatusOr<NoticeId> ParseNoticeName(std::string_view name, std::string_view field);

// Of an offer or an assignment: the agent's own name ("agents/anna") and the number.
struct AgentsPart {
  std::string_view agent;
  uint64_t number = 0;
};
std::string OfferName(const Directory& directory, AgentId agent, OfferId offer);
std::string AssignmentName(const Directory& directory, AgentId agent, ItemId item);
absl::StatusOr<AgentsPart> ParseOfferName(std::string_view name, std::string_view field);
absl::StatusOr<AgentsPart> ParseAssignmentName(std::string_view name, std::string_view field);

}  // namespace wissel
