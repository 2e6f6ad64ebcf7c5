// The planner's two hot paths: Erlang A, beside the recursion of Erlang B; and simulated contacts a
// second, beside a bare event loop of the same model and the same draws, which knows one queue and
// one kind of agent.
#include <chrono>
#include <deque>
#include <functional>

#include "base/invariant.h"
#include "forecasting/core/simulation/agenda.h"
#include "forecasting/core/simulation/customers.h"
#include "forecasting/core/simulation/simulation.h"
#include "forecasting/core/staffing/erlang.h"
#include "tests/benchmark/suites.h"
#include "tests/simulator/models.h"

namespace wissel::benchmark {
namespace {

using simulation::Deed;
using simulation::Model;

constexpr int kRounds = 7;

double SecondsOf(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Nanoseconds a call. Loads differ from call to call, so that nothing is worked out beforehand.
double ErlangANs() {
  constexpr int kCalls = 20'000;
  double sum = 0;
  const double seconds = SecondsOf([&] {
    for (int i = 0; i < kCalls; ++i) {
      const auto f = staffing::ErlangA({90 + 0.001 * i, 100, 180}, 180, 20);
      sum += f->served_within;
    }
  });
  INVARIANT(sum > 0);
  return 1e9 * seconds / kCalls;
}

double ErlangBRecursionNs() {
  constexpr int kCalls = 20'000;
  double sum = 0;
  const double seconds = SecondsOf([&] {
    for (int i = 0; i < kCalls; ++i) {
      const double load = 90 + 0.001 * i;
      double blocked = 1;
      for (int n = 1; n <= 100; ++n) blocked = load * blocked / (n + load * blocked);
      sum += blocked;
    }
  });
  INVARIANT(sum > 0);
  return 1e9 * seconds / kCalls;
}

// M/M/n+M and nothing else: who is free, who waits, what is due.
class BareStation {
 public:
  explicit BareStation(const Model& model)
      : customers_(model, 0, 1, 0), free_(model.groups[0].agents[0]) {}

  int64_t Run() {
    PlanArrival();
    while (!agenda_.empty()) {
      const simulation::Due due = agenda_.Take();
      now_ = due.at_ms;
      if (due.deed() == Deed::kArrive) {
        Arrive();
      } else if (due.deed() == Deed::kHandled) {
        Free();
      } else if (waits_[due.subject] != 0) {
        waits_[due.subject] = 0;
        ++abandoned_;
      }
    }
    INVARIANT(answered_ + abandoned_ == static_cast<int64_t>(waits_.size()));
    return static_cast<int64_t>(waits_.size());
  }

 private:
  void PlanArrival() {
    if (const auto at = customers_.NextArrivalMs()) agenda_.Plan(*at, Deed::kArrive, 0);
  }
  void Arrive() {
    PlanArrival();
    const uint64_t number = waits_.size();
    waits_.push_back(0);
    if (free_ > 0) {
      --free_;
      return Answer(number, now_);
    }
    waits_[number] = 1;
    line_.push_back({number, now_});
    if (const auto patience = customers_.PatienceMs(number)) {
      agenda_.Plan(now_ + *patience, Deed::kAbandon, number);
    }
  }
  void Free() {
    while (!line_.empty()) {
      const auto [number, came] = line_.front();
      line_.pop_front();
      if (waits_[number] == 0) continue;
      waits_[number] = 0;
      return Answer(number, came);
    }
    ++free_;
  }
  void Answer(uint64_t number, int64_t came) {
    ++answered_;
    waited_ += now_ - came;
    in_time_ += now_ - came <= 20'000;
    agenda_.Plan(now_ + customers_.HandleMs(number, came), Deed::kHandled, number);
  }

  simulation::Customers customers_;
  simulation::Agenda agenda_;
  std::deque<std::pair<uint64_t, int64_t>> line_;
  std::vector<char> waits_;
  int free_;
  int64_t now_ = 0, answered_ = 0, abandoned_ = 0, waited_ = 0, in_time_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkPlanning() {
  const Model model =
      simulation::StationModel({.load = 95, .agents = 100, .patience_s = 180, .contacts = 150'000});
  std::vector<double> erlang_a, recursion, engine, bare;
  for (int round = 0; round < kRounds; ++round) {
    erlang_a.push_back(ErlangANs());
    recursion.push_back(ErlangBRecursionNs());
    int64_t contacts = 0;
    const double engine_s = SecondsOf([&] {
      auto simulation = simulation::Simulation::Start(model, 1, 0);
      simulation->Run();
      contacts = simulation->size().contacts;
    });
    engine.push_back(static_cast<double>(contacts) / engine_s);
    const double bare_s = SecondsOf([&] { contacts = BareStation(model).Run(); });
    bare.push_back(static_cast<double>(contacts) / bare_s);
  }
  return std::vector<Figure>{{"erlang.a_100", Median(erlang_a), "ns/call", Median(recursion),
                              "Erlang B's recursion, 100 agents"},
                             {"sim.plain.contacts_per_s", Median(engine), "contacts/s",
                              Median(bare), "a bare event loop of the same model"}};
}

}  // namespace wissel::benchmark
