// What an import would do, as a person reads it and as a program does.
#pragma once

#include <string>

#include "metrics/history/history_import.h"

namespace wissel::history {

// What was understood, what is in the file, what would change, what looks wrong.
std::string PreviewText(const metrics::ImportPreview& preview);
// Each fault as "FILE:LINE: what: what would be right".
std::string FaultsText(const std::string& file, const metrics::ImportPreview& preview);
// One object on one line.
std::string PreviewJson(const metrics::ImportPreview& preview);

std::string OutcomeText(const metrics::ImportOutcome& outcome, int minutes);
std::string OutcomeJson(const metrics::ImportOutcome& outcome);

}  // namespace wissel::history
