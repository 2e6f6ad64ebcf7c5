// `wissel rules`: the questions of RulesService, asked of a running server or of a data folder.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <utility>

#include "absl/time/time.h"
#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/grpcpp.h"
#include "router/journal/address.h"
#include "server/commands.h"
#include "server/rules/desk.h"
#include "wissel/v1/rules.grpc.pb.h"

namespace wissel::server {
namespace {

using rules::TrialProgress;
using Update = v1::DryRunUpdate;

// A change may wait for others' and for the disk; a first look reads the journal through.
constexpr auto kPatience = std::chrono::minutes(5);

class Source {
 public:
  virtual ~Source() = default;
  virtual absl::StatusOr<v1::ListRuleVersionsResponse> List(
      const v1::ListRuleVersionsRequest& request) = 0;
  virtual absl::StatusOr<v1::RuleVersion> Get(const v1::GetRuleVersionRequest& request) = 0;
  virtual absl::StatusOr<v1::DiffRuleVersionsResponse> Diff(
      const v1::DiffRuleVersionsRequest& request) = 0;
  virtual absl::StatusOr<v1::ValidateRulesResponse> Validate(
      const v1::ValidateRulesRequest& request) = 0;
  virtual absl::StatusOr<Update::Result> DryRun(const v1::DryRunRulesRequest& request,
                                                const TrialProgress& progress) = 0;
};

class FolderSource : public Source {
 public:
  FolderSource(std::string data, std::unique_ptr<JournalReader> reader, Instant end)
      : data_(std::move(data)), end_(end), desk_(std::move(reader)) {}

  absl::StatusOr<v1::ListRuleVersionsResponse> List(
      const v1::ListRuleVersionsRequest& request) override {
    return desk_.List(request);
  }
  absl::StatusOr<v1::RuleVersion> Get(const v1::GetRuleVersionRequest& request) override {
    return desk_.Get(request);
  }
  absl::StatusOr<v1::DiffRuleVersionsResponse> Diff(
      const v1::DiffRuleVersionsRequest& request) override {
    return desk_.Diff(request);
  }
  absl::StatusOr<v1::ValidateRulesResponse> Validate(
      const v1::ValidateRulesRequest& request) override {
    return desk_.Validate(request);
  }
  absl::StatusOr<Update::Result> DryRun(const v1::DryRunRulesRequest& request,
                                        const TrialProgress& progress) override {
    WISSEL_ASSIGN_OR_RETURN(const rules::TrialOptions options,
                            desk_.ReadTrial(request, data_, end_));
    return rules::RunTrial(options, progress);
  }

 private:
  const std::string data_;
  const Instant end_;
  rules::Desk desk_;
};

class ServerSource : public Source {
 public:
  explicit ServerSource(const RulesOptions& options) : authorization_("Bearer " + options.token) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(64 << 20);
    stub_ = v1::RulesService::NewStub(
        grpc::CreateCustomChannel(options.grpc, grpc::InsecureChannelCredentials(), arguments));
  }

  absl::StatusOr<v1::ListRuleVersionsResponse> List(
      const v1::ListRuleVersionsRequest& request) override {
    return Call(&v1::RulesService::Stub::ListRuleVersions, request);
  }
  absl::StatusOr<v1::RuleVersion> Get(const v1::GetRuleVersionRequest& request) override {
    return Call(&v1::RulesService::Stub::GetRuleVersion, request);
  }
  absl::StatusOr<v1::DiffRuleVersionsResponse> Diff(
      const v1::DiffRuleVersionsRequest& request) override {
    return Call(&v1::RulesService::Stub::DiffRuleVersions, request);
  }
  absl::StatusOr<v1::ValidateRulesResponse> Validate(
      const v1::ValidateRulesRequest& request) override {
    return Call(&v1::RulesService::Stub::ValidateRules, request);
  }
  absl::StatusOr<v1::RuleVersion> Apply(const v1::ApplyRulesRequest& request) {
    return Call(&v1::RulesService::Stub::ApplyRules, request);
  }
  absl::StatusOr<v1::RuleVersion> RollBack(const v1::RollBackRulesRequest& request) {
    return Call(&v1::RulesService::Stub::RollBackRules, request);
  }

