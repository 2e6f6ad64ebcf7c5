// The methods that are measured against each other: from delay history (HOL, LES; Ibrahim and
// Whitt, M&SOM 11, 2009, 397-415), from the length of the line and the rate of departures, and from
// the people (router/core/wait_estimate.h, which the product uses).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/core/wait_methods.h"
#include "tests/waits/day.h"

namespace wissel::waits {

enum class Method : uint8_t { kHeadOfLine, kLastToEnter, kDepartures, kPeople };
inline constexpr std::array<Method, 4> kMethods = {Method::kHeadOfLine, Method::kLastToEnter,
                                                   Method::kDepartures, Method::kPeople};
const char* NameOf(Method method);

// The waits that each queue has seen: of the one who was answered last, and of its head now.
class DelayHistory {
 public:
  void OnEvent(const Event& event, const Engine& engine);
  std::optional<Duration> LastToEnter(QueueId queue, Instant now) const;

 private:
  struct Entered {
    Duration waited;
    Instant at;
  };
  std::map<QueueId, Entered> last_;
};

// Mean and variance by one method of an item that has just begun to wait; none: it says nothing.
std::optional<Remaining> RemainingBy(Method method, const Day& day, const DelayHistory& history,
                                     ItemId item);

// How well one method did, corrected by what it learnt of its own promises, or not.
class Record : public Watcher {
 public:
  Record(const Day& day, Method method, bool corrected);

  void OnEvent(const Event& event, const Engine& engine) override {
    history_.OnEvent(event, engine);
  }
  void OnWaiting(ItemId item, QueueId queue, Instant now) override;
  void OnFate(ItemId item, const Fate& fate) override;

  Method method() const { return method_; }
  bool corrected() const { return corrected_; }
  // Of the promises whose truth was seen, those that were kept.
  double ShareKept80() const { return Share(kept80_, broken80_); }
  // Of those given while the day surged.
  double ShareKept80InSurge() const { return Share(kept80_in_surge_, broken80_in_surge_); }
  double ShareKept50() const { return Share(kept50_, broken50_); }
  double ShareSuppressed() const { return Share(silent_, given_); }
  int64_t given() const { return given_; }
  int64_t seen() const { return kept80_ + broken80_; }
  // Between P50 and the wait of the answered, in seconds.
  double MedianError() const;
  // P80 itself, in seconds.
  double MedianP80() const;

 private:
  static double Share(int64_t part, int64_t rest) {
    return part + rest == 0 ? 0 : static_cast<double>(part) / static_cast<double>(part + rest);
  }
  struct Given {
    QueueId queue;
    WaitEstimate wait;
    bool in_surge = false;
  };

  const Day& day_;
  const Method method_;
  const bool corrected_;
  DelayHistory history_;
  std::map<QueueId, Pace::Stretches> stretches_;
  std::map<ItemId, Given> open_;
  std::vector<double> errors_;
  std::vector<double> p80s_;
  int64_t given_ = 0;
  int64_t silent_ = 0;
  int64_t kept80_ = 0;
  int64_t broken80_ = 0;
  int64_t kept80_in_surge_ = 0;
  int64_t broken80_in_surge_ = 0;
  int64_t kept50_ = 0;
  int64_t broken50_ = 0;
};

}  // namespace wissel::waits
