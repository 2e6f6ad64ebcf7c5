// What people may call who are confined to teams or queues: one line for each method, and nothing
// else. A method without a line is refused to them, so that a new one leaks nothing.
//
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace wissel::scope {

// How a method treats those who are confined to teams, or to queues.
enum class Within : uint8_t {
  kNo,  // refuses them
  // What a request names is theirs, or it is refused; what an answer shows of others is left out.
  kFiltered,
  // Likewise, and the request names at least one of theirs.
  kNamed,
  // They call it as the agent whom they are, with the role agent alone.
  kAsAgent,
};

struct ScopeRule {
  std::string_view method;  // "WorkService.GetWorkItem"
  Within teams = Within::kNo;
  Within queues = Within::kNo;
};

// `method` under its full name in the contract.
ScopeRule RuleOf(std::string_view method);

// All of them, for tests.
std::span<const ScopeRule> ScopeRules();

}  // namespace wissel::scope
