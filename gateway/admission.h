// The doors' way to admission_control.h: thread-safe, with a clock, counted for /metrics, and with
// the refusal as an absl::Status (RESOURCE_EXHAUSTED with a time after which to ask again, or
// DEADLINE_EXCEEDED).
//
// One for all doors of a process: they share its sequencers. Threads: everything from any thread;
// nothing blocks for longer than a few instructions.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/admission_control.h"
#include "gateway/criticality.h"

namespace wissel::gateway {

class Admission {
 public:
  using Time = AdmissionControl::Time;
  explicit Admission(const AdmissionLimits& limits = {},
                     std::function<Time()> now = std::chrono::steady_clock::now);

  // A place among the calls under way, until it goes.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept { *this = std::move(other); }
    Place& operator=(Place&& other) noexcept {
      Leave();
      of_ = std::exchange(other.of_, nullptr);
      criticality_ = other.criticality_;
      return *this;
    }
    ~Place() { Leave(); }
    void Leave() {
      if (of_ != nullptr) std::exchange(of_, nullptr)->Ended(criticality_);
    }

   private:
    friend class Admission;
    Admission* of_ = nullptr;
    Criticality criticality_ = Criticality::kHeld;
  };
  struct Verdict {
    Place place;           // of a call that is let in
    absl::Status refusal;  // OK: let in
    Time tell_at{};        // of a refusal: not before
  };
  Verdict Admit(Criticality criticality, std::optional<Time> deadline);

  // A command was taken out of a sequencer's inbox after so long.
  void Waited(std::chrono::steady_clock::duration delay);

  // In Prometheus' text format.
  std::string MetricsText() const;

 private:
  void Ended(Criticality criticality);

  const std::function<Time()> now_;
  mutable std::mutex mutex_;
  AdmissionControl control_;
  std::array<uint64_t, 4> refused_{};  // by criticality
  uint64_t too_late_ = 0;
};

}  // namespace wissel::gateway
