// The benchmarks, each a list of figures. One after the other, on a machine that does nothing else.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/benchmark/figures.h"

namespace wissel::benchmark {

// ns an event of the same closed loop (create, offer, accept, complete) at several sizes, each
// beside an index that does nothing but match.
absl::StatusOr<std::vector<Figure>> BenchmarkEngine();

// ns an event with every rule of order and choice in use, beside the plain rules.
absl::StatusOr<std::vector<Figure>> BenchmarkFullRules();

// How many times faster than it was a recorded day of 500 agents runs again under other rules.
absl::StatusOr<std::vector<Figure>> BenchmarkWhatIf();

// Lines a second of a file of past counts into the history, beside a loop that only cuts them.
absl::StatusOr<std::vector<Figure>> BenchmarkHistory(const std::string& scratch);
// Milliseconds in which a queue's forecast is made anew from a year of half-hours, beside the mean
// of the last eight weeks.
absl::StatusOr<std::vector<Figure>> BenchmarkForecast();
// Nanoseconds of a call of Erlang A, and simulated contacts a second, each beside something
// plainer.
absl::StatusOr<std::vector<Figure>> BenchmarkPlanning();

// 4 KiB batches a second into the SQLite journal, beside append and fdatasync on the same disk.
absl::StatusOr<std::vector<Figure>> BenchmarkJournal(const std::string& scratch);

// Events a second out of the journal into the messages of the event stream, beside reading it.
absl::StatusOr<std::vector<Figure>> BenchmarkEvents(const std::string& scratch);
// Messages a second into the sealed contact store, beside bare inserts of the same size.
absl::StatusOr<std::vector<Figure>> BenchmarkContacts(const std::string& scratch);

// Durable creates through the gRPC door of a real server, beside an echo of the same messages by a
// server that does nothing else; both processes of their own. `self` is this program, which serves
// the echo when asked to (ServeEcho).
absl::StatusOr<std::vector<Figure>> BenchmarkGrpc(const std::string& scratch,
                                                  const std::string& self);
// The surge at this scale for so long: entries a second through gRPC, how long an entry takes, and
// from a completion to the next offer on the agent's stream, while a live view is open.
absl::StatusOr<std::vector<Figure>> BenchmarkSurge(const std::string& scratch,
                                                   std::chrono::seconds time);

// 500 watchers of 200 queues, beside one: from an entry to the update that shows it, and the
// server's processor time.
absl::StatusOr<std::vector<Figure>> BenchmarkLive(const std::string& scratch);

// Many times the load that saturates the server, in an open loop: what is answered in time beside
// the peak, what becomes of the agents' work, and how soon all is as before.
absl::StatusOr<std::vector<Figure>> BenchmarkOverload(const std::string& scratch);

// Creates a second in four centers over one PostgreSQL by two nodes, beside one; and asked at the
// node that passes them on. No figures where there is no PostgreSQL.
absl::StatusOr<std::vector<Figure>> BenchmarkCluster(const std::string& scratch);

// Serves until standard input ends.
int ServeEcho();

}  // namespace wissel::benchmark
