#include <grpcpp/grpcpp.h>

#include "base/status.h"
#include "fmt/format.h"
#include "tests/benchmark/callers.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/served_center.h"
#include "tests/benchmark/suites.h"

namespace wissel::benchmark {
namespace {

constexpr int kRounds = 7;
constexpr std::chrono::milliseconds kRoundTime(700);
constexpr const char* kCenter = R"(center:
  display_name: Benchmark
  time_zone: UTC
  queues:
    - {name: queues/phone-nl, channel: voice, answer_within: 20s}
)";

// Fills in what the real answer fills in.
class EchoService : public v1::WorkService::CallbackService {
  grpc::ServerUnaryReactor* CreateWorkItem(grpc::CallbackServerContext* context,
                                           const v1::CreateWorkItemRequest* request,
                                           v1::WorkItem* response) override {
    *response = request->work_item();
    response->set_name("workItems/1234567");
    response->set_channel(v1::VOICE);
    response->set_band(5);
    response->set_state(v1::WorkItem::WAITING);
    response->mutable_requirement()->add_steps();
    response->mutable_enter_time()->set_seconds(1'795'248'000);
    response->mutable_due_time()->set_seconds(1'795'248'020);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

struct Side {
  std::unique_ptr<ServedCenter> center;
  std::unique_ptr<ChildProcess> process;
  std::unique_ptr<Callers> callers;
};

absl::StatusOr<Side> StartWissel(const std::string& scratch) {
  Side side;
  WISSEL_ASSIGN_OR_RETURN(side.center, ServedCenter::Start(scratch + "/grpc", kCenter));
  side.callers = std::make_unique<Callers>(side.center->address(), side.center->token());
  return side;
}

absl::StatusOr<Side> StartEcho(const std::string& self) {
  Side side;
  WISSEL_ASSIGN_OR_RETURN(side.process, ChildProcess::Start({self, "--serve-echo"}));
  WISSEL_ASSIGN_OR_RETURN(const std::string address, AddressAtEnd(*side.process));
  side.callers = std::make_unique<Callers>(address, "none");
  return side;
}

struct Measured {
  std::vector<double> rates;
  std::vector<double> latencies_us;
};

absl::Status Measure(Side& side, const CallersKind& callers, Measured& measured) {
  WISSEL_ASSIGN_OR_RETURN(const Callers::Result result, side.callers->Run(callers, kRoundTime));
  measured.rates.push_back(result.per_second);
  measured.latencies_us.insert(measured.latencies_us.end(), result.latencies_us.begin(),
                               result.latencies_us.end());
  return absl::OkStatus();
}

absl::Status MeasureBoth(Side& wissel, Side& echo, const std::string& name,
                         const CallersKind& callers, std::vector<Figure>& figures) {
  Measured warm;
  WISSEL_RETURN_IF_ERROR(Measure(wissel, callers, warm));
  WISSEL_RETURN_IF_ERROR(Measure(echo, callers, warm));
  Measured ours, bare;
  for (int round = 0; round < kRounds; ++round) {
    WISSEL_RETURN_IF_ERROR(Measure(wissel, callers, ours));
    WISSEL_RETURN_IF_ERROR(Measure(echo, callers, bare));
  }
  const char* base = "an echo of the same messages";
  figures.push_back({name, Median(ours.rates), "requests/s", Median(bare.rates), base});
  for (const auto& [quantile, permille] : {std::pair{"p50", 500}, {"p99", 990}}) {
    figures.push_back({fmt::format("{}.{}", name, quantile), Quantile(ours.latencies_us, permille),
                       "us", Quantile(bare.latencies_us, permille), base});
  }
  return absl::OkStatus();
}

}  // namespace

int ServeEcho() {
  EchoService service;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return 1;
  fmt::print("echo grpc=127.0.0.1:{}\n", port);
  fflush(stdout);
  server->Wait();
  return 0;
}

absl::StatusOr<std::vector<Figure>> BenchmarkGrpc(const std::string& scratch,
                                                  const std::string& self) {
  WISSEL_ASSIGN_OR_RETURN(Side wissel, StartWissel(scratch));
  WISSEL_ASSIGN_OR_RETURN(Side echo, StartEcho(self));
  std::vector<Figure> figures;
  using Way = CallersKind::Way;
  const std::pair<const char*, CallersKind> kinds[] = {
      {"grpc.create.callers_1", {1, 1, Way::kBlocking}},
      {"grpc.create.callers_64", {64, 1, Way::kBlocking}},
      {"grpc.create.callers_64_on_4", {64, 4, Way::kBlocking}},
      {"grpc.create.in_flight_64", {64, 1, Way::kInFlight}},
  };
  for (const auto& [name, callers] : kinds) {
    WISSEL_RETURN_IF_ERROR(MeasureBoth(wissel, echo, name, callers, figures));
  }
  return figures;
}

}  // namespace wissel::benchmark
