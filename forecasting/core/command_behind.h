// From an event back to the command that asked for it.
//
// What an engine decides follows from its state and from what it is asked. So whoever has the state
// and the journal can tell the two apart: the engine is let go on by itself, and the first event
// that it did not come to by itself is the beginning of what a command led to.
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "router/core/command.h"
#include "router/core/engine.h"
#include "router/core/event.h"

namespace wissel::forecasting {

// The command whose events begin with `events` (of one instant, the rest of it included), given to
// an engine that stands just before them. What the event says anyhow is left to the queue: the
// queue's own channel or band are not asked for. FAILED_PRECONDITION for events that no command
// begins with.
absl::StatusOr<CommandBody> CommandBehind(const Engine& engine, std::span<const Event> events);

}  // namespace wissel::forecasting
