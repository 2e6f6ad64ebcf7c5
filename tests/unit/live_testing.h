// A stream whose reader the test plays, for services that send from threads of their own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/rpc/method_table.h"
#include "google/protobuf/util/json_util.h"

namespace wissel::testing {

template <class Update>
class ReaderStream : public rpc::AnyServerStream {
 public:
  bool writable() const override {
    std::lock_guard lock(mutex_);
    return !finish_ && !gone_ && room_ > 0;
  }
  bool Write(const google::protobuf::Message& message) override {
    std::lock_guard lock(mutex_);
    EXPECT_GT(room_, 0);
    if (finish_ || gone_) return false;
    --room_;
    updates_.push_back(static_cast<const Update&>(message));
    changed_.notify_all();
    return true;
  }
  void Finish(absl::Status status) override {
    std::lock_guard lock(mutex_);
    EXPECT_FALSE(finish_.has_value());
    finish_ = std::move(status);
    changed_.notify_all();
  }
  void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) override {
    std::lock_guard lock(mutex_);
    on_writable_ = std::move(on_writable);
    on_closed_ = std::move(on_closed);
  }

  // How many more messages the reader takes.
  void GiveRoom(int room) {
    std::function<void()> on_writable;
    {
      std::lock_guard lock(mutex_);
      room_ = room;
      on_writable = on_writable_;
    }
    if (room > 0 && on_writable) on_writable();
  }
  // The reader goes away.
  void Close() {
    std::function<void()> on_closed;
    {
      std::lock_guard lock(mutex_);
      gone_ = true;
      on_closed = std::exchange(on_closed_, nullptr);
      on_writable_ = nullptr;
    }
    if (on_closed) on_closed();
  }

  std::vector<Update> updates() const {
    std::lock_guard lock(mutex_);
    return updates_;
  }
  size_t count() const { return updates().size(); }
  Update last() const {
    std::lock_guard lock(mutex_);
    EXPECT_FALSE(updates_.empty());
    return updates_.empty() ? Update() : updates_.back();
  }
  std::optional<absl::Status> finish() const {
    std::lock_guard lock(mutex_);
    return finish_;
  }
  // Waits for an update of which it holds, at most ten seconds.
  bool WaitFor(const std::function<bool(const Update&)>& holds) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10),
                             [&] { return std::any_of(updates_.begin(), updates_.end(), holds); });
  }
  // Waits for the end of the stream, at most ten seconds.
  absl::Status WaitForFinish() const {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(10), [this] { return finish_.has_value(); });
    EXPECT_TRUE(came);
    return came ? *finish_ : absl::DeadlineExceededError("no end");
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int room_ = 1'000'000;
  bool gone_ = false;
  std::vector<Update> updates_;
  std::optional<absl::Status> finish_;
  std::function<void()> on_writable_;
  std::function<void()> on_closed_;
};

// Opens a stream as a door would, roles checked first.
template <class Update>
std::shared_ptr<ReaderStream<Update>> OpenStream(const rpc::MethodTable& table,
                                                 const std::string& name, const std::string& json,
                                                 const rpc::Caller& caller, int room = 1'000'000) {
  auto stream = std::make_shared<ReaderStream<Update>>();
  stream->GiveRoom(room);
  const rpc::Method* method = table.Find("wissel.v1." + name);
  EXPECT_NE(method, nullptr) << name;
  if (auto status = rpc::MethodTable::Authorize(*method, caller); !status.ok()) {
    stream->Finish(status);
    return stream;
  }
  std::unique_ptr<google::protobuf::Message> request(method->request_prototype->New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, request.get());
  EXPECT_TRUE(parsed.ok()) << parsed.ToString() << json;
  method->server_streaming({caller, "test"}, *request, stream);
  request->Clear();
  return stream;
}

}  // namespace wissel::testing
