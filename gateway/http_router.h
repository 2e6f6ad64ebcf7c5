// What an HTTP request asks for and how the answer reads: everything of the HTTP door that needs no
// socket. The session reads a header, asks Route(), reads a body where a call wants one, and
// writes.
//
// Threads: immutable once made; called on all of the door's threads.
// Invariants: a call that Route() returns is admitted: its method is served, its caller may call
// it, its page is of the same origin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/rpc/method_table.h"
#include "base/runtime/trace_context.h"
#include "base/time.h"
#include "gateway/admission.h"
#include "gateway/connect_protocol.h"
#include "gateway/rate_limit.h"
#include "gateway/static_files.h"

namespace wissel::gateway {

// A file that a method writes: GET {prefix}{text}{suffix} asks it with {text} in its first field,
// and answers the field `content` of its response.
struct HttpDocument {
  std::string prefix;  // "/shifts/"
  std::string suffix;  // ".ics"
  std::string method;  // "wissel.v1.DayService.GetShiftCalendar"
  std::string content_type;
};

// A page for customers that a method writes (page.proto): GET {prefix}{path} shows it, POST sends
// its form.
struct HttpPage {
  std::string prefix;  // "/form/"
  std::string method;  // "wissel.v1.FormService.ShowForm"
  // It is enough that a form is sent: what it says is not read, and it may be multipart/form-data,
  // as mail programs send it (RFC 8058, section 3.1).
  bool any_form = false;
};

// The one page that other sites may show inside theirs, and the script that does so for them.
struct HttpEmbedding {
  std::string page;                  // "/chat"
  std::string script;                // "/widget.js"
  std::vector<std::string> origins;  // of those sites: "https://www.example.org"; empty: none may
};

// What the HTTP door serves.
struct HttpContent {
  const rpc::MethodTable* methods = nullptr;  // outlives the door
  rpc::Authenticate authenticate;
  const StaticFiles* pages = nullptr;    // outlives the door; null: no pages
  std::function<absl::Status()> ready;   // for /readyz
  std::function<std::string()> metrics;  // for /metrics, in Prometheus' text format
  // Sees how each admitted unary call ended, on a thread of the door.
  std::function<void(absl::StatusCode)> answered;
  Admission* admission = nullptr;  // outlives the door; null: every call is let in
  // Sees from where a token came that is none, on a thread of the door.
  std::function<void(std::string_view peer)> token_refused;
  RateLimit* rate_limit = nullptr;  // outlives the door; null: everybody as often as they like
  std::vector<HttpDocument> documents;
  std::vector<HttpPage> written_pages;
  HttpEmbedding embedding;
  // "https://contact.example.org": where browsers reach this door, through a proxy that ends TLS.
  // Empty: under any name that leads here.
  std::string public_url;
  // Addresses of those proxies, whose X-Forwarded-For is believed.
  std::vector<std::string> trusted_proxies;
};

enum class Verb : uint8_t { kGet, kHead, kPost, kOther };

// The head of a request; views into what the session has read.
struct HttpRequest {
  Verb verb = Verb::kGet;
  bool http_1_1 = true;
  std::string_view target;
  std::string_view host;
  std::string_view origin;
  std::string_view authorization;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view connect_content_encoding;
  std::string_view connect_protocol_version;
  std::string_view connect_timeout_ms;
  std::string_view accept_encoding;
  std::string_view accept_language;
  std::string_view if_none_match;
  std::string_view cookie;
  std::string_view sec_fetch_site;
  std::string_view wissel_user;  // whose page it is, as its script believes
  std::string_view wissel_tenant;
  std::string_view traceparent;
  std::string forwarded_for;  // of all its lines
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type;
  std::string headers;    // further lines, each with its line end
  std::string text;       // the body,
  std::string_view file;  // or a body that lives as long as the door
};

// A call of a method, admitted; its message is still to be read.
struct HttpCall {
  const rpc::Method* method = nullptr;
  ContentType type;
  rpc::Context context;
  std::optional<TraceContext> trace;
  std::optional<std::string> message;  // of a GET; else the body
  // Of an HttpDocument: its bytes are the answer.
  struct Document {
    const HttpDocument* what = nullptr;
    std::string if_none_match;
    bool head = false;
  };
  std::optional<Document> document;
  // Of an HttpPage: its HTML is the answer.
  struct WrittenPage {
    bool posted = false;  // the body is a form, and is read
    bool head = false;
  };
  std::optional<WrittenPage> written_page;
};

class HttpRouter {
 public:
  explicit HttpRouter(HttpContent content);

  // Lines that stand in every answer.
  const std::string& common_headers() const { return common_headers_; }

  std::variant<HttpResponse, HttpCall> Route(const HttpRequest& request, std::string peer) const;

  // Of an admitted unary call: tells whoever counts them.
  void Answered(const absl::Status& status) const {
    if (content_.answered) content_.answered(status.code());
  }

  // Asks admission for a place among the calls under way.
  Admission::Verdict AskAdmission(const HttpCall& call) const;

  // The message of a call from its body.
  static absl::StatusOr<std::unique_ptr<google::protobuf::Message>> ReadRequest(
      const HttpCall& call, std::string_view body);

  // The whole answer of a unary call, or of a stream that ends before its first message.
  static HttpResponse Answer(ContentType type, const absl::Status& status,
                             const google::protobuf::Message* message);

  // The file that a call of an HttpDocument wrote.
  static HttpResponse AnswerDocument(const HttpCall::Document& document, const absl::Status& status,
                                     const google::protobuf::Message* message);

  // The page that a call of an HttpPage wrote.
  static HttpResponse AnswerPage(const absl::Status& status,
                                 const google::protobuf::Message* message);

  // A refusal by the door itself, with an HTTP status of its own.
  static HttpResponse Refusal(int http_status, const absl::Status& status);

 private:
  std::variant<HttpResponse, HttpCall> RouteCall(const HttpRequest& request,
                                                 const std::string& method_name,
                                                 std::string_view query, std::string peer) const;
  absl::Status Admit(const HttpRequest& request, HttpCall* call) const;
  absl::StatusOr<rpc::Caller> CallerOf(const HttpRequest& request, std::string* token) const;
  absl::StatusOr<rpc::Caller> CallerByCookie(const HttpRequest& request,
                                             std::string_view token) const;
  bool IsOurs(std::string_view origin, std::string_view host) const;
  std::optional<std::variant<HttpResponse, HttpCall>> RouteDocument(const HttpRequest& request,
                                                                    std::string_view path,
                                                                    std::string peer) const;
  std::optional<std::variant<HttpResponse, HttpCall>> RouteWrittenPage(const HttpRequest& request,
                                                                       std::string_view path,
                                                                       std::string_view query,
                                                                       std::string peer) const;
  HttpResponse ServePage(const HttpRequest& request, std::string_view path) const;
  std::string FileHeaders(const HttpRequest& request, std::string_view path) const;

  HttpContent content_;
  std::string common_headers_;
};

}  // namespace wissel::gateway
