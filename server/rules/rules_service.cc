#include "server/rules/rules_service.h"

#include <atomic>
#include <future>
#include <set>
#include <utility>

#include "base/rpc/latest_stream.h"
#include "base/runtime/worker.h"
#include "base/status.h"
#include "router/service/requests.h"
#include "server/rules/desk.h"

namespace wissel::rules {
namespace {

using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using rpc::ServerStream;

constexpr size_t kMostWaiting = 50;

absl::Status Busy(const char* with) {
  return Refuse(absl::StatusCode::kResourceExhausted, "", with, "the same request again later");
}

using TrialStream = rpc::LatestStream<v1::DryRunUpdate>;

}  // namespace

class RulesService::Parts : public std::enable_shared_from_this<Parts> {
 public:
  Parts(Shard& shard, People& people, std::unique_ptr<JournalReader> reader,
        std::optional<std::string> data)
      : shard_(shard),
        people_(people),
        data_(std::move(data)),
        desk_(std::move(reader),
              Present{[this] { return Now(); },
                      [this](const ApplyRules& rules) { return Check(rules); }}) {}

  void Stop() {
    stopping_ = true;
    trials_.Stop();
    worker_.Stop();
  }

  // Answers on the worker's thread.
  template <class Response, class Answer>
  void Ask(Reply<Response> reply, Answer answer) {
    const bool taken =
        worker_.Do([self = shared_from_this(), reply, answer = std::move(answer)](bool goes) {
          if (!goes) return reply(NoLook());
          reply(answer(self->desk_));
        });
    if (!taken) reply(Busy("too many ask for the rules' versions at once"));
  }

  void DryRun(const v1::DryRunRulesRequest& request, ServerStream<v1::DryRunUpdate> to) {
    if (request.proposal_case() == v1::DryRunRulesRequest::PROPOSAL_NOT_SET) {
      return to.Finish(RefuseField("rules", "there is nothing to try", "rules, or a version"));
    }
    if (!data_) {
      return to.Finish(Refuse(absl::StatusCode::kFailedPrecondition, "",
                              "this server keeps no journal to try rules on"));
    }
    if (trying_.exchange(true)) {
      return to.Finish(Refuse(absl::StatusCode::kFailedPrecondition, "",
                              "a trial is under way; there is one at a time",
                              "the same again when it has ended"));
    }
    const auto stream = std::make_shared<TrialStream>(std::move(to));
    stream->Open();
    const bool taken = worker_.Do([self = shared_from_this(), request, stream](bool goes) {
      if (!goes) return self->EndTrial(*stream, NoLook());
      const auto options = self->desk_.ReadTrial(request, *self->data_, self->shard_.now());
      if (!options.ok()) return self->EndTrial(*stream, options.status());
      const bool runs = self->trials_.Do([self, stream, options = *options](bool goes) {
        self->EndTrial(*stream, goes ? self->Try(options, *stream) : NoLook());
      });
      if (!runs) self->EndTrial(*stream, NoLook());
    });
    if (!taken) EndTrial(*stream, Busy("too many ask for the rules' versions at once"));
  }

  absl::StatusOr<v1::RuleVersion> Apply(Desk& desk, const v1::ApplyRulesRequest& request,
                                        const Origin& origin) {
    WISSEL_RETURN_IF_ERROR(CheckExpected(request.expected_version()));
    absl::StatusOr<Proposal> proposal = desk.Read(request);
    absl::StatusOr<ApplyRules> rules;
    if (proposal.ok()) {
      rules = ApplyRules{
          proposal->changes, static_cast<uint64_t>(request.expected_version()), request.note(), {}};
    } else {
      rules = proposal.status();
    }
    WISSEL_ASSIGN_OR_RETURN(const Outcome outcome, Carry(std::move(rules), origin));
    if (!outcome.repeated) WISSEL_RETURN_IF_ERROR(NamePeople(*proposal));
    return desk.Shown(outcome.subject);
  }

