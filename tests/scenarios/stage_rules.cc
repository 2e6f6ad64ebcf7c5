// The parts of the stage that change rules together, look at their versions, and go back.
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "router/core/describe.h"
#include "tests/scenarios/stage.h"
#include "tests/scenarios/words.h"

namespace wissel::scenario {
namespace {

std::string WordsOf(const ResourceChange& change) {
  const auto or_nothing = [](const std::string& text) { return text.empty() ? "nothing" : text; };
  std::string words = change.resource;
  if (change.kind == ActionKind::kCreated) return words + " is new";
  if (change.kind == ActionKind::kDeleted) return words + " goes";
  const char* before = ": ";
  for (const FieldChange& field : change.fields) {
    words += fmt::format("{}{} {} -> {}", before, field.field, or_nothing(field.before),
                         or_nothing(field.after));
    before = "; ";
  }
  return words;
}

}  // namespace

// "rules: NOTE", then settings, then "apply" or "apply to version 7"; "back to version 5";
// "versions"; "what changed from version 5 to 7"
absl::Status Stage::PlayRules(std::string text, bool& done) {
  done = true;
  if (TakePrefix(text, "rules: ")) {
    draft_.emplace(EngineWith(RulesOf(engine_)));
    note_ = text;
  } else if (TakePrefix(text, "apply")) {
    if (!draft_) return NotUnderstood("apply", "the end of rules");
    const Rules wanted = RulesOf(*std::exchange(draft_, std::nullopt));
    ApplyRules rules{ChangesBetween(RulesOf(engine_), wanted), {}, note_, {}};
    if (TakePrefix(text, "to version ")) {
      WISSEL_ASSIGN_OR_RETURN(const int64_t version, ReadNumber(text));
      rules.if_revision = static_cast<uint64_t>(version);
    }
    Ask(std::move(rules));
  } else if (TakePrefix(text, "back to version ")) {
    WISSEL_ASSIGN_OR_RETURN(const int64_t version, ReadNumber(text));
    const auto wanted = book_.At(static_cast<uint64_t>(version));
    if (!wanted) return NotUnderstood(text, "a version of the rules");
    Ask(ApplyRules{ChangesBetween(RulesOf(engine_), *wanted), {}, "", version});
  } else if (text == "versions") {
    for (const RuleVersion& version : book_.versions()) {
      if (version.number <= setting_) continue;
      Write(fmt::format("  version {} at {}: {}", version.number,
                        Readable(FormatInstant(version.at)), version.sentence));
    }
  } else if (TakePrefix(text, "what changed from version ")) {
    const auto parts = Parts(text, " to ");
    WISSEL_ASSIGN_OR_RETURN(const int64_t from, ReadNumber(parts[0]));
    WISSEL_ASSIGN_OR_RETURN(const int64_t to, ReadNumber(parts.back()));
    const auto before = book_.At(static_cast<uint64_t>(from));
    const auto after = book_.At(static_cast<uint64_t>(to));
    if (!before || !after) return NotUnderstood(text, "two versions of the rules");
    for (const ResourceChange& change : DifferenceOf(*before, *after)) {
      Write("  " + WordsOf(change));
    }
  } else {
    done = false;
  }
  return absl::OkStatus();
}

}  // namespace wissel::scenario
