#include "server/cell/served_center.h"

#include <chrono>

#include "absl/status/status.h"

namespace wissel::server {
namespace {

// What a center writes to; its callbacks keep the center.
class KeptStream : public rpc::AnyServerStream {
 public:
  KeptStream(std::shared_ptr<rpc::AnyServerStream> stream, std::shared_ptr<ServedCenter> center)
      : stream_(std::move(stream)), center_(std::move(center)) {}

  bool writable() const override { return stream_->writable(); }
  bool Write(const google::protobuf::Message& message) override { return stream_->Write(message); }
  void Finish(absl::Status status) override { stream_->Finish(std::move(status)); }
  void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) override {
    auto kept = std::make_shared<std::shared_ptr<ServedCenter>>(std::move(center_));
    stream_->SetCallbacks(std::move(on_writable), [kept, on_closed = std::move(on_closed)] {
      if (on_closed) on_closed();
      kept->reset();  // whoever still has this callback
    });
  }

 private:
  const std::shared_ptr<rpc::AnyServerStream> stream_;
  std::shared_ptr<ServedCenter> center_;  // until the callbacks have it
};

}  // namespace

bool ServedCenter::Enter() {
  std::lock_guard lock(mutex_);
  if (closed_) return false;
  ++calls_;
  return true;
}

void ServedCenter::Leave() {
  std::lock_guard lock(mutex_);
  if (--calls_ == 0 && closed_) quiet_.notify_all();
}

rpc::AnyReply ServedCenter::Counted(rpc::AnyReply reply) {
  struct Answer {
    std::shared_ptr<ServedCenter> center;
    rpc::AnyReply reply;
  };
  // Let go of with the answer, whoever keeps the reply.
  auto answer = std::make_shared<Answer>(Answer{shared_from_this(), std::move(reply)});
  return [answer](absl::Status status, std::unique_ptr<google::protobuf::Message> message) {
    const std::shared_ptr<ServedCenter> center = std::move(answer->center);
    const rpc::AnyReply reply = std::move(answer->reply);
    center->hosted().center().CountAnswer(status.code());
    reply(std::move(status), std::move(message));
    center->Leave();
  };
}

std::shared_ptr<rpc::AnyServerStream> ServedCenter::Kept(
    std::shared_ptr<rpc::AnyServerStream> stream) {
  return std::make_shared<KeptStream>(std::move(stream), shared_from_this());
}

void ServedCenter::Close(Duration within) {
  std::unique_lock lock(mutex_);
  closed_ = true;
  quiet_.wait_for(lock, std::chrono::milliseconds(within.millis()), [this] { return calls_ == 0; });
}

}  // namespace wissel::server
