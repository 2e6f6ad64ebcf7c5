// The six kinds of configured resources, for the standard methods (config_methods.h): the messages
// of each, where it stands in the directory, and how it becomes a command and an answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "agents/service/people.h"
#include "base/digest.h"
#include "router/core/command.h"
#include "router/core/engine.h"
#include "router/service/convert_config.h"
#include "router/service/convert_queue.h"
#include "router/service/names.h"
#include "wissel/v1/config.pb.h"

namespace wissel {

// What an answer is written from.
struct ConfigView {
  const Directory& directory;
  const Engine* engine = nullptr;  // given for kinds that need it
  const People& people;
};

// A resource to be configured. Replaces `id` if there is one and while it has `if_digest`.
template <class IdType>
struct Wanted {
  std::string name;  // the last part
  std::optional<IdType> id;
  std::optional<uint64_t> if_digest;
};

template <class Resource>
struct ConfigKind;

// Skills, teams, partners.
template <class Resource, class IdType>
struct NamedKind {
  using Id = IdType;
  static constexpr bool kNeedsEngine = false;
  static constexpr bool kIsPerson = false;

  static absl::StatusOr<CommandBody> ToCommand(const Resource& from, Wanted<Id> wanted,
                                               const Directory&) {
    WISSEL_ASSIGN_OR_RETURN(NamedConfig config,
                            ReadNamed(std::move(wanted.name), from.display_name()));
    return Configure<Id, NamedConfig>{wanted.id, std::move(config), wanted.if_digest};
  }
  static void Write(const ConfigView&, const NamedConfig& config, Resource* out) {
    out->set_display_name(config.display_name);
  }
  // Of what the resource shows beside its config; part of the etag.
  static std::optional<uint64_t> DigestBeside(const ConfigView&, const NamedConfig&) {
    return std::nullopt;
  }
};

template <>
struct ConfigKind<v1::Skill> : NamedKind<v1::Skill, SkillId> {
  using Get = v1::GetSkillRequest;
  using List = v1::ListSkillsRequest;
  using Listed = v1::ListSkillsResponse;
  using Create = v1::CreateSkillRequest;
  using Update = v1::UpdateSkillRequest;
  using Delete = v1::DeleteSkillRequest;
  static constexpr std::string_view kMethod = "Skill";
  static constexpr std::string_view kField = "skill";
  static const v1::Skill& In(const auto& request) { return request.skill(); }
  static const std::string& IdIn(const Create& request) { return request.skill_id(); }
  static v1::Skill* AddTo(Listed& listed) { return listed.add_skills(); }
};

template <>
struct ConfigKind<v1::Team> : NamedKind<v1::Team, TeamId> {
  using Get = v1::GetTeamRequest;
  using List = v1::ListTeamsRequest;
  using Listed = v1::ListTeamsResponse;
  using Create = v1::CreateTeamRequest;
  using Update = v1::UpdateTeamRequest;
  using Delete = v1::DeleteTeamRequest;
  static constexpr std::string_view kMethod = "Team";
  static constexpr std::string_view kField = "team";
  static const v1::Team& In(const auto& request) { return request.team(); }
  static const std::string& IdIn(const Create& request) { return request.team_id(); }
  static v1::Team* AddTo(Listed& listed) { return listed.add_teams(); }
};

template <>
struct ConfigKind<v1::Partner> : NamedKind<v1::Partner, PartnerId> {
  using Get = v1::GetPartnerRequest;
  using List = v1::ListPartnersRequest;
  using Listed = v1::ListPartnersResponse;
  using Create = v1::CreatePartnerRequest;
  using Update = v1::UpdatePartnerRequest;
  using Delete = v1::DeletePartnerRequest;
  static constexpr std::string_view kMethod = "Partner";
  static constexpr std::string_view kField = "partner";
  static const v1::Partner& In(const auto& request) { return request.partner(); }
  static const std::string& IdIn(const Create& request) { return request.partner_id(); }
  static v1::Partner* AddTo(Listed& listed) { return listed.add_partners(); }
};

template <>
struct ConfigKind<v1::RoutingProfile> {
  using Id = ProfileId;
  using Get = v1::GetRoutingProfileRequest;
  using List = v1::ListRoutingProfilesRequest;
  using Listed = v1::ListRoutingProfilesResponse;
  using Create = v1::CreateRoutingProfileRequest;
  using Update = v1::UpdateRoutingProfileRequest;
  using Delete = v1::DeleteRoutingProfileRequest;
  static constexpr std::string_view kMethod = "RoutingProfile";
  static constexpr std::string_view kField = "routingProfile";
  static constexpr bool kNeedsEngine = false;
  static constexpr bool kIsPerson = false;
  static const v1::RoutingProfile& In(const auto& request) { return request.routing_profile(); }
  static const std::string& IdIn(const Create& request) { return request.routing_profile_id(); }
  static v1::RoutingProfile* AddTo(Listed& listed) { return listed.add_routing_profiles(); }

