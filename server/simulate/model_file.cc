#include "server/simulate/model_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "server/config/config_file.h"
#include "server/config/yaml_reader.h"
#include "server/simulate/center.h"
#include "server/simulate/model_file.pb.h"

namespace wissel::simulate {
namespace {

using simulation::Distribution;
using simulation::Model;
using simulation::ModelGroup;
using simulation::ModelQueue;

constexpr int kReplications = 20;

Duration ToDuration(const google::protobuf::Duration& duration) {
  return Duration::Millis(duration.seconds() * 1000 + duration.nanos() / 1'000'000);
}

// "agents/GROUP-0" stands for those of a group while the center is made.
std::string StandIn(const std::string& group) { return group + "-0"; }

class Reader {
 public:
  Reader(const std::string& path, const std::string& text) {
    loaded_.path = path;
    config::ReadYaml(text, file_, loaded_.lines, loaded_.problems);
  }

  absl::StatusOr<LoadedModel> Read() {
    if (HasProblems()) return Problems();
    ReadRun();
    WISSEL_RETURN_IF_ERROR(TakeCenter());
    AddGroupsToCenter();
    if (HasProblems()) return Problems();
    WISSEL_ASSIGN_OR_RETURN(const CenterRules rules, ApplyCenter(loaded_));
    if (HasProblems()) return Problems();
    model().rules = rules.commands;
    for (int i = 0; i < file_.queues_size(); ++i) ReadQueue(i, rules.directory);
    for (int i = 0; i < file_.groups_size(); ++i) ReadGroup(i, rules.directory);
    if (HasProblems()) return Problems();
    const absl::Status checked = simulation::CheckModel(model());
    if (!checked.ok()) {
      Problem(FieldAtFault(checked), std::string(checked.message()), WhatWouldBeRight(checked));
      return Problems();
    }
    return std::move(result_);
  }

 private:
  Model& model() { return result_.model; }
  bool HasProblems() const { return !loaded_.problems.empty(); }
  absl::Status Problems() const {
    std::string text = loaded_.ProblemText();
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return absl::InvalidArgumentError(text);
  }
  void Problem(const std::string& field, const std::string& message, const std::string& right) {
    loaded_.problems.push_back({loaded_.lines.LineOf(field),
                                fmt::format("{}: {}", config::InFileWords(field), message), right});
  }

  void ReadRun() {
    const RunSection& run = file_.run();
    Model& m = model();
    m.interval = run.has_interval() ? ToDuration(run.interval()) : Duration::Minutes(30);
    int intervals = 1;
    for (const QueueSection& queue : file_.queues()) {
      intervals = std::max({intervals, queue.calls_size(), queue.calls_per_hour_size()});
    }
    for (const GroupSection& group : file_.groups()) {
      intervals = std::max(intervals, group.agents_size());
    }
    if (run.has_intervals()) intervals = run.intervals();
    if (intervals < 1 || intervals > 100'000) {
      return Problem("run.intervals", fmt::format("{} intervals", intervals), "1 to 100000");
    }
    m.intervals = static_cast<size_t>(intervals);
    m.warm_up = ToDuration(run.warm_up());
    m.batches = run.has_batches() ? run.batches() : 1;
    if (run.has_lines()) m.lines = run.lines();
    m.accept_after = ToDuration(run.accept_after());
    result_.replications = run.has_replications() ? run.replications()
                           : m.batches > 1        ? 1
                                                  : kReplications;
    if (result_.replications < 1) Problem("run.replications", "there is none", "1 or more");
    result_.seed = run.has_seed() ? run.seed() : 1;
  }

  absl::Status TakeCenter() {
    if (file_.center_file().empty()) {
      *loaded_.file.mutable_center() = file_.center();
      if (!file_.has_center()) Problem("center", "there are no rules", "center, or center_file");
    } else {
      const auto path = std::filesystem::path(loaded_.path).parent_path() / file_.center_file();
      auto center = config::LoadConfigFile(path.string());
      if (!center.ok()) {
        Problem("centerFile", std::string(center.status().message()), "the path of a center file");
        return absl::OkStatus();
      }
      if (!center->problems.empty()) return absl::InvalidArgumentError(center->ProblemText());
      *loaded_.file.mutable_center() = center->file.center();
    }
    loaded_.file.mutable_center()->clear_agents();
    if (file_.center().agents_size() > 0) {
      Problem("center.agents", "agents of a model are not named", "groups");
    }
    return absl::OkStatus();
  }

  void AddGroupsToCenter() {
    for (int i = 0; i < file_.groups_size(); ++i) {
      const GroupSection& group = file_.groups(i);
      wissel::v1::Agent* agent = loaded_.file.mutable_center()->add_agents();
      agent->set_name("agents/" + StandIn(group.name()));
      *agent->mutable_skills() = group.skills();
      *agent->mutable_attributes() = group.attributes();
      agent->set_team(group.team());
      agent->set_partner(group.partner());
      agent->set_routing_profile(group.routing_profile());
      loaded_.lines.Add(fmt::format("center.agents[{}]", i),
                        loaded_.lines.LineOf(fmt::format("groups[{}]", i)));
      for (int other = 0; other < i; ++other) {
        if (file_.groups(other).name() != group.name()) continue;
        Problem(fmt::format("groups[{}].name", i), "another group has this name",
                "a name of its own");
      }
    }
  }

