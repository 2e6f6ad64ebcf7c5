// What a call brings along for whatever is done for it: until when its answer is of use, and which
// trace it belongs to. A door opens a scope around the handler; what the handler hands over within
// it (a command for a sequencer, a look at an engine) takes a copy along. So a deadline need not
// stand in the signature of everything in between, and whatever has no caller (a timer, a channel's
// own work) has none.
//
// Of one thread each; scopes nest. Work that is handed to another thread takes Current() along and
// opens a scope of its own there, or goes on without.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/runtime/trace_context.h"

namespace wissel {

struct CallInfo {
  using Time = std::chrono::steady_clock::time_point;
  // When whoever calls gives up; an answer after that is for nobody.
  std::optional<Time> deadline = std::nullopt;
  std::optional<TraceContext> trace = std::nullopt;

  bool ExpiredAt(Time now) const { return deadline && now >= *deadline; }
};

class CallScope {
 public:
  explicit CallScope(CallInfo call) : call_(std::move(call)), before_(innermost_) {
    innermost_ = &call_;
  }
  ~CallScope() { innermost_ = before_; }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Of the innermost scope of this thread; empty outside of all.
  static CallInfo Current() { return innermost_ == nullptr ? CallInfo{} : *innermost_; }

 private:
  const CallInfo call_;
  const CallInfo* const before_;
  static inline thread_local const CallInfo* innermost_ = nullptr;
};

}  // namespace wissel