  absl::StatusOr<Update::Result> DryRun(const v1::DryRunRulesRequest& request,
                                        const TrialProgress& progress) override {
    grpc::ClientContext context;
    context.AddMetadata("authorization", authorization_);
    const auto stream = stub_->DryRunRules(&context, request);
    Update update;
    Update::Result result;
    while (stream->Read(&update)) {
      if (update.has_result()) result = *update.mutable_result();
      if (update.has_progress()) WISSEL_RETURN_IF_ERROR(progress(update.progress()));
    }
    WISSEL_RETURN_IF_ERROR(StatusOf(stream->Finish()));
    return result;
  }

 private:
  static absl::Status StatusOf(const grpc::Status& status) {
    // The codes are numerically equal.
    return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
  }
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::RulesService::Stub::*method)(grpc::ClientContext*,
                                                                               const Request&,
                                                                               Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", authorization_);
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    Response response;
    WISSEL_RETURN_IF_ERROR(StatusOf(((*stub_).*method)(&context, request, &response)));
    return response;
  }

  const std::string authorization_;
  std::unique_ptr<v1::RulesService::Stub> stub_;
};

// On standard error, where somebody looks at it; gone when it is done.
class ProgressLine {
 public:
  absl::Status Show(const Update::Progress& at) const {
    if (!shown_) return absl::OkStatus();
    constexpr int kWidth = 40;
    const int full = at.percent() * kWidth / 100;
    fmt::print(stderr, "\r{} [{:=<{}}{: <{}}] {:3} %",
               at.phase() == Update::Progress::READING ? "reading      " : "running again", "",
               full, "", kWidth - full, at.percent());
    std::fflush(stderr);
    return absl::OkStatus();
  }
  ~ProgressLine() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  const bool shown_ = isatty(STDERR_FILENO) == 1;
};

absl::StatusOr<std::unique_ptr<Source>> Open(const RulesOptions& options) {
  if (options.data.empty()) return std::make_unique<ServerSource>(options);
  WISSEL_ASSIGN_OR_RETURN(auto reader, OpenJournalReader(options.data));
  const Instant now = Instant::FromMillis(absl::ToUnixMillis(absl::Now()));
  return std::make_unique<FolderSource>(options.data, std::move(reader), now);
}

int Fail(const char* command, const absl::Status& status) {
  std::string text(status.message());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel rules {}: {}{}\n", command, text, right.empty() ? "" : "; " + right);
  return 1;
}

void PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    fmt::print("{}", json);
  }
}

absl::StatusOr<int64_t> NumberOf(const std::string& text) {
  if (text == "current") return 0;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
  return RefuseField("version", fmt::format("\"{}\" is no version", text),
                     "its number, or \"current\"");
}

absl::StatusOr<v1::ProposedRules> FileOf(const RulesOptions& options) {
  std::ifstream in(options.what, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Refuse(absl::StatusCode::kNotFound, "", fmt::format("cannot read {}", options.what),
                  "the path of a center file");
  }
  v1::ProposedRules rules;
  rules.set_yaml(text.str());
  rules.set_delete_unnamed(options.whole);
  return rules;
}

absl::Status ReadMoment(const std::string& text, const char* flag,
                        google::protobuf::Timestamp* out) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return RefuseField(flag, fmt::format("--{}: \"{}\" is no time", flag, text),
                       "write for example 2026-11-21T09:30:00Z");
  }
  const int64_t millis = absl::ToUnixMillis(time);
  out->set_seconds(millis / 1000);
  out->set_nanos(static_cast<int32_t>(millis % 1000) * 1'000'000);
  return absl::OkStatus();
}

std::string TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

void Print(const google::protobuf::RepeatedPtrField<v1::ResourceDiff>& resources) {
  const auto or_nothing = [](const std::string& text) { return text.empty() ? "nothing" : text; };
  for (const v1::ResourceDiff& resource : resources) {
    const char* what = resource.kind() == v1::ResourceDiff::CREATED   ? " (new)"
                       : resource.kind() == v1::ResourceDiff::DELETED ? " (goes)"
                                                                      : "";
    fmt::print("{}{}\n", resource.resource(), what);
    for (const v1::AuditEntry::Change& change : resource.changes()) {
      fmt::print("  {}: {} -> {}\n", change.field(), or_nothing(change.before()),
                 or_nothing(change.after()));
    }
  }
  if (resources.empty()) fmt::print("nothing differs\n");
}

