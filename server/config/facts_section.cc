#include "server/config/facts_section.h"

#include <set>
#include <string>

#include "base/status.h"
#include "channels/facts/sheet_rules.h"
#include "fmt/format.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/config/yaml_reader.h"

namespace wissel::config {
namespace {

absl::Status CheckOne(const v1::FactSheet& sheet, std::set<std::string>& names) {
  const auto name = facts::ParseSheetName(sheet.name(), "name");
  if (!name.ok()) return name.status();
  if (!names.insert(sheet.name()).second) {
    return RefuseField("name", "this sheet stands twice", "each name once");
  }
  v1::FactSheet written = facts::WhatIsWritten(sheet);
  written.set_name(sheet.name());
  if (!google::protobuf::util::MessageDifferencer::Equals(sheet, written)) {
    return RefuseField("name", "the sheet says what is the server's to say",
                       "name, texts and review_date alone");
  }
  return facts::CheckSheet(sheet);
}

// A file that names queues names those of its sheets.
bool LacksQueue(const ConfigFile& file, const v1::FactSheet& sheet) {
  if (file.center().queues().empty()) return false;
  for (const auto& queue : file.center().queues()) {
    if (sheet.name().starts_with(queue.name() + "/")) return false;
  }
  return true;
}

}  // namespace

void CheckFactSheets(LoadedConfig& config) {
  std::set<std::string> names;
  for (int i = 0; i < config.file.fact_sheets_size(); ++i) {
    const v1::FactSheet& sheet = config.file.fact_sheets(i);
    absl::Status status = CheckOne(sheet, names);
    if (status.ok() && LacksQueue(config.file, sheet)) {
      status = RefuseField("name", "there is no such queue", "a queue of this file");
    }
    if (status.ok()) continue;
    const std::string field = fmt::format("factSheets[{}].{}", i, FieldAtFault(status));
    config.problems.push_back({config.lines.LineOf(field),
                               fmt::format("{}: {}", field, std::string(status.message())),
                               WhatWouldBeRight(status)});
  }
}

}  // namespace wissel::config
