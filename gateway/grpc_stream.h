// The sending half of a server-streaming gRPC call, over gRPC's callback API.
//
// Threads: all of rpc::AnyServerStream from any thread; gRPC calls the reactions on its own
// threads. Invariants: one write under way at most; Finish is given to gRPC once; `on_closed` comes
// once, when gRPC is done with the call, whoever ended it.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"

namespace wissel::gateway {

// The gRPC form of a refusal, details included.
grpc::Status ToGrpc(const absl::Status& status);

class GrpcStream;

// The open streams of a door. Thread-safe.
class GrpcStreamSet {
 public:
  // Ends all of them with UNAVAILABLE, and those that come later.
  void EndAll();

 private:
  friend class GrpcStream;
  // False when they have been ended.
  bool Add(GrpcStream* stream);
  void Remove(GrpcStream* stream);

  std::mutex mutex_;
  bool ended_ = false;
  std::set<GrpcStream*> streams_;
};

class GrpcStream : public rpc::AnyServerStream,
                   public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                   public std::enable_shared_from_this<GrpcStream> {
 public:
  // `context` lives until gRPC is done with the call, and `request` is kept as long; `open`
  // outlives it.
  static std::shared_ptr<GrpcStream> Make(grpc::CallbackServerContext* context,
                                          std::unique_ptr<google::protobuf::Message> request,
                                          GrpcStreamSet* open);

  const google::protobuf::Message& request() const { return *request_; }
  google::protobuf::Message* mutable_request() {
    return request_.get();
  }  // before the service sees it

  bool writable() const override;
  bool Write(const google::protobuf::Message& message) override;
  void Finish(absl::Status status) override;
  void SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) override;

  // gRPC's reactions.
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  struct Callbacks {
    std::function<void()> on_writable;
    std::function<void()> on_closed;
  };

  GrpcStream(grpc::CallbackServerContext* context,
             std::unique_ptr<google::protobuf::Message> request, GrpcStreamSet* open)
      : context_(context), request_(std::move(request)), open_(open) {}
  void End(absl::Status status);          // with mutex_ held
  void Tell(bool writable, bool closed);  // without

  mutable std::mutex mutex_;
  grpc::CallbackServerContext* context_;
  std::unique_ptr<google::protobuf::Message> request_;
  GrpcStreamSet* open_;
  grpc::ByteBuffer buffer_;  // being written
  bool writing_ = false;
  bool ending_ = false;                      // no write is taken any more
  bool done_ = false;                        // gRPC is done with the call
  std::optional<absl::Status> after_write_;  // to end with when the write under way is done
  bool owes_writable_ = false;               // a write was done before there were callbacks
  std::shared_ptr<Callbacks> callbacks_;     // dropped once `on_closed` was called
  std::mutex telling_;                       // orders the callbacks among themselves
  grpc::Alarm late_;                         // to call back on a thread of gRPC's
  std::shared_ptr<GrpcStream> self_;         // until gRPC is done
};

}  // namespace wissel::gateway
