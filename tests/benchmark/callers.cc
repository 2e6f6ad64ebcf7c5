#include "tests/benchmark/callers.h"

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "fmt/format.h"

namespace wissel::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Callers::Callers(std::string address, std::string token)
    : address_(std::move(address)), authorization_("Bearer " + std::move(token)) {}

v1::WorkService::Stub& Callers::Connection(int number) {
  while (connections_.size() <= static_cast<size_t>(number)) {
    grpc::ChannelArguments arguments;
    // Channels with equal arguments would share a connection.
    arguments.SetInt("wissel.connection", static_cast<int>(connections_.size()));
    connections_.push_back(v1::WorkService::NewStub(
        grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments)));
  }
  return *connections_[static_cast<size_t>(number)];
}

// All calls of one measurement.
class Callers::Load {
 public:
  Load(Callers& owner, const CallersKind& kind, std::chrono::milliseconds time)
      : owner_(owner), start_(Clock::now()), end_(start_ + time), running_(kind.callers) {
    for (int i = 0; i < kind.callers; ++i) {
      calls_.push_back(std::make_unique<Call>(owner.Connection(i % kind.connections)));
      Prepare(*calls_.back(), ++owner.requests_);
    }
    for (const auto& call : calls_) {
      if (kind.way == CallersKind::Way::kInFlight) {
        Send(*call);
      } else {
        threads_.emplace_back([this, &call = *call] { KeepCalling(call); });
      }
    }
  }
  ~Load() {
    for (std::thread& thread : threads_) thread.join();
  }

  absl::StatusOr<Result> Wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    if (!failure_.ok()) return failure_;
    const std::chrono::duration<double> passed = Clock::now() - start_;
    Result result{0, std::move(latencies_us_)};
    result.per_second = static_cast<double>(result.latencies_us.size()) / passed.count();
    return result;
  }

 private:
  struct Call {
    explicit Call(v1::WorkService::Stub& stub) : stub(stub) {}

    v1::WorkService::Stub& stub;
    std::unique_ptr<grpc::ClientContext> context;
    v1::CreateWorkItemRequest request;
    v1::WorkItem response;
    Clock::time_point sent;
  };

  void Prepare(Call& call, uint64_t number) {
    call.context = std::make_unique<grpc::ClientContext>();
    call.context->AddMetadata("authorization", owner_.authorization_);
    call.request.set_request_id(fmt::format("3c1f6a2e-5b7d-4e19-{:020}", number));
    v1::WorkItem& item = *call.request.mutable_work_item();
    item.set_queue("queues/phone-nl");
    item.set_contact(fmt::format("customers/{:012}/conversations/{:012}", number % 99'991, number));
    call.sent = Clock::now();
  }

  void Send(Call& call) {
    call.stub.async()->CreateWorkItem(call.context.get(), &call.request, &call.response,
                                      [this, &call](const grpc::Status& status) {
                                        if (Answered(call, status)) Send(call);
                                      });
  }

  void KeepCalling(Call& call) {
    while (Answered(call,
                    call.stub.CreateWorkItem(call.context.get(), call.request, &call.response))) {
    }
  }

  // Whether there is a next call, which is prepared.
  bool Answered(Call& call, const grpc::Status& status) {
    const auto now = Clock::now();
    uint64_t next = 0;
    {
      std::lock_guard lock(mutex_);
      latencies_us_.push_back(std::chrono::duration<double, std::micro>(now - call.sent).count());
      if (!status.ok()) failure_ = absl::UnavailableError(status.error_message());
      if (now >= end_ || !failure_.ok()) {
        if (--running_ == 0) done_.notify_one();
        return false;
      }
      next = ++owner_.requests_;
    }
    Prepare(call, next);
    return true;
  }

  Callers& owner_;
  const Clock::time_point start_;
  const Clock::time_point end_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<double> latencies_us_;
  absl::Status failure_;
  int running_;
};

absl::StatusOr<Callers::Result> Callers::Run(const CallersKind& kind,
                                             std::chrono::milliseconds time) {
  return Load(*this, kind, time).Wait();
}

}  // namespace wissel::benchmark