  // One number for each interval.
  std::vector<double> Numbers(const google::protobuf::RepeatedField<double>& numbers,
                              const std::string& field) {
    std::vector<double> all(numbers.begin(), numbers.end());
    if (all.size() == 1) all.assign(model().intervals, all.front());
    if (all.size() != model().intervals) {
      Problem(field, fmt::format("{} numbers for {} intervals", all.size(), model().intervals),
              "one for each interval, or one for all");
    }
    return all;
  }

  std::optional<Distribution> ReadDistribution(const DistributionSection& d,
                                               const std::string& field) {
    using Kind = Distribution::Kind;
    const double mean_s = ToDuration(d.mean()).seconds();
    auto made = [&]() -> absl::StatusOr<Distribution> {
      switch (d.kind()) {
        case DistributionSection::LOG_NORMAL:
          return Distribution::Make(Kind::kLogNormal, mean_s, d.has_cv() ? d.cv() : 1);
        case DistributionSection::ERLANG:
          return Distribution::Make(Kind::kErlang, mean_s, d.has_phases() ? d.phases() : 2);
        case DistributionSection::WEIBULL:
          return Distribution::Make(Kind::kWeibull, mean_s, d.has_shape() ? d.shape() : 1);
        case DistributionSection::CONSTANT:
          return Distribution::Make(Kind::kConstant, mean_s);
        case DistributionSection::EMPIRICAL:
          return Distribution::Empirical({d.seconds().begin(), d.seconds().end()});
        default:
          return Distribution::Make(Kind::kExponential, mean_s);
      }
    }();
    if (made.ok()) return *std::move(made);
    Problem(field, std::string(made.status().message()), WhatWouldBeRight(made.status()));
    return std::nullopt;
  }

  void ReadQueue(int i, const Directory& directory) {
    const QueueSection& section = file_.queues(i);
    const std::string field = fmt::format("queues[{}]", i);
    ModelQueue queue;
    queue.name = config::LastPart(section.queue());
    const auto id = directory.queues.FindId(queue.name);
    if (!id || section.queue() != "queues/" + queue.name) {
      return Problem(field + ".queue", fmt::format("the center has no queue `{}`", section.queue()),
                     "the name of one of its queues, `queues/first`");
    }
    queue.id = *id;
    const QueueConfig& config = directory.queues.Get(*id);
    if (config.hours) {
      Problem(field, "its queue has opening hours; here its calls say when somebody comes",
              "a queue without hours");
    }
    if (section.calls_per_hour_size() > 0) {
      queue.calls = Numbers(section.calls_per_hour(), field + ".callsPerHour");
      for (double& calls : queue.calls) calls *= model().interval.seconds() / 3600;
    } else {
      queue.calls = Numbers(section.calls(), field + ".calls");
    }
    queue.cv = section.cv();
    if (!section.has_handle_time()) {
      return Problem(field, "nothing says how long its contacts take", "handle_time");
    }
    if (auto d = ReadDistribution(section.handle_time(), field + ".handleTime")) queue.handle = *d;
    if (section.has_patience()) {
      queue.patience = ReadDistribution(section.patience(), field + ".patience");
    }
    if (section.has_wrap_up()) {
      queue.wrap_up = ReadDistribution(section.wrap_up(), field + ".wrapUp");
    }
    queue.threshold_s = config.answer_within.seconds();
    queue.target = config.service_level_target_permille / 1000.0;
    queue.short_s = config.short_abandon.seconds();
    std::string variant = section.variant().empty() ? "of-offered" : section.variant();
    std::replace(variant.begin(), variant.end(), '_', '-');
    if (const auto known = staffing::ServiceLevelNamed(variant)) {
      queue.variant = *known;
    } else {
      Problem(field + ".variant", fmt::format("`{}` is no service level", section.variant()),
              "of_offered, less_short, gone_is_good or of_answered");
    }
    model().queues.push_back(std::move(queue));
  }

  void ReadGroup(int i, const Directory& directory) {
    const GroupSection& section = file_.groups(i);
    ModelGroup group;
    group.name = section.name();
    group.agent = directory.agents.Get(*directory.agents.FindId(StandIn(group.name)));
    group.agents.assign(section.agents().begin(), section.agents().end());
    if (group.agents.size() == 1) group.agents.assign(model().intervals, group.agents.front());
    if (section.has_cost()) group.cost = section.cost();
    model().groups.push_back(std::move(group));
  }

  config::LoadedConfig loaded_;
  ModelFile file_;
  LoadedModel result_;
};

}  // namespace

absl::StatusOr<LoadedModel> ParseModel(const std::string& path, const std::string& text) {
  return Reader(path, text).Read();
}

absl::StatusOr<LoadedModel> LoadModel(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Refuse(absl::StatusCode::kNotFound, "", fmt::format("cannot read {}", path),
                  "the path of a model");
  }
  return ParseModel(path, text.str());
}

}  // namespace wissel::simulate
