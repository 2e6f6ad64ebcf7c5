#include "server/feed/client.h"

#include <random>

#include "absl/strings/numbers.h"
#include "fmt/format.h"

namespace wissel::feed {

// Reads on gRPC's threads and hands over to the loop. Deletes itself when the stream has ended.
class Client::Watch : public grpc::ClientReadReactor<wissel::v1::AgentState> {
 public:
  Watch(EventLoop& loop, int& outstanding, std::unique_ptr<grpc::ClientContext> context,
        std::function<void(const wissel::v1::AgentState&)> changed,
        std::function<void(const grpc::Status&)> ended)
      : loop_(loop),
        outstanding_(outstanding),
        context_(std::move(context)),
        changed_(std::move(changed)),
        ended_(std::move(ended)) {}

  void Begin(wissel::v1::AgentService::Stub::async_interface* stub, const std::string& agent) {
    request_.set_agent(agent);
    stub->WatchAgent(context_.get(), &request_, this);
    StartRead(&state_);
    StartCall();
  }
  void Stop() { context_->TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    loop_.Post([this, state = state_] { changed_(state); });
    StartRead(&state_);
  }
  void OnDone(const grpc::Status& status) override {
    loop_.Post([this, status] {
      --outstanding_;
      auto ended = std::move(ended_);
      delete this;
      ended(status);
    });
  }

 private:
  EventLoop& loop_;
  int& outstanding_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::function<void(const wissel::v1::AgentState&)> changed_;
  std::function<void(const grpc::Status&)> ended_;
  wissel::v1::WatchAgentRequest request_;
  wissel::v1::AgentState state_;
};

Client::Client(EventLoop& loop, const std::string& address, std::string token)
    : loop_(loop),
      address_(address),
      authorization_("Bearer " + token),
      random_({std::random_device()()}) {
  std::random_device device;
  id_prefix_ = fmt::format("feed-{:08x}{:08x}", device(), device());
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(16 << 20);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  work_ = wissel::v1::WorkService::NewStub(channel);
  agents_ = wissel::v1::AgentService::NewStub(channel);
  config_ = wissel::v1::ConfigService::NewStub(channel);
  live_ = wissel::v1::LiveService::NewStub(channel);
}

std::unique_ptr<grpc::ClientContext> Client::NewContext() const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", authorization_);
  return context;
}

std::string Client::NewRequestId() { return fmt::format("{}-{}", id_prefix_, next_id_++); }

Client::Watch* Client::WatchAgent(const std::string& agent,
                                  std::function<void(const wissel::v1::AgentState&)> changed,
                                  std::function<void(const grpc::Status&)> ended) {
  auto* watch = new Watch(loop_, outstanding_, NewContext(), std::move(changed), std::move(ended));
  ++outstanding_;
  watch->Begin(NextWatchStub(), agent);
  return watch;
}

wissel::v1::AgentService::Stub::async_interface* Client::NextWatchStub() {
  constexpr int kOnEach = 200;
  const auto connection = static_cast<size_t>(watches_++ / kOnEach);
  if (connection == watch_stubs_.size()) {
    grpc::ChannelArguments arguments;
    // Another argument, another connection.
    arguments.SetInt("wissel.watches", static_cast<int>(connection));
    watch_stubs_.push_back(wissel::v1::AgentService::NewStub(
        grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments)));
  }
  return watch_stubs_[connection]->async();
}

double Client::RetryAfterSeconds(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("retry-after");
  int seconds = 0;
  if (found == trailers.end()) return 0;
  const std::string text(found->second.data(), found->second.size());
  return absl::SimpleAtoi(text, &seconds) ? std::clamp(seconds, 0, 30) : 0;
}

void Client::StopWatching(Watch* watch) { watch->Stop(); }

}  // namespace wissel::feed
