#include "server/rules/desk.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/status.h"
#include "fmt/format.h"
#include "router/service/convert_basics.h"
#include "router/service/pages.h"
#include "server/config/center_file.h"

namespace wissel::rules {
namespace {

constexpr std::string_view kPrefix = "ruleVersions/";
constexpr size_t kLongestYaml = 16 << 20;

void Write(const RuleVersion& version, bool current, v1::RuleVersion* out) {
  out->set_name(fmt::format("{}{}", kPrefix, version.number));
  out->set_number(static_cast<int64_t>(version.number));
  WriteTimestamp(version.at, out->mutable_time());
  out->set_user(version.by);
  out->set_note(version.note);
  out->set_restored_version(static_cast<int64_t>(version.restores.value_or(0)));
  out->set_changes(static_cast<int32_t>(version.changes));
  out->set_sentence(version.sentence);
  out->set_current(current);
}

void Write(const std::vector<ResourceChange>& changes,
           google::protobuf::RepeatedPtrField<v1::ResourceDiff>* out) {
  for (const ResourceChange& change : changes) {
    v1::ResourceDiff* resource = out->Add();
    resource->set_resource(change.resource);
    resource->set_kind(static_cast<v1::ResourceDiff::Kind>(change.kind));
    for (const FieldChange& field : change.fields) {
      v1::AuditEntry::Change* to = resource->add_changes();
      to->set_field(field.field);
      to->set_before(field.before);
      to->set_after(field.after);
    }
  }
}

absl::Status NoVersion(int64_t number, const char* field) {
  return Refuse(absl::StatusCode::kNotFound, field, fmt::format("there is no version {}", number),
                "a number that ListRuleVersions gives");
}

absl::StatusOr<int64_t> NumberIn(const std::string& name) {
  int64_t number = 0;
  const bool prefixed = name.starts_with(kPrefix);
  const std::string_view digits = std::string_view(name).substr(prefixed ? kPrefix.size() : 0);
  if (prefixed && digits == "current") return 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (!prefixed || error != std::errc() || end != digits.data() + digits.size() || number < 1) {
    return RefuseField("name", fmt::format("\"{}\" is no name of a version", name),
                       "ruleVersions/{number} or ruleVersions/current");
  }
  return number;
}

absl::Status CheckRules(const v1::ProposedRules& rules) {
  if (rules.yaml().empty()) return RefuseField("rules.yaml", "there are no rules", "a center file");
  if (rules.yaml().size() > kLongestYaml) {
    return RefuseField("rules.yaml", "the file is too long", "at most 16 MiB");
  }
  return absl::OkStatus();
}

// A refusal of the engine, at the line of the resource that it is about.
config::Problem ProblemOf(const absl::Status& refusal, const config::LoadedConfig& file) {
  config::Problem problem;
  problem.message = std::string(refusal.message());
  problem.right = WhatWouldBeRight(refusal);
  const std::string resource = problem.message.substr(0, problem.message.find_first_of(": "));
  problem.line = LineOf(file, resource);
  return problem;
}

}  // namespace

Desk::Desk(std::unique_ptr<JournalReader> reader, std::optional<Present> present)
    : history_(std::move(reader)), present_(std::move(present)) {}

absl::StatusOr<Rules> Desk::Now() {
  if (present_) return present_->rules();
  WISSEL_RETURN_IF_ERROR(history_.CatchUp());
  const auto& versions = history_.book().versions();
  if (versions.empty()) return absl::NotFoundError("nothing is configured yet");
  return *history_.book().At(versions.back().number);
}

absl::StatusOr<Rules> Desk::At(int64_t number, const char* field) {
  if (number == 0) return Now();
  WISSEL_RETURN_IF_ERROR(history_.CatchUp());
  std::optional<Rules> rules;
  if (number > 0) rules = history_.book().At(static_cast<uint64_t>(number));
  if (!rules) return NoVersion(number, field);
  return *std::move(rules);
}

absl::StatusOr<v1::ListRuleVersionsResponse> Desk::List(
    const v1::ListRuleVersionsRequest& request) {
  Digest list;
  list.Add(std::string("ruleVersions"));
  WISSEL_ASSIGN_OR_RETURN(const Page page,
                          ReadPage(request.page_size(), request.page_token(), list.value()));
  WISSEL_RETURN_IF_ERROR(history_.CatchUp());
  const auto& versions = history_.book().versions();
  v1::ListRuleVersionsResponse response;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (!request.page_token().empty() && version->number > page.from) continue;
    if (response.rule_versions_size() == page.size) {
      response.set_next_page_token(PageToken(version->number, list.value()));
      break;
    }
    Write(*version, version == versions.rbegin(), response.add_rule_versions());
  }
  return response;
}

absl::StatusOr<v1::RuleVersion> Desk::Shown(uint64_t number) {
  WISSEL_RETURN_IF_ERROR(history_.CatchUp());
  const RuleVersion* version = history_.book().Find(number);
  if (version == nullptr) return NoVersion(static_cast<int64_t>(number), "name");
  v1::RuleVersion shown;
  Write(*version, version == &history_.book().versions().back(), &shown);
  shown.set_yaml(config::WriteCenterFile(EngineWith(*history_.book().At(number))));
  return shown;
}

