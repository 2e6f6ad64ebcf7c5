#include "server/feed/cast.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fmt/format.h"

namespace wissel::feed {
namespace {

using ConfigStub = wissel::v1::ConfigService::Stub::async_interface;
using wissel::v1::Agent;
using wissel::v1::Constraint;
using wissel::v1::ConstraintTest;
using wissel::v1::Queue;

absl::Status ToAbsl(const std::string& what, const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      fmt::format("{}: {}", what, status.error_message()));
}

void SetAttribute(Agent& agent, const ConstraintTest& test) {
  if (test.attribute() == "team" || test.attribute() == "partner") {
    if (test.texts().empty()) return;
    test.attribute() == "team" ? agent.set_team(test.texts(0)) : agent.set_partner(test.texts(0));
    return;
  }
  for (const auto& attribute : agent.attributes()) {
    if (attribute.key() == test.attribute()) return;
  }
  auto* attribute = agent.add_attributes();
  attribute->set_key(test.attribute());
  test.texts().empty() ? attribute->set_number(test.number()) : attribute->set_text(test.texts(0));
}

// Gives the agent what the condition asks for: all of `all`, the first of `any`. What must not be
// is not given in the first place.
void Satisfy(Agent& agent, const Constraint& constraint) {
  if (constraint.has_test()) return SetAttribute(agent, constraint.test());
  for (const Constraint& inner : constraint.all().constraints()) Satisfy(agent, inner);
  if (constraint.any().constraints_size() > 0) Satisfy(agent, constraint.any().constraints(0));
}

// Creates the resource, or updates it where it exists.
template <class Create, class Update, class Resource>
struct Methods {
  void (ConfigStub::*create)(grpc::ClientContext*, const Create*, Resource*,
                             std::function<void(grpc::Status)>);
  void (ConfigStub::*update)(grpc::ClientContext*, const Update*, Resource*,
                             std::function<void(grpc::Status)>);
};

template <class Create, class Update, class Resource>
void Put(Client& client, const Methods<Create, Update, Resource>& methods, Create create,
         Update update, std::function<void(const grpc::Status&)> done) {
  client.Call<ConfigStub, Create, Resource>(
      client.config(), methods.create, std::move(create),
      [&client, methods, update, done](const grpc::Status& status, Resource&) {
        if (status.error_code() != grpc::StatusCode::ALREADY_EXISTS) return done(status);
        client.Call<ConfigStub, Update, Resource>(
            client.config(), methods.update, update,
            [done](const grpc::Status& updated, Resource&) { done(updated); });
      });
}

void PutProfile(Client& client, const wissel::v1::RoutingProfile& profile,
                std::function<void(const grpc::Status&)> done) {
  wissel::v1::CreateRoutingProfileRequest create;
  create.set_routing_profile_id("simulated");
  *create.mutable_routing_profile() = profile;
  wissel::v1::UpdateRoutingProfileRequest update;
  *update.mutable_routing_profile() = profile;
  Put<wissel::v1::CreateRoutingProfileRequest, wissel::v1::UpdateRoutingProfileRequest,
      wissel::v1::RoutingProfile>(
      client, {&ConfigStub::CreateRoutingProfile, &ConfigStub::UpdateRoutingProfile}, create,
      update, std::move(done));
}

void PutAgent(Client& client, const Agent& agent, std::function<void(const grpc::Status&)> done) {
  wissel::v1::CreateAgentRequest create;
  create.set_agent_id(agent.name().substr(agent.name().rfind('/') + 1));
  *create.mutable_agent() = agent;
  wissel::v1::UpdateAgentRequest update;
  *update.mutable_agent() = agent;
  Put<wissel::v1::CreateAgentRequest, wissel::v1::UpdateAgentRequest, Agent>(
      client, {&ConfigStub::CreateAgent, &ConfigStub::UpdateAgent}, create, update,
      std::move(done));
}

}  // namespace

