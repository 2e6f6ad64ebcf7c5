#include "tests/benchmark/open_load.h"

#include <thread>
#include <utility>

#include "fmt/format.h"
#include "gateway/grpc_door.h"

namespace wissel::benchmark {
namespace {

constexpr std::chrono::milliseconds kStep(1);

}  // namespace

struct OpenLoad::Call {
  grpc::ClientContext context;
  v1::CreateWorkItemRequest request;
  v1::WorkItem answer;
};

OpenLoad::OpenLoad(const std::string& address, const std::string& token, int connections,
                   int queues)
    : authorization_("Bearer " + token), queues_(queues) {
  for (int i = 0; i < connections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("wissel.connection", i);  // another argument, another connection
    auto connection = std::make_unique<Connection>();
    connection->stub = v1::WorkService::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    connections_.push_back(std::move(connection));
  }
}

OpenLoad::~OpenLoad() {
  while (under_way_ > 0) std::this_thread::sleep_for(kStep);
}

OpenLoad::Result OpenLoad::Run(double per_second, std::chrono::milliseconds time) {
  {
    std::lock_guard lock(mutex_);
    result_ = {};
  }
  const auto start = Clock::now();
  const std::chrono::duration<double> apart(1 / per_second);
  const auto count = static_cast<int64_t>(per_second * static_cast<double>(time.count()) / 1000);
  int64_t no_room = 0;
  for (int64_t i = 0; i < count;) {
    // All that are due, then a short sleep: a late step is made up for.
    const auto now = Clock::now();
    for (; i < count; ++i) {
      const auto due =
          start + std::chrono::duration_cast<Clock::duration>(apart * static_cast<double>(i));
      if (due > now) break;
      if (now - due >= kWorthUntil || !Send(due)) ++no_room;
    }
    std::this_thread::sleep_for(kStep);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  while (under_way_ > 0) std::this_thread::sleep_for(kStep);
  std::lock_guard lock(mutex_);
  result_.offered = count;
  result_.no_room = no_room;
  result_.seconds = seconds;
  return std::move(result_);
}

bool OpenLoad::Send(Clock::time_point due) {
  Connection& connection = *connections_[number_ % connections_.size()];
  if (connection.under_way >= gateway::GrpcDoorOptions().max_streams_per_connection) return false;
  const uint64_t number = number_++;
  auto call = std::make_shared<Call>();
  call->context.AddMetadata("authorization", authorization_);
  call->context.set_deadline(std::chrono::system_clock::now() + (due + kWorthUntil - Clock::now()));
  call->request.set_request_id(fmt::format("load-{}", number));
  call->request.mutable_work_item()->set_queue(
      fmt::format("queues/q{}", number % static_cast<uint64_t>(queues_)));
  call->request.mutable_work_item()->set_contact(fmt::format("customers/{}", number));
  ++connection.under_way;
  ++under_way_;
  connection.stub->async()->CreateWorkItem(&call->context, &call->request, &call->answer,
                                           [this, call, due, &connection](grpc::Status status) {
                                             Note(due, status);
                                             --connection.under_way;
                                             --under_way_;
                                           });
  return true;
}

void OpenLoad::Note(Clock::time_point due, const grpc::Status& status) {
  const auto took = Clock::now() - due;
  std::lock_guard lock(mutex_);
  if (status.ok()) {
    ++(took <= kWorthUntil ? result_.in_time : result_.late);
    result_.answered_us.push_back(std::chrono::duration<double, std::micro>(took).count());
  } else {
    ++(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ? result_.refused
                                                                   : result_.failed);
  }
}

}  // namespace wissel::benchmark
