// Four centers over one PostgreSQL, served by one node and by two: contacts enter through gRPC at
// the node that serves their center, and at the other one, which passes the calls on. The same
// servers and the same database; one node and two take turns, and medians are kept.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/status.h"
#include "cluster/registry.h"
#include "fmt/format.h"
#include "tests/benchmark/agents_at_work.h"
#include "tests/benchmark/callers.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/served_center.h"
#include "tests/benchmark/suites.h"
#include "tests/postgres/cluster.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 3;
constexpr std::chrono::milliseconds kTime(4'000);
constexpr std::chrono::seconds kLongestHandOver(60);
const std::vector<std::string> kCenters = {"acme", "beta", "gamma", "delta"};

absl::Status Run(const std::vector<std::string>& words) {
  WISSEL_ASSIGN_OR_RETURN(const auto process, ChildProcess::Start(words));
  while (process->ReadLine().ok()) {
  }
  return absl::OkStatus();
}

class Cell {
 public:
  Cell(std::string url, std::string folder) : url_(std::move(url)), folder_(std::move(folder)) {}

  absl::Status Prepare() {
    std::filesystem::create_directories(folder_);
    // All callers are one; and what the servers bear is what is looked for.
    std::ofstream(folder_ + "/node.yaml") << "security: {rate_limits: {per_caller: 0}}\n";
    const std::string config = folder_ + "/center.yaml";
    std::ofstream(config) << VoiceCenter(4, 1);
    for (const std::string& center : kCenters) {
      WISSEL_RETURN_IF_ERROR(
          Run({WISSEL_BINARY, "tenants", "set", center, "--config", config, "--journal", url_}));
      WISSEL_ASSIGN_OR_RETURN(const auto token,
                              ChildProcess::Start({WISSEL_BINARY, "token", "--data",
                                                   url_ + "#" + center, "--role", "integration"}));
      WISSEL_ASSIGN_OR_RETURN(tokens_[center], token->ReadLine());
    }
    WISSEL_ASSIGN_OR_RETURN(registry_, cluster::Registry::Open({.url = url_, .schema = ""}));
    return absl::OkStatus();
  }

  absl::Status Start(const std::string& node) {
    WISSEL_ASSIGN_OR_RETURN(
        nodes_[node],
        ChildProcess::Start({WISSEL_BINARY, "serve", "--config", folder_ + "/node.yaml",
                             "--journal", url_, "--node", node, "--data", folder_ + "/" + node,
                             "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"}));
    WISSEL_ASSIGN_OR_RETURN(addresses_[node], AddressAtEnd(*nodes_[node]));
    return absl::OkStatus();
  }
  void Stop(const std::string& node) { nodes_.erase(node); }
  void Kill(const std::string& node) { ::kill(nodes_.at(node)->pid(), SIGKILL); }

  // MiB of its own: RssAnon of proc(5).
  double Memory(const std::string& node) const {
    std::ifstream in(fmt::format("/proc/{}/status", nodes_.at(node)->pid()));
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) / 1024;
    }
    return 0;
  }
  // Connections that all nodes together have.
  absl::StatusOr<double> Connections() const {
    WISSEL_ASSIGN_OR_RETURN(auto connection, PostgresConnection::Open({.url = url_, .schema = ""}));
    WISSEL_ASSIGN_OR_RETURN(
        const auto rows,
        connection.Ask("SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
                       "'client backend'"));
    return static_cast<double>(rows.Number(0, 0));
  }

  // Until so many centers are served by `node`.
  absl::Status AwaitShare(const std::string& node, size_t share) {
    const auto give_up = std::chrono::steady_clock::now() + kLongestHandOver;
    while (std::chrono::steady_clock::now() < give_up) {
      WISSEL_ASSIGN_OR_RETURN(const cluster::Table table, registry_->Read());
      served_by_.clear();
      for (const auto& shard : table.shards) {
        if (shard.ends_ms > table.now.millis()) served_by_[shard.tenant] = shard.owner;
      }
      const auto here = std::count_if(served_by_.begin(), served_by_.end(),
                                      [&](const auto& each) { return each.second == node; });
      if (served_by_.size() == kCenters.size() && here == static_cast<int64_t>(share)) {
        return absl::OkStatus();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return absl::DeadlineExceededError(fmt::format("{} does not serve {} centers", node, share));
  }

  // Until each center has granted a call at that node.
  absl::Status AwaitAnswers(const std::string& node) const {
    const auto give_up = std::chrono::steady_clock::now() + kLongestHandOver;
    for (const std::string& center : kCenters) {
      while (!Callers(addresses_.at(node), tokens_.at(center))
                  .Run({1, 1, CallersKind::Way::kBlocking}, std::chrono::milliseconds(1))
                  .ok()) {
        if (std::chrono::steady_clock::now() > give_up) {
          return absl::DeadlineExceededError(
              fmt::format("{} does not answer for {}", node, center));
        }
      }
    }
    return absl::OkStatus();
  }

  // Creates a second of all centers together; each asked at who serves it, or at another node.
  absl::StatusOr<double> Measure(bool at_another) const {
    std::vector<std::future<absl::StatusOr<double>>> running;
    for (const std::string& center : kCenters) {
      const std::string& owner = served_by_.at(center);
      const std::string node = !at_another ? owner : owner == "a" ? "b" : "a";
      running.push_back(std::async(
          std::launch::async,
          [address = addresses_.at(node), token = tokens_.at(center)]() -> absl::StatusOr<double> {
            Callers callers(address, token);
            WISSEL_ASSIGN_OR_RETURN(const auto result,
                                    callers.Run({32, 2, CallersKind::Way::kInFlight}, kTime));
            return result.per_second;
          }));
    }
    double sum = 0;
    absl::Status failed;
    for (auto& each : running) {
      const auto rate = each.get();
      if (!rate.ok()) failed = rate.status();
      sum += rate.value_or(0);
    }
    if (!failed.ok()) return failed;
    return sum;
  }

 private:
  const std::string url_;
  const std::string folder_;
  std::optional<cluster::Registry> registry_;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, std::unique_ptr<ChildProcess>> nodes_;
  std::map<std::string, std::string> addresses_;
  std::map<std::string, std::string> served_by_;
};

}  // namespace

