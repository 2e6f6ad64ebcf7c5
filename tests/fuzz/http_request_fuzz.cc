// The head of an HTTP request behind Beast's parser: verb, target, and the headers that the door
// reads, one a line. All of the routing, the query of a GET and the small grammars run on it.
//
// Beyond not crashing: every answer has a status and a body type, no header of it holds a line that
// was not ours, and no call is let in that the table does not admit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/invariant.h"
#include "gateway/http_router.h"
#include "gateway/http_text.h"
#include "wissel/v1/work.pb.h"

namespace wissel::gateway {
namespace {

const rpc::MethodTable& Methods() {
  static const rpc::MethodTable* table = [] {
    auto* made = new rpc::MethodTable();
    made->Unary<v1::GetWorkItemRequest, v1::WorkItem>("wissel.v1.WorkService.GetWorkItem",
                                                      rpc::Access::Of({rpc::Role::kAgent}),
                                                      [](const auto&, const auto&, auto) {});
    made->Unary<v1::CreateWorkItemRequest, v1::WorkItem>("wissel.v1.WorkService.CreateWorkItem",
                                                         rpc::Access::Of({rpc::Role::kManager}),
                                                         [](const auto&, const auto&, auto) {});
    return made;
  }();
  return *table;
}

const HttpRouter& Router() {
  static const HttpRouter* router =
      new HttpRouter({.methods = &Methods(),
                      .authenticate = [](std::string_view token) -> absl::StatusOr<rpc::Caller> {
                        if (token.empty()) return rpc::Caller();
                        if (token != "agent") return absl::UnauthenticatedError("no such token");
                        return rpc::Caller{.user = "users/a", .roles = {rpc::Role::kAgent}};
                      },
                      .metrics = [] { return std::string(); }});
  return *router;
}

std::string_view NextLine(std::string_view* rest) {
  const size_t end = std::min(rest->find('\n'), rest->size());
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return line;
}

void CheckHeaders(const HttpResponse& response) {
  INVARIANT(response.status >= 200 && response.status < 600);
  INVARIANT(!response.content_type.empty());
  std::string_view rest = response.headers;
  while (!rest.empty()) {
    const size_t end = rest.find("\r\n");
    INVARIANT(end != std::string_view::npos && end > 0);
    INVARIANT(rest.substr(0, end).find(": ") != std::string_view::npos);
    INVARIANT(rest.substr(0, end).find_first_of(std::string_view("\r\n\0", 3)) ==
              std::string_view::npos);
    rest.remove_prefix(end + 2);
  }
}

}  // namespace
}  // namespace wissel::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wissel::gateway;
  if (size < 1) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  HttpRequest request;
  request.verb = static_cast<Verb>(data[0] % 4);
  request.http_1_1 = (data[0] & 0x80) == 0;
  request.target = NextLine(&rest);
  request.host = NextLine(&rest);
  request.origin = NextLine(&rest);
  request.authorization = NextLine(&rest);
  request.content_type = NextLine(&rest);
  request.content_encoding = NextLine(&rest);
  request.connect_protocol_version = NextLine(&rest);
  request.connect_timeout_ms = NextLine(&rest);
  request.accept_encoding = NextLine(&rest);
  request.if_none_match = NextLine(&rest);
  request.wissel_tenant = NextLine(&rest);
  request.traceparent = NextLine(&rest);
  ListHolds(request.accept_encoding, "gzip");
  ListHolds(request.if_none_match, "\"abc\"");
  auto routed = Router().Route(request, "peer");
  if (const auto* response = std::get_if<HttpResponse>(&routed)) {
    CheckHeaders(*response);
    return 0;
  }
  const HttpCall& call = std::get<HttpCall>(routed);
  INVARIANT(wissel::rpc::MethodTable::Authorize(*call.method, call.context.caller).ok());
  INVARIANT(request.origin.empty() || SameOrigin(request.origin, request.host));
  auto message = HttpRouter::ReadRequest(call, rest);
  if (!message.ok()) CheckHeaders(HttpRouter::Answer(call.type, message.status(), nullptr));
  return 0;
}