absl::StatusOr<std::vector<Queue>> FindQueues(EventLoop& loop, Client& client,
                                              const std::vector<std::string>& names) {
  std::vector<Queue> queues(names.size());
  absl::Status status;
  size_t answers = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    wissel::v1::GetQueueRequest request;
    request.set_name(names[i]);
    client.Call<ConfigStub, wissel::v1::GetQueueRequest, Queue>(
        client.config(), &ConfigStub::GetQueue, request,
        [&, i](const grpc::Status& answer, Queue& queue) {
          ++answers;
          if (!answer.ok()) status.Update(ToAbsl(names[i], answer));
          queues[i] = queue;
        });
  }
  loop.RunUntil([&] { return answers == names.size(); });
  if (!status.ok()) return status;
  return queues;
}

int QueuesPerAgent(int queues, int agents) {
  return std::min(queues, std::max(2, (queues + agents - 1) / agents));
}

wissel::v1::RoutingProfile SimulatedProfile(const std::vector<Queue>& queues) {
  wissel::v1::RoutingProfile profile;
  profile.set_name("routingProfiles/simulated");
  profile.set_display_name("Simulated agents");
  profile.set_units(100);
  std::map<int, wissel::v1::ChannelCapacity> channels;
  for (const Queue& queue : queues) {
    wissel::v1::ChannelCapacity& capacity = channels[queue.channel()];
    capacity.set_channel(queue.channel());
    const bool chat = queue.channel() == wissel::v1::CHAT;
    capacity.set_limit(chat ? 3 : 1);
    capacity.set_cost(chat ? 33 : 100);
  }
  // A customer on the line interrupts a mail.
  if (auto mail = channels.find(wissel::v1::EMAIL); mail != channels.end()) {
    for (wissel::v1::Channel channel : {wissel::v1::VOICE, wissel::v1::CHAT}) {
      if (channels.contains(channel)) mail->second.add_interrupted_by(channel);
    }
  }
  for (const auto& [channel, capacity] : channels) *profile.add_channels() = capacity;
  return profile;
}

Agent SimulatedAgent(int number, const std::vector<Queue>& queues) {
  Agent agent;
  agent.set_name(fmt::format("agents/sim-{:03}", number));
  agent.set_display_name(fmt::format("Simulated agent {:03}", number));
  agent.set_routing_profile("routingProfiles/simulated");
  std::map<std::string, int> levels;
  for (const Queue& queue : queues) {
    for (const auto& step : queue.requirement().steps()) {
      Satisfy(agent, step.constraint());
      for (const auto& skill : step.skills()) {
        int& level = levels[skill.skill()];
        level = std::max({level, 1, skill.min_level()});
      }
    }
  }
  for (const auto& [skill, level] : levels) {
    auto* entry = agent.add_skills();
    entry->set_skill(skill);
    entry->set_level(level);
  }
  return agent;
}

absl::StatusOr<std::vector<std::string>> MakeAgents(EventLoop& loop, Client& client,
                                                    const std::vector<Queue>& queues, int count) {
  absl::Status status;
  int answers = 0;
  PutProfile(client, SimulatedProfile(queues), [&](const grpc::Status& answer) {
    ++answers;
    if (!answer.ok()) status.Update(ToAbsl("routingProfiles/simulated", answer));
  });
  loop.RunUntil([&] { return answers == 1; });
  if (!status.ok()) return status;

  std::vector<std::string> names;
  const int per_agent = QueuesPerAgent(static_cast<int>(queues.size()), count);
  for (int i = 0; i < count; ++i) {
    std::vector<Queue> served;
    for (int j = 0; j < per_agent; ++j) served.push_back(queues[(i + j) % queues.size()]);
    const Agent agent = SimulatedAgent(i + 1, served);
    names.push_back(agent.name());
    PutAgent(client, agent, [&, name = agent.name()](const grpc::Status& answer) {
      ++answers;
      if (!answer.ok()) status.Update(ToAbsl(name, answer));
    });
  }
  loop.RunUntil([&] { return answers == count + 1; });
  if (!status.ok()) return status;
  return names;
}

}  // namespace wissel::feed