  absl::StatusOr<v1::RuleVersion> RollBack(Desk& desk, const v1::RollBackRulesRequest& request,
                                           const Origin& origin) {
    WISSEL_RETURN_IF_ERROR(CheckExpected(request.expected_version()));
    absl::StatusOr<ApplyRules> rules = desk.Read(request);
    if (rules.ok()) {
      rules->if_revision = static_cast<uint64_t>(request.expected_version());
      rules->note = request.note();
    }
    WISSEL_ASSIGN_OR_RETURN(const Outcome outcome, Carry(std::move(rules), origin));
    ForgetTheDeleted();
    return desk.Shown(outcome.subject);
  }

 private:
  static absl::Status CheckExpected(int64_t version) {
    if (version > 0) return absl::OkStatus();
    return RefuseField("expectedVersion", "is not given",
                       "the number of the version that the rules are to replace");
  }

  // Waits for the sequencer; on this class's threads alone.
  template <class Answer>
  auto OnShard(Answer answer) -> decltype(answer(std::declval<const Engine&>())) {
    using Answered = decltype(answer(std::declval<const Engine&>()));
    std::promise<Answered> promise;
    const bool runs = shard_.Read([&](const Engine& engine) { promise.set_value(answer(engine)); });
    if (!runs) return NoLook();
    return promise.get_future().get();
  }
  absl::StatusOr<Rules> Now() {
    return OnShard([](const Engine& engine) { return absl::StatusOr<Rules>(RulesOf(engine)); });
  }
  absl::Status Check(const ApplyRules& rules) {
    return OnShard([&](const Engine& engine) { return engine.CheckRules(rules); });
  }

  absl::StatusOr<Outcome> Carry(absl::StatusOr<CommandBody> body, const Origin& origin) {
    if (!body.ok() && !origin.request) return body.status();
    const absl::Status before = body.status();
    std::promise<absl::StatusOr<Outcome>> promise;
    shard_.Submit(
        CommandOf(std::move(body), origin),
        [&](const absl::StatusOr<Outcome>& outcome, const Engine&) { promise.set_value(outcome); });
    absl::StatusOr<Outcome> outcome = promise.get_future().get();
    if (!outcome.ok()) return RefusalOf(before, outcome.status());
    return outcome;
  }

  // The second half of a change: names are people's and not in the journal.
  absl::Status NamePeople(const Proposal& proposal) {
    for (const auto& [agent, person] : proposal.persons) {
      if (people_.Get(agent) == person) continue;
      std::promise<absl::Status> kept;
      people_.Set(agent, person, [&](const absl::Status& status) { kept.set_value(status); });
      WISSEL_RETURN_IF_ERROR(kept.get_future().get());
    }
    ForgetTheDeleted();
    return absl::OkStatus();
  }
  void ForgetTheDeleted() {
    shard_.Read([&people = people_](const Engine& engine) {
      std::set<std::string> agents;
      engine.directory().agents.ForEach(
          [&](AgentId, const AgentConfig& agent) { agents.insert(agent.name); });
      people.KeepOnly(std::move(agents), [](const absl::Status&) {});
    });
  }

  absl::Status Try(const TrialOptions& options, TrialStream& stream) {
    int shown = -1;
    const auto progress = [&](const v1::DryRunUpdate::Progress& at) -> absl::Status {
      if (stopping_ || stream.closed()) return absl::AbortedError("nobody waits for it any more");
      const int step = at.phase() * 1000 + at.percent();
      if (step == std::exchange(shown, step)) return absl::OkStatus();
      v1::DryRunUpdate update;
      *update.mutable_progress() = at;
      stream.Tell(std::move(update));
      return absl::OkStatus();
    };
    auto result = RunTrial(options, progress);
    if (!result.ok()) return result.status();
    v1::DryRunUpdate update;
    *update.mutable_result() = *std::move(result);
    stream.Tell(std::move(update));
    return absl::OkStatus();
  }
  void EndTrial(TrialStream& stream, const absl::Status& status) {
    trying_ = false;
    stream.End(status);
  }

