// The one answer to a unary call, passed on from callback to callback: when the last of them goes
// without having answered, because everything is stopping, the caller hears UNAVAILABLE.
#pragma once

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "base/rpc/method_table.h"

namespace wissel::rpc {

inline absl::Status Stopping() { return absl::UnavailableError("the server is stopping"); }

template <class Response>
class Answer {
 public:
  explicit Answer(Reply<Response> reply) : once_(std::make_shared<Once>(std::move(reply))) {}
  void operator()(absl::StatusOr<Response> result) const {
    once_->answered = true;
    once_->reply(std::move(result));
  }

 private:
  struct Once {
    explicit Once(Reply<Response> r) : reply(std::move(r)) {}
    ~Once() {
      if (!answered) reply(Stopping());
    }
    Reply<Response> reply;
    bool answered = false;
  };
  std::shared_ptr<Once> once_;
};

}  // namespace wissel::rpc
