// Where a transfer or a consult goes: the same fields in the requests of managers and of agents.
#pragma once

#include "absl/status/status.h"
#include "base/status.h"
#include "router/service/names.h"

namespace wissel {

template <class Request, class Transfer>
absl::Status ReadTarget(const Request& request, const Directory& directory, Transfer& transfer) {
  switch (request.target_case()) {
    case Request::kQueue: {
      WISSEL_ASSIGN_OR_RETURN(transfer.to_queue,
                              FindByName<QueueId>(directory, request.queue(), "queue"));
      return absl::OkStatus();
    }
    case Request::kAgent: {
      WISSEL_ASSIGN_OR_RETURN(transfer.to_agent,
                              FindByName<AgentId>(directory, request.agent(), "agent"));
      return absl::OkStatus();
    }
    case Request::TARGET_NOT_SET:
      break;
    default:
      if constexpr (requires { transfer.to_partner; }) {
        WISSEL_ASSIGN_OR_RETURN(transfer.to_partner,
                                FindByName<PartnerId>(directory, request.partner(), "partner"));
        return absl::OkStatus();
      }
  }
  return RefuseField("queue", "there is no target", "a queue or an agent");
}

}  // namespace wissel
