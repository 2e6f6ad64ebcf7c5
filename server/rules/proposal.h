// A center file against rules that hold: what is wrong with it, and what it would make of them.
//
// It is applied to a copy through the handlers of ConfigService, so that whatever they refuse is
// refused here, with its line. Pure but for the time that it takes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agents/service/people.h"
#include "router/core/rule_book.h"
#include "server/config/config_file.h"

namespace wissel::rules {

struct Proposal {
  // What is wrong stands in its problems; the rest is then not to be used.
  config::LoadedConfig file;
  Rules wanted;
  std::vector<RuleChange> changes;  // from those that hold to `wanted`
  // Agents of whom the file gives a display name or a phone: the second half of a change of theirs.
  std::map<std::string, Person> persons;
};

// With `delete_unnamed`, what the file does not name goes.
Proposal Propose(const std::string& yaml, bool delete_unnamed, const Rules& now);

// The line of a resource ("queues/web"), or of the center; 0: the file does not name it.
int LineOf(const config::LoadedConfig& file, const std::string& resource);

// Resources that would go.
std::vector<std::string> Deleted(const std::vector<ResourceChange>& changes);

}  // namespace wissel::rules