absl::StatusOr<std::vector<Figure>> BenchmarkCluster(const std::string& scratch) {
  auto started = testing::PostgresCluster::Start();
  if (absl::IsNotFound(started.status())) {
    fmt::print(stderr, "  left out: {}\n", std::string(started.status().message()));
    return std::vector<Figure>();
  }
  WISSEL_ASSIGN_OR_RETURN(const auto postgres, std::move(started));
  Cell cell(postgres->Options("").url, scratch + "/cluster");
  WISSEL_RETURN_IF_ERROR(cell.Prepare());
  WISSEL_RETURN_IF_ERROR(cell.Start("a"));
  std::vector<double> one;
  std::vector<double> two;
  std::vector<double> passed_on;
  std::vector<double> seconds;
  std::vector<double> takeover;
  std::vector<double> memory;
  double connections = 0;
  for (int round = 0; round < kRounds; ++round) {
    WISSEL_RETURN_IF_ERROR(cell.AwaitShare("a", kCenters.size()));
    WISSEL_ASSIGN_OR_RETURN(one.emplace_back(), cell.Measure(false));
    WISSEL_ASSIGN_OR_RETURN(connections, cell.Connections());
    const auto begin = std::chrono::steady_clock::now();
    WISSEL_RETURN_IF_ERROR(cell.Start("b"));
    WISSEL_RETURN_IF_ERROR(cell.AwaitShare("b", kCenters.size() / 2));
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    WISSEL_ASSIGN_OR_RETURN(two.emplace_back(), cell.Measure(false));
    WISSEL_ASSIGN_OR_RETURN(passed_on.emplace_back(), cell.Measure(true));
    fmt::print(stderr,
               "  one node {:.0f}/s, two {:.0f}/s, passed on {:.0f}/s; half after {:.1f} s\n",
               one.back(), two.back(), passed_on.back(), seconds.back());
    memory.push_back(cell.Memory("b") / (kCenters.size() / 2.0));
    const auto killed = std::chrono::steady_clock::now();
    cell.Kill("b");
    WISSEL_RETURN_IF_ERROR(cell.AwaitAnswers("a"));
    takeover.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - killed).count());
    cell.Stop("b");
  }
  return std::vector<Figure>{
      {"cluster.two_nodes", Median(two), "creates/s", Median(one), "one node"},
      {"cluster.passed_on", Median(passed_on), "creates/s", Median(two), "asked where they are"},
      {"cluster.half_taken", Median(seconds), "s", {}, "from a node's start"},
      {"cluster.taken_over", Median(takeover), "s", double{5}, "what is asked at the median"},
      {"cluster.memory", Median(memory), "MiB a center", {}, "after some 100,000 contacts each"},
      {"cluster.connections", connections / kCenters.size(), "a center", {}, ""},
  };
}

}  // namespace wissel::benchmark
