// What lies in the journal and in snapshots, as bytes: protobuf's wire format of the field lists
// (field_codec.h), so that any protobuf tool can look into it.
//
//   a batch:  message { repeated Event events = 1; }
//   an event: message { uint32 kind = 1; sint64 at = 2; bytes body = 3; }
//             where `kind` is the place in EventBody and `body` the message of that kind.
//
// Pure. Reading takes any bytes and answers DATA_LOSS when they are not what they should be, an
// event of a kind from a newer version included: to skip an event would be to lose it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "router/core/engine.h"
#include "router/core/event.h"

namespace wissel {

// Appends the event to the bytes of a batch.
void AppendEvent(std::string& batch, const Event& event);
absl::StatusOr<std::vector<Event>> DecodeBatch(std::string_view batch);

std::string EncodeState(const SavedState& state);
// Names are not indexed: Engine::Restore does that.
absl::StatusOr<SavedState> DecodeState(std::string_view bytes);

}  // namespace wissel