  Shard& shard_;
  People& people_;
  const std::optional<std::string> data_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> trying_ = false;
  Desk desk_;  // of the worker's thread
  Worker worker_{"rules", kMostWaiting};
  Worker trials_{"rules-trial", 1};
};

RulesService::RulesService(Shard& shard, People& people, std::unique_ptr<JournalReader> reader,
                           std::optional<std::string> data)
    : parts_(std::make_shared<Parts>(shard, people, std::move(reader), std::move(data))) {}
RulesService::~RulesService() { Stop(); }

void RulesService::Stop() { parts_->Stop(); }

void RulesService::Register(rpc::MethodTable& table) {
  const Access look = Access::Of({Role::kManager, Role::kPlanner, Role::kAdmin});
  const Access change = Access::Of({Role::kManager, Role::kAdmin});
  const auto parts = parts_;
  table.Unary<v1::ListRuleVersionsRequest, v1::ListRuleVersionsResponse>(
      "wissel.v1.RulesService.ListRuleVersions", look,
      [parts](const Context&, const auto& request, Reply<v1::ListRuleVersionsResponse> reply) {
        parts->Ask(std::move(reply), [request](Desk& desk) { return desk.List(request); });
      });
  table.Unary<v1::GetRuleVersionRequest, v1::RuleVersion>(
      "wissel.v1.RulesService.GetRuleVersion", look,
      [parts](const Context&, const auto& request, Reply<v1::RuleVersion> reply) {
        parts->Ask(std::move(reply), [request](Desk& desk) { return desk.Get(request); });
      });
  table.Unary<v1::DiffRuleVersionsRequest, v1::DiffRuleVersionsResponse>(
      "wissel.v1.RulesService.DiffRuleVersions", look,
      [parts](const Context&, const auto& request, Reply<v1::DiffRuleVersionsResponse> reply) {
        parts->Ask(std::move(reply), [request](Desk& desk) { return desk.Diff(request); });
      });
  table.Unary<v1::ValidateRulesRequest, v1::ValidateRulesResponse>(
      "wissel.v1.RulesService.ValidateRules", look,
      [parts](const Context&, const auto& request, Reply<v1::ValidateRulesResponse> reply) {
        parts->Ask(std::move(reply), [request](Desk& desk) { return desk.Validate(request); });
      });
  table.ServerStreaming<v1::DryRunRulesRequest, v1::DryRunUpdate>(
      "wissel.v1.RulesService.DryRunRules", look,
      [parts](const Context&, const auto& request, ServerStream<v1::DryRunUpdate> stream) {
        parts->DryRun(request, std::move(stream));
      });
  table.Unary<v1::ApplyRulesRequest, v1::RuleVersion>(
      "wissel.v1.RulesService.ApplyRules", change,
      [parts](const Context& context, const auto& request, Reply<v1::RuleVersion> reply) {
        const auto origin = OriginOf(context.caller, "ApplyRules", request.request_id(), request);
        if (!origin.ok()) return reply(origin.status());
        parts->Ask(std::move(reply), [parts, request, origin = *origin](Desk& desk) {
          return parts->Apply(desk, request, origin);
        });
      });
  table.Unary<v1::RollBackRulesRequest, v1::RuleVersion>(
      "wissel.v1.RulesService.RollBackRules", change,
      [parts](const Context& context, const auto& request, Reply<v1::RuleVersion> reply) {
        const auto origin =
            OriginOf(context.caller, "RollBackRules", request.request_id(), request);
        if (!origin.ok()) return reply(origin.status());
        parts->Ask(std::move(reply), [parts, request, origin = *origin](Desk& desk) {
          return parts->RollBack(desk, request, origin);
        });
      });
}

}  // namespace wissel::rules
