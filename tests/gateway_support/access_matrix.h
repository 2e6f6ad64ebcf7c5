// Calls every method of a table as every caller through both doors, and checks who is let in: the
// matrix method x role, generated from the table.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/rpc/method_table.h"

namespace wissel::gateway {

struct CallerOfMatrix {
  std::string description;
  std::string token;
  bool token_is_good = true;
  rpc::Roles roles;
  // Beyond roles: whether the method lets this caller in, of an empty request; none: it does. Of
  // callers with this, streams are those of handlers that end them.
  std::function<bool(const rpc::Method&)> may = nullptr;
};

// Non-fatal test failures for each cell that is wrong. An admitted call may be refused by its
// service for any other reason than UNAUTHENTICATED and PERMISSION_DENIED. A stream is left after
// it was admitted.
void CheckAccessMatrix(const rpc::MethodTable& methods, const std::vector<CallerOfMatrix>& callers,
                       uint16_t http_port, uint16_t grpc_port);

}  // namespace wissel::gateway
