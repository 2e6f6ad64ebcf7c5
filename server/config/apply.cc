#include "server/config/apply.h"

#include <future>
#include <memory>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "router/core/command.h"
#include "server/config/center_section.h"

namespace wissel::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// One kind of resource, as ConfigService names it.
struct Kind {
  const char* noun;     // "RoutingProfile", as in CreateRoutingProfile
  const char* field;    // "routing_profile", as in the request
  const char* section;  // "routingProfiles", as in the file's paths
};

class Applier {
 public:
  Applier(LoadedConfig& config, const rpc::MethodTable& methods, Shard& shard)
      : config_(config), methods_(methods), shard_(shard) {
    context_.caller.user = "users/configuration-file";
    context_.caller.roles.Add(rpc::Role::kAdmin);
    context_.peer = "configuration file";
  }

  void ApplyCenter(LeftOut left_out) {
    const ConfigureCenter command{ReadCenterSection(
        config_.file.center(),
        left_out == LeftOut::kStays ? shard_.directory()->center : CenterConfig())};
    std::promise<absl::Status> answer;
    shard_.Submit({command, {}}, [&](const absl::StatusOr<Outcome>& outcome, const Engine&) {
      answer.set_value(outcome.status());
    });
    ReportRefusal(answer.get_future().get(), "", "center");
  }

  template <class Resources>
  void ApplyAll(const Kind& kind, const Resources& resources) {
    for (int i = 0; i < resources.size(); ++i) ApplyOne(kind, resources[i], i);
  }

  // A queue may send its work to one that stands further down: such a queue is made without that
  // rule first, and gets it when all are there.
  void ApplyQueues() {
    static constexpr Kind kQueue = {"Queue", "queue", "queues"};
    const auto& queues = config_.file.center().queues();
    for (int i = 0; i < queues.size(); ++i) {
      wissel::v1::Queue queue = queues[i];
      if (SendsOn(queue)) {
        if (Exists(kQueue, queue.name())) continue;
        if (queue.has_hours()) queue.mutable_hours()->clear_closed_action();
        queue.clear_entry_gates();
        queue.clear_overflow();
      }
      ApplyOne(kQueue, queue, i);
    }
    for (int i = 0; i < queues.size(); ++i) {
      if (SendsOn(queues[i])) ApplyOne(kQueue, queues[i], i);
    }
  }

 private:
  static bool SendsOn(const wissel::v1::Queue& queue) {
    return !queue.hours().closed_action().queue().empty() || queue.entry_gates_size() > 0 ||
           queue.has_overflow();
  }
  bool Exists(const Kind& kind, const std::string& name) {
    return Call(fmt::format("Get{}", kind.noun),
                [&](Message& request) {
                  const auto* field = request.GetDescriptor()->FindFieldByName("name");
                  request.GetReflection()->SetString(&request, field, name);
                })
        .ok();
  }

  template <class Resource>
  void ApplyOne(const Kind& kind, const Resource& resource, int index) {
    const bool exists = Exists(kind, resource.name());
    const std::string method = fmt::format("{}{}", exists ? "Update" : "Create", kind.noun);
    absl::Status status = Call(method, [&](Message& request) {
      const auto* type = request.GetDescriptor();
      const auto* reflection = request.GetReflection();
      Message* field = reflection->MutableMessage(&request, type->FindFieldByName(kind.field));
      field->CopyFrom(resource);
      if (exists) return;
      const auto* id = type->FindFieldByName(fmt::format("{}_id", kind.field));
      reflection->SetString(&request, id, LastPart(resource.name()));
    });
    const std::string path = fmt::format("center.{}[{}]", kind.section, index);
    const auto* method_descriptor = Find(method).descriptor;
    const std::string prefix =
        method_descriptor->input_type()->FindFieldByName(kind.field)->json_name();
    ReportRefusal(status, prefix, path);
  }

  const rpc::Method& Find(const std::string& name) const {
    const rpc::Method* method = methods_.Find("wissel.v1.ConfigService." + name);
    INVARIANT(method != nullptr && method->unary);
    return *method;
  }

  absl::Status Call(const std::string& name, const std::function<void(Message&)>& fill) const {
    const rpc::Method& method = Find(name);
    std::unique_ptr<Message> request(method.request_prototype->New());
    fill(*request);
    std::promise<absl::Status> answer;
    method.unary(context_, *request, [&answer](absl::Status status, std::unique_ptr<Message>) {
      answer.set_value(std::move(status));
    });
    return answer.get_future().get();
  }

  // `prefix` is the request's field that holds the resource, which stands in the file at `path`.
  void ReportRefusal(const absl::Status& status, const std::string& prefix, std::string path) {
    if (status.ok()) return;
    std::string field = FieldAtFault(status);
    if (!prefix.empty() && field.rfind(prefix, 0) == 0) field = field.substr(prefix.size());
    // An id that is no id is the last part of the name.
    if (field == "Id") field = ".name";
    if (!field.empty() && field.front() != '.' && field.front() != '[') field = "." + field;
    path += field;
    config_.problems.push_back(
        {config_.lines.LineOf(path),
         fmt::format("{}: {}", InFileWords(path), std::string(status.message())),
         WhatWouldBeRight(status)});
  }

  LoadedConfig& config_;
  const rpc::MethodTable& methods_;
  Shard& shard_;
  rpc::Context context_;
};

}  // namespace

void Apply(LoadedConfig& config, const rpc::MethodTable& methods, Shard& shard, LeftOut left_out) {
  const CenterSection& center = config.file.center();
  Applier applier(config, methods, shard);
  applier.ApplyCenter(left_out);
  applier.ApplyAll({"Skill", "skill", "skills"}, center.skills());
  applier.ApplyAll({"Team", "team", "teams"}, center.teams());
  applier.ApplyAll({"Partner", "partner", "partners"}, center.partners());
  applier.ApplyQueues();
  applier.ApplyAll({"RoutingProfile", "routing_profile", "routingProfiles"},
                   center.routing_profiles());
  applier.ApplyAll({"Agent", "agent", "agents"}, center.agents());
}

}  // namespace wissel::config
