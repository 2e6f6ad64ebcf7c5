// The center, skills, teams, partners, routing profiles and agents between the contract and the
// core. Readers check everything that the engine cannot know (ranges, texts, forms) and refuse with
// fields from the resource on ("channels[0].limit"); `name` is the last part of the resource's
// name, checked already. Pure.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agents/core/agent.h"
#include "agents/core/capacity.h"
#include "router/core/config.h"
#include "router/core/directory.h"
#include "wissel/v1/config.pb.h"

namespace wissel {

// The center is configured by the operator's file, not by a method of the contract. The revision is
// the engine's and is not read.
absl::StatusOr<CenterConfig> ReadCenter(const v1::Center& center);
void WriteCenter(const Directory& directory, v1::Center* out);

// Of skills, teams and partners.
absl::StatusOr<NamedConfig> ReadNamed(std::string name, const std::string& display_name);

absl::StatusOr<RoutingProfile> ReadProfile(const v1::RoutingProfile& from, std::string name,
                                           const Directory& directory);
void WriteProfile(const RoutingProfile& profile, const Directory& directory,
                  v1::RoutingProfile* out);

// The display name is checked, but is not part of it: the engine does not know it.
absl::StatusOr<AgentConfig> ReadAgent(const v1::Agent& from, std::string name,
                                      const Directory& directory);
void WriteAgent(const AgentConfig& agent, const Directory& directory, v1::Agent* out);

// 1 to 40 characters each, each once, at most so many: away reasons, reason codes.
absl::StatusOr<std::vector<std::string>> ReadCodes(
    const google::protobuf::RepeatedPtrField<std::string>& from, int most, std::string_view field);

}  // namespace wissel