absl::StatusOr<v1::RuleVersion> Desk::Get(const v1::GetRuleVersionRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const int64_t number, NumberIn(request.name()));
  if (number > 0) return Shown(static_cast<uint64_t>(number));
  WISSEL_RETURN_IF_ERROR(history_.CatchUp());
  const auto& versions = history_.book().versions();
  if (versions.empty()) {
    return Refuse(absl::StatusCode::kNotFound, "name", "nothing is configured yet");
  }
  return Shown(versions.back().number);
}

absl::StatusOr<v1::DiffRuleVersionsResponse> Desk::Diff(
    const v1::DiffRuleVersionsRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const Rules from, At(request.from(), "from"));
  WISSEL_ASSIGN_OR_RETURN(const Rules to, At(request.to(), "to"));
  v1::DiffRuleVersionsResponse response;
  Write(DifferenceOf(from, to), response.mutable_resources());
  return response;
}

absl::StatusOr<v1::ValidateRulesResponse> Desk::Validate(const v1::ValidateRulesRequest& request) {
  WISSEL_RETURN_IF_ERROR(CheckRules(request.rules()));
  WISSEL_ASSIGN_OR_RETURN(const Rules now, Now());
  Proposal proposal = Propose(request.rules().yaml(), request.rules().delete_unnamed(), now);
  v1::ValidateRulesResponse response;
  response.set_version(static_cast<int64_t>(now.directory.revision));
  if (proposal.file.problems.empty() && !proposal.changes.empty() && present_) {
    const absl::Status refusal = present_->check({proposal.changes, {}, "", {}});
    if (!refusal.ok()) proposal.file.problems.push_back(ProblemOf(refusal, proposal.file));
  }
  std::stable_sort(proposal.file.problems.begin(), proposal.file.problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  for (const config::Problem& problem : proposal.file.problems) {
    v1::RulesProblem* out = response.add_problems();
    out->set_line(problem.line);
    out->set_message(problem.message);
    out->set_right(problem.right);
  }
  if (response.problems().empty()) {
    Write(DifferenceOf(now, proposal.wanted), response.mutable_resources());
  }
  return response;
}

absl::StatusOr<TrialOptions> Desk::ReadTrial(const v1::DryRunRulesRequest& request,
                                             const std::string& data, Instant now) {
  TrialOptions options;
  options.data = data;
  options.until = now;
  if (request.has_end_time()) {
    WISSEL_ASSIGN_OR_RETURN(options.until, ReadTimestamp(request.end_time(), "endTime"));
  }
  options.from = options.until - Duration::Hours(1);
  if (request.has_start_time()) {
    WISSEL_ASSIGN_OR_RETURN(options.from, ReadTimestamp(request.start_time(), "startTime"));
  }
  if (request.seed() != 0) options.seed = static_cast<uint64_t>(request.seed());
  WISSEL_ASSIGN_OR_RETURN(const Rules rules, Now());
  if (request.proposal_case() == v1::DryRunRulesRequest::kVersion) {
    WISSEL_ASSIGN_OR_RETURN(const Rules then, At(request.version(), "version"));
    options.yaml = config::WriteCenterFile(EngineWith(then));
    options.not_tried = Deleted(DifferenceOf(rules, then));
    return options;
  }
  WISSEL_RETURN_IF_ERROR(CheckRules(request.rules()));
  options.yaml = request.rules().yaml();
  const Proposal proposal = Propose(options.yaml, request.rules().delete_unnamed(), rules);
  if (proposal.file.problems.empty()) {
    options.not_tried = Deleted(DifferenceOf(rules, proposal.wanted));
  }
  return options;
}

absl::StatusOr<Proposal> Desk::Read(const v1::ApplyRulesRequest& request) {
  WISSEL_RETURN_IF_ERROR(CheckRules(request.rules()));
  WISSEL_ASSIGN_OR_RETURN(const Rules now, Now());
  Proposal proposal = Propose(request.rules().yaml(), request.rules().delete_unnamed(), now);
  if (proposal.file.problems.empty()) return proposal;
  return RefuseField("rules", proposal.file.ProblemText(), "rules that ValidateRules passes");
}

absl::StatusOr<ApplyRules> Desk::Read(const v1::RollBackRulesRequest& request) {
  if (request.to_version() < 1) {
    return RefuseField("toVersion", "is no version", "a number that ListRuleVersions gives");
  }
  WISSEL_ASSIGN_OR_RETURN(const Rules then, At(request.to_version(), "toVersion"));
  WISSEL_ASSIGN_OR_RETURN(const Rules now, Now());
  ApplyRules rules;
  rules.changes = ChangesBetween(now, then);
  rules.restores = static_cast<uint64_t>(request.to_version());
  return rules;
}

}  // namespace wissel::rules
