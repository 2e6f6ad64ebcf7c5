// The questions of RulesService, asked of the rules that hold and of a journal: by the service for
// a running server, by the commands for a data folder.
//
// Not thread-safe: one worker. Everything takes as long as it takes to read what the journal has
// more than last time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/core/rule_book.h"
#include "server/rules/history.h"
#include "server/rules/proposal.h"
#include "server/rules/trial.h"
#include "wissel/v1/rules.pb.h"

namespace wissel::rules {

// What holds now, and whether it could be changed so.
struct Present {
  std::function<absl::StatusOr<Rules>()> rules;
  std::function<absl::Status(const ApplyRules&)> check;
};

class Desk {
 public:
  // Without `present`, what holds is what the journal says last.
  Desk(std::unique_ptr<JournalReader> reader, std::optional<Present> present = std::nullopt);

  absl::StatusOr<v1::ListRuleVersionsResponse> List(const v1::ListRuleVersionsRequest& request);
  absl::StatusOr<v1::RuleVersion> Get(const v1::GetRuleVersionRequest& request);
  absl::StatusOr<v1::DiffRuleVersionsResponse> Diff(const v1::DiffRuleVersionsRequest& request);
  absl::StatusOr<v1::ValidateRulesResponse> Validate(const v1::ValidateRulesRequest& request);
  // `data` and what is left out of the period: the hour before `now`.
  absl::StatusOr<TrialOptions> ReadTrial(const v1::DryRunRulesRequest& request,
                                         const std::string& data, Instant now);

  // What a request to change the rules comes to; INVALID_ARGUMENT on `rules` with a line for each
  // problem.
  absl::StatusOr<Proposal> Read(const v1::ApplyRulesRequest& request);
  absl::StatusOr<ApplyRules> Read(const v1::RollBackRulesRequest& request);
  absl::StatusOr<v1::RuleVersion> Shown(uint64_t number);

 private:
  absl::StatusOr<Rules> Now();
  // 0: the rules that hold.
  absl::StatusOr<Rules> At(int64_t number, const char* field);

  History history_;
  std::optional<Present> present_;
};

}  // namespace wissel::rules
