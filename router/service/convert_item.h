// Work items between the contract and the core. The writer runs on the sequencer thread for every
// answer: lean. Readers refuse with fields from the work item on ("requirement.steps[0]"). Pure.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "router/core/command.h"
#include "router/core/engine.h"
#include "wissel/v1/work.pb.h"

namespace wissel {

absl::StatusOr<CreateItem> ReadNewItem(const v1::WorkItem& item, const Directory& directory);

// At most 40 characters of [a-z0-9-]; may be empty.
absl::Status CheckTopic(std::string_view topic, std::string_view field);
absl::StatusOr<uint8_t> ReadBand(const v1::WorkItem& item);
absl::StatusOr<Duration> ReadHeadStart(const v1::WorkItem& item);
// With "requirement" before the fields.
absl::StatusOr<Requirement> ReadItemsRequirement(const v1::WorkItem& item,
                                                 const Directory& directory);

void WriteQuestion(const Question& question, const Engine& engine, v1::Question* out);

// The requirement only where it is the item's own and not its queue's.
void WriteItem(const Item& item, const Engine& engine, v1::WorkItem* out);

}  // namespace wissel