  static absl::StatusOr<CommandBody> ToCommand(const v1::RoutingProfile& from, Wanted<Id> wanted,
                                               const Directory& directory) {
    WISSEL_ASSIGN_OR_RETURN(RoutingProfile config,
                            ReadProfile(from, std::move(wanted.name), directory));
    return ConfigureProfile{wanted.id, std::move(config), wanted.if_digest};
  }
  static void Write(const ConfigView& view, const RoutingProfile& config, v1::RoutingProfile* out) {
    WriteProfile(config, view.directory, out);
  }
  static std::optional<uint64_t> DigestBeside(const ConfigView&, const RoutingProfile&) {
    return std::nullopt;
  }
};

template <>
struct ConfigKind<v1::Queue> {
  using Id = QueueId;
  using Get = v1::GetQueueRequest;
  using List = v1::ListQueuesRequest;
  using Listed = v1::ListQueuesResponse;
  using Create = v1::CreateQueueRequest;
  using Update = v1::UpdateQueueRequest;
  using Delete = v1::DeleteQueueRequest;
  static constexpr std::string_view kMethod = "Queue";
  static constexpr std::string_view kField = "queue";
  static constexpr bool kNeedsEngine = true;  // for the requirement
  static constexpr bool kIsPerson = false;
  static const v1::Queue& In(const auto& request) { return request.queue(); }
  static const std::string& IdIn(const Create& request) { return request.queue_id(); }
  static v1::Queue* AddTo(Listed& listed) { return listed.add_queues(); }

  static absl::StatusOr<CommandBody> ToCommand(const v1::Queue& from, Wanted<Id> wanted,
                                               const Directory& directory) {
    WISSEL_ASSIGN_OR_RETURN(QueueRead read,
                            ReadQueue(from, std::move(wanted.name), wanted.id, directory));
    return ConfigureQueue{wanted.id, std::move(read.config), std::move(read.requirement),
                          wanted.if_digest};
  }
  static const Requirement& RequirementOf(const ConfigView& view, const QueueConfig& config) {
    const Requirement* requirement = view.engine->FindRequirement(config.requirement);
    INVARIANT(requirement != nullptr);
    return *requirement;
  }
  static void Write(const ConfigView& view, const QueueConfig& config, v1::Queue* out) {
    WriteQueue(config, RequirementOf(view, config), view.directory, out);
  }
  // The config holds the requirement's number, which another requirement may have had before.
  static std::optional<uint64_t> DigestBeside(const ConfigView& view, const QueueConfig& config) {
    return DigestOf(RequirementOf(view, config));
  }
};

template <>
struct ConfigKind<v1::Agent> {
  using Id = AgentId;
  using Get = v1::GetAgentRequest;
  using List = v1::ListAgentsRequest;
  using Listed = v1::ListAgentsResponse;
  using Create = v1::CreateAgentRequest;
  using Update = v1::UpdateAgentRequest;
  using Delete = v1::DeleteAgentRequest;
  static constexpr std::string_view kMethod = "Agent";
  static constexpr std::string_view kField = "agent";
  static constexpr bool kNeedsEngine = false;
  static constexpr bool kIsPerson = true;  // has a name and a phone in the people directory
  static const v1::Agent& In(const auto& request) { return request.agent(); }
  static const std::string& IdIn(const Create& request) { return request.agent_id(); }
  static v1::Agent* AddTo(Listed& listed) { return listed.add_agents(); }

  static absl::StatusOr<CommandBody> ToCommand(const v1::Agent& from, Wanted<Id> wanted,
                                               const Directory& directory) {
    WISSEL_ASSIGN_OR_RETURN(AgentConfig config, ReadAgent(from, std::move(wanted.name), directory));
    return ConfigureAgent{wanted.id, std::move(config), wanted.if_digest};
  }
  static void Write(const ConfigView& view, const AgentConfig& config, v1::Agent* out) {
    WriteAgent(config, view.directory, out);
    WritePerson(view.people.Get(config.name), out);
  }
  static Person PersonIn(const v1::Agent& from) { return {from.display_name(), from.phone()}; }
  static void WritePerson(const Person& person, v1::Agent* out) {
    out->set_display_name(person.display_name);
    out->set_phone(person.phone);
  }
  static std::optional<uint64_t> DigestBeside(const ConfigView& view, const AgentConfig& config) {
    Digest digest;
    const Person person = view.people.Get(config.name);
    digest.Add(person.display_name);
    if (!person.phone.empty()) digest.Add(person.phone);
    return digest.value();
  }
};

}  // namespace wissel
