#include "gateway/grpc_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>
#include <utility>

#include "base/invariant.h"
#include "gateway/error_detail.h"

namespace wissel::gateway {
namespace {

absl::Status Stopping() { return absl::UnavailableError("the server is stopping"); }

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), ShortMessage(status),
                      RpcStatusBytes(status));
}

bool GrpcStreamSet::Add(GrpcStream* stream) {
  std::lock_guard lock(mutex_);
  if (!ended_) streams_.insert(stream);
  return !ended_;
}

void GrpcStreamSet::Remove(GrpcStream* stream) {
  std::lock_guard lock(mutex_);
  streams_.erase(stream);
}

void GrpcStreamSet::EndAll() {
  // Held throughout: a stream cannot go while it is in the set, and Finish() calls nobody back.
  std::lock_guard lock(mutex_);
  ended_ = true;
  for (GrpcStream* stream : streams_) stream->Finish(Stopping());
}

std::shared_ptr<GrpcStream> GrpcStream::Make(grpc::CallbackServerContext* context,
                                             std::unique_ptr<google::protobuf::Message> request,
                                             GrpcStreamSet* open) {
  std::shared_ptr<GrpcStream> stream(new GrpcStream(context, std::move(request), open));
  stream->self_ = stream;
  if (!open->Add(stream.get())) stream->Finish(Stopping());
  return stream;
}

bool GrpcStream::writable() const {
  std::lock_guard lock(mutex_);
  return !writing_ && !ending_;
}

bool GrpcStream::Write(const google::protobuf::Message& message) {
  std::lock_guard lock(mutex_);
  if (ending_) return false;
  INVARIANT(!writing_);
  bool own_buffer = false;
  const grpc::Status serialized = grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      message, &buffer_, &own_buffer);
  INVARIANT(serialized.ok());
  writing_ = true;
  // Never with a buffer hint: on the first write of a stream it would not complete.
  StartWrite(&buffer_);
  return true;
}

void GrpcStream::Finish(absl::Status status) {
  std::lock_guard lock(mutex_);
  if (!ending_) End(std::move(status));
}

void GrpcStream::End(absl::Status status) {
  ending_ = true;
  if (writing_) {
    after_write_ = std::move(status);
    return;
  }
  if (auto seconds = RetryAfterSeconds(status)) {
    context_->AddTrailingMetadata("retry-after", std::to_string(*seconds));
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>::Finish(ToGrpc(status));
}

void GrpcStream::SetCallbacks(std::function<void()> on_writable, std::function<void()> on_closed) {
  std::lock_guard lock(mutex_);
  callbacks_ = std::make_shared<Callbacks>(Callbacks{std::move(on_writable), std::move(on_closed)});
  if (!done_ && !owes_writable_) return;
  // They come too late for gRPC's own call; never from within this one.
  late_.Set(gpr_now(GPR_CLOCK_MONOTONIC), [self = shared_from_this()](bool) {
    bool done = false;
    bool owes_writable = false;
    {
      std::lock_guard lock(self->mutex_);
      done = self->done_;
      owes_writable = std::exchange(self->owes_writable_, false) && !self->ending_;
    }
    self->Tell(owes_writable, done);
  });
}

void GrpcStream::OnWriteDone(bool ok) {
  {
    std::lock_guard lock(mutex_);
    writing_ = false;
    buffer_.Clear();
    if (after_write_) {
      End(*std::exchange(after_write_, std::nullopt));
      return;
    }
    if (!ok) {
      if (!ending_) End(absl::CancelledError("the caller is gone"));
      return;
    }
    if (ending_) return;
    owes_writable_ = callbacks_ == nullptr;
  }
  Tell(true, false);
}

void GrpcStream::OnCancel() {
  std::lock_guard lock(mutex_);
  if (!ending_) End(absl::CancelledError("the caller is gone"));
}

void GrpcStream::OnDone() {
  std::shared_ptr<GrpcStream> self;
  {
    std::lock_guard lock(mutex_);
    done_ = true;
    ending_ = true;
    self = std::move(self_);
  }
  open_->Remove(this);
  Tell(false, true);
}

void GrpcStream::Tell(bool writable, bool closed) {
  std::lock_guard telling(telling_);
  std::shared_ptr<Callbacks> callbacks;
  {
    std::lock_guard lock(mutex_);
    callbacks = callbacks_;
    if (closed) callbacks_ = nullptr;
  }
  if (callbacks == nullptr) return;
  if (writable) callbacks->on_writable();
  if (closed) callbacks->on_closed();
}

}  // namespace wissel::gateway