std::string Seconds(bool given, const google::protobuf::Duration& d) {
  if (!given) return "-";
  return fmt::format("{:.1f} s", static_cast<double>(d.seconds()) + d.nanos() / 1e9);
}

void PrintRow(const std::string& name, const char* run, const Update::Figures& f) {
  fmt::print("{:<26.26} {:<8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}\n", name, run, f.offered(),
             f.answered(), f.abandoned(),
             f.has_service_level() ? fmt::format("{:.1f} %", 100 * f.service_level()) : "-",
             Seconds(f.has_mean_wait(), f.mean_wait()), Seconds(f.has_p80_wait(), f.p80_wait()),
             Seconds(f.has_p95_wait(), f.p95_wait()));
}

std::string Was(const Update::Source& source) {
  return fmt::format("{} recorded, {} drawn", source.recorded(), source.drawn());
}

void Print(const Update::Result& result) {
  fmt::print("{}\n{} to {}\n\n", result.headline(), TimeOf(result.start_time()),
             TimeOf(result.end_time()));
  fmt::print("{:<26} {:<8} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "", "", "offered",
             "answered", "abandoned", "in time", "mean wait", "P80", "P95");
  PrintRow("all queues", "recorded", result.recorded());
  PrintRow("", "trial", result.trial());
  for (const Update::QueueFigures& queue : result.queues()) {
    PrintRow(queue.queue(), "recorded", queue.recorded());
    PrintRow("", "trial", queue.trial());
  }
  fmt::print("\nFrom the record or drawn: answers to offers {}; departures {}; handling {}.\n",
             Was(result.answers()), Was(result.patience()), Was(result.handling()));
  if (result.impossible() > 0) {
    fmt::print("{} things that people did could not be done.\n", result.impossible());
  }
  for (const std::string& name : result.not_tried()) {
    fmt::print("Not tried: that {} goes.\n", name);
  }
}

std::string NewRequestId() {
  std::random_device device;
  return fmt::format("rules-{:08x}{:08x}", device(), device());
}

// 0: the version that holds, asked for.
absl::StatusOr<int64_t> ExpectedBy(ServerSource& server, const RulesOptions& options) {
  if (options.expected > 0) return options.expected;
  v1::ListRuleVersionsRequest request;
  request.set_page_size(1);
  WISSEL_ASSIGN_OR_RETURN(const auto newest, server.List(request));
  if (newest.rule_versions().empty()) return absl::NotFoundError("nothing is configured yet");
  return newest.rule_versions(0).number();
}

int PrintNew(const char* command, const RulesOptions& options,
             const absl::StatusOr<v1::RuleVersion>& version) {
  if (!version.ok()) return Fail(command, version.status());
  if (options.json) {
    PrintJson(*version);
  } else {
    fmt::print("version {}: {}\n", version->number(), version->sentence());
  }
  return 0;
}

}  // namespace

int ListRules(const RulesOptions& options) {
  const auto source = Open(options);
  if (!source.ok()) return Fail("list", source.status());
  v1::ListRuleVersionsRequest request;
  request.set_page_size(static_cast<int32_t>(options.limit));
  const auto versions = (*source)->List(request);
  if (!versions.ok()) return Fail("list", versions.status());
  if (options.json) {
    PrintJson(*versions);
    return 0;
  }
  for (const v1::RuleVersion& version : versions->rule_versions()) {
    fmt::print("{:>6}  {}  {}{}\n", version.number(), TimeOf(version.time()), version.sentence(),
               version.note().empty() ? "" : fmt::format(" ({})", version.note()));
  }
  return 0;
}

int ShowRules(const RulesOptions& options) {
  const auto source = Open(options);
  if (!source.ok()) return Fail("show", source.status());
  v1::GetRuleVersionRequest request;
  request.set_name("ruleVersions/" + options.what);
  const auto version = (*source)->Get(request);
  if (!version.ok()) return Fail("show", version.status());
  if (options.json) {
    PrintJson(*version);
  } else {
    fmt::print("# Version {} of {}: {}\n{}", version->number(), TimeOf(version->time()),
               version->sentence(), version->yaml());
  }
  return 0;
}

int DiffRules(const RulesOptions& options) {
  v1::DiffRuleVersionsRequest request;
  const auto from = NumberOf(options.what);
  const auto to = NumberOf(options.other);
  if (!from.ok() || !to.ok()) return Fail("diff", from.ok() ? to.status() : from.status());
  request.set_from(*from);
  request.set_to(*to);
  const auto source = Open(options);
  if (!source.ok()) return Fail("diff", source.status());
  const auto diff = (*source)->Diff(request);
  if (!diff.ok()) return Fail("diff", diff.status());
  if (options.json) {
    PrintJson(*diff);
  } else {
    Print(diff->resources());
  }
  return 0;
}

int ValidateRules(const RulesOptions& options) {
  const auto rules = FileOf(options);
  if (!rules.ok()) return Fail("validate", rules.status());
  const auto source = Open(options);
  if (!source.ok()) return Fail("validate", source.status());
  v1::ValidateRulesRequest request;
  *request.mutable_rules() = *rules;
  const auto answer = (*source)->Validate(request);
  if (!answer.ok()) return Fail("validate", answer.status());
  if (options.json) {
    PrintJson(*answer);
    return answer->problems().empty() ? 0 : 1;
  }
  for (const v1::RulesProblem& problem : answer->problems()) {
    fmt::print(stderr, "{}:{} {}{}\n", options.what,
               problem.line() > 0 ? fmt::format("{}:", problem.line()) : "", problem.message(),
               problem.right().empty() ? "" : "; " + problem.right());
  }
  if (!answer->problems().empty()) return 1;
  fmt::print("{}: right. Against version {}:\n", options.what, answer->version());
  Print(answer->resources());
  return 0;
}

int DryRunRules(const RulesOptions& options) {
  v1::DryRunRulesRequest request;
  if (const auto number = NumberOf(options.what); number.ok() && *number > 0) {
    request.set_version(*number);
  } else {
    const auto rules = FileOf(options);
    if (!rules.ok()) return Fail("dry-run", rules.status());
    *request.mutable_rules() = *rules;
  }
  absl::Status times;
  if (!options.from.empty()) times = ReadMoment(options.from, "from", request.mutable_start_time());
  if (times.ok() && !options.until.empty()) {
    times = ReadMoment(options.until, "until", request.mutable_end_time());
  }
  if (!times.ok()) return Fail("dry-run", times);
  request.set_seed(options.seed);
  const auto source = Open(options);
  if (!source.ok()) return Fail("dry-run", source.status());
  absl::StatusOr<Update::Result> result;
  {
    const ProgressLine line;
    result = (*source)->DryRun(request, [&](const auto& at) { return line.Show(at); });
  }
  if (!result.ok()) return Fail("dry-run", result.status());
  if (options.json) {
    PrintJson(*result);
  } else {
    Print(*result);
  }
  return 0;
}

int ApplyRulesFile(const RulesOptions& options) {
  const auto rules = FileOf(options);
  if (!rules.ok()) return Fail("apply", rules.status());
  ServerSource server(options);
  const auto expected = ExpectedBy(server, options);
  if (!expected.ok()) return Fail("apply", expected.status());
  v1::ApplyRulesRequest request;
  *request.mutable_rules() = *rules;
  request.set_expected_version(*expected);
  request.set_request_id(NewRequestId());
  request.set_note(options.note);
  return PrintNew("apply", options, server.Apply(request));
}

int RollBackRules(const RulesOptions& options) {
  const auto to = NumberOf(options.what);
  if (!to.ok()) return Fail("rollback", to.status());
  ServerSource server(options);
  const auto expected = ExpectedBy(server, options);
  if (!expected.ok()) return Fail("rollback", expected.status());
  v1::RollBackRulesRequest request;
  request.set_to_version(*to);
  request.set_expected_version(*expected);
  request.set_request_id(NewRequestId());
  request.set_note(options.note);
  return PrintNew("rollback", options, server.RollBack(request));
}

}  // namespace wissel::server
