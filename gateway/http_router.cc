#include "gateway/http_router.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/invariant.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gateway/cookies.h"
#include "gateway/error_detail.h"
#include "gateway/http_text.h"
#include "google/protobuf/descriptor.pb.h"
#include "wissel/v1/page.pb.h"

namespace wissel::gateway {
namespace {

using google::protobuf::MethodOptions;

constexpr char kTextType[] = "text/plain; charset=utf-8";
constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";
// Who makes markup of text on our pages (Trusted Types): Svelte of its components' own, and the
// frame of a formatted mail (web/src/desk/mail/trusted.ts).
constexpr char kOurScripts[] =
    "default-src 'self'; require-trusted-types-for 'script'; "
    "trusted-types svelte-trusted-html wissel-mail";
// The pages that a method writes run no script at all.
constexpr char kNoScripts[] =
    "default-src 'self'; script-src 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";
// Nothing but our own files; no inline script or style, no plugin. `frames`: whose frame may be
// around us; `readers`: whose pages may load it.
std::string PageHeaders(std::string_view frames = "'none'",
                        std::string_view readers = "same-origin",
                        std::string_view scripts = kOurScripts) {
  return fmt::format(
      "Content-Security-Policy: {}; base-uri 'none'; object-src 'none'; "
      "form-action 'self'; frame-ancestors {}\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\n"
      "Cross-Origin-Resource-Policy: {}\r\n"
      "Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), "
      "payment=(), usb=()\r\n",
      scripts, frames, readers);
}
constexpr char kNoReferrer[] = "Referrer-Policy: no-referrer\r\n";
// A form of a page without referrer comes from the origin "null", like one of anywhere.
constexpr char kReferrerToUs[] = "Referrer-Policy: same-origin\r\n";
constexpr char kNoStore[] = "Cache-Control: no-store\r\n";
// What a method answers is never a page, whatever bytes people have put into it: a browser that is
// led to one saves it.
constexpr char kNoPage[] =
    "Content-Security-Policy: sandbox\r\nContent-Disposition: attachment\r\n";

HttpResponse Text(int status, std::string text, std::string_view type = kTextType) {
  return {.status = status, .content_type = type, .headers = kNoStore, .text = std::move(text)};
}

constexpr char kFormType[] = "application/x-www-form-urlencoded";

constexpr char kPartsType[] = "multipart/form-data";
bool IsType(std::string_view content_type, std::string_view type) {
  return EqualsIgnoringCase(TrimSpace(content_type.substr(0, content_type.find(';'))), type);
}

// "a=1&b=2". False: an encoding is broken, or it is no text.
bool AddFields(std::string_view encoded, google::protobuf::RepeatedPtrField<v1::PageField>& out) {
  const auto fields = ParseQuery(encoded);
  if (!fields) return false;
  for (const auto& [name, value] : *fields) {
    if (!IsUtf8(name) || !IsUtf8(value)) return false;
    v1::PageField* field = out.Add();
    field->set_name(name);
    field->set_value(value);
  }
  return true;
}

HttpResponse NotAllowed(std::string_view what, const char* allowed) {
  HttpResponse response = HttpRouter::Refusal(
      405, Refuse(absl::StatusCode::kUnimplemented, "",
                  fmt::format("{} cannot be asked for by this HTTP method", what), allowed));
  response.headers += fmt::format("Allow: {}\r\n", allowed);
  return response;
}

// Visible ASCII, of which names, addresses and ports are made; it is repeated in refusals.
bool IsHost(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool MayBeGot(const rpc::Method& method) {
  return method.descriptor->options().idempotency_level() == MethodOptions::NO_SIDE_EFFECTS &&
         !method.descriptor->server_streaming();
}

absl::Status CheckVersionAndCompression(const HttpRequest& request, bool stream) {
  if (!request.connect_protocol_version.empty() && request.connect_protocol_version != "1") {
    return RefuseField("", "the header Connect-Protocol-Version names another protocol", "1");
  }
  const std::string_view encoding =
      stream ? request.connect_content_encoding : request.content_encoding;
  if (!encoding.empty() && !EqualsIgnoringCase(encoding, "identity")) {
    return absl::UnimplementedError(
        fmt::format("compression \"{}\" is not known; only identity is", encoding));
  }
  return absl::OkStatus();
}

}  // namespace

HttpRouter::HttpRouter(HttpContent content) : content_(std::move(content)) {
  common_headers_ = "X-Content-Type-Options: nosniff\r\n";
  if (content_.public_url.starts_with("https://")) {
    common_headers_ += "Strict-Transport-Security: max-age=31536000\r\n";
  }
}

std::variant<HttpResponse, HttpCall> HttpRouter::Route(const HttpRequest& request,
                                                       std::string peer) const {
  peer = ClientBehind(content_.trusted_proxies, std::move(peer), request.forwarded_for);
  const size_t question = std::min(request.target.find('?'), request.target.size());
  const std::string_view query =
      request.target.substr(std::min(question + 1, request.target.size()));
  const auto path = PercentDecode(request.target.substr(0, question), false);
  if (!path || !path->starts_with('/')) {
    return Refusal(400, RefuseField("", "the request's path is malformed",
                                    "a path that begins with / and is percent-encoded"));
  }
  if (request.http_1_1 && request.host.empty()) {
    return Refusal(400, RefuseField("", "the Host header is missing", "Host: name:port"));
  }
  if (!IsHost(request.host)) {
    return Refusal(400, RefuseField("", "the Host header is malformed", "Host: name:port"));
  }
  if (auto method = MethodNameOf(*path)) {
    return RouteCall(request, *method, query, std::move(peer));
  }
  if (auto page = RouteWrittenPage(request, *path, query, peer)) return *std::move(page);
  if (request.verb == Verb::kPost) {
    return Refusal(
        404, Refuse(absl::StatusCode::kUnimplemented, "", fmt::format("{} is no method", *path),
                    "POST /wissel.v1.Service/Method"));
  }
  if (request.verb == Verb::kOther) return NotAllowed(*path, "GET, HEAD");
  if (*path == "/livez") return Text(200, "ok\n");
  if (*path == "/readyz") {
    const absl::Status ready = content_.ready ? content_.ready() : absl::OkStatus();
    return ready.ok() ? Text(200, "ok\n") : Text(503, std::string(ready.message()) + "\n");
  }
  if (*path == "/metrics" && content_.metrics) return Text(200, content_.metrics(), kMetricsType);
  if (auto document = RouteDocument(request, *path, std::move(peer))) return *std::move(document);
  return ServePage(request, *path);
}

std::optional<std::variant<HttpResponse, HttpCall>> HttpRouter::RouteDocument(
    const HttpRequest& request, std::string_view path, std::string peer) const {
  for (const HttpDocument& document : content_.documents) {
    if (path.size() <= document.prefix.size() + document.suffix.size() ||
        !path.starts_with(document.prefix) || !path.ends_with(document.suffix)) {
      continue;
    }
    const rpc::Method* const method = content_.methods->Find(document.method);
    if (method == nullptr) continue;
    path.remove_prefix(document.prefix.size());
    path.remove_suffix(document.suffix.size());
    const std::unique_ptr<google::protobuf::Message> asked(method->request_prototype->New());
    asked->GetReflection()->SetString(asked.get(), asked->GetDescriptor()->field(0),
                                      std::string(path));
    HttpCall call{.method = method};
    call.context.peer = std::move(peer);
    call.type.encoding = Encoding::kProto;
    call.message = asked->SerializeAsString();
    call.document = {&document, std::string(request.if_none_match), request.verb == Verb::kHead};
    const absl::Status admitted = Admit(request, &call);
    if (!admitted.ok()) return AnswerDocument(*call.document, admitted, nullptr);
    return call;
  }
  return std::nullopt;
}

std::optional<std::variant<HttpResponse, HttpCall>> HttpRouter::RouteWrittenPage(
    const HttpRequest& request, std::string_view path, std::string_view query,
    std::string peer) const {
  const auto page = std::find_if(
      content_.written_pages.begin(), content_.written_pages.end(), [&](const HttpPage& p) {
        return path.size() > p.prefix.size() && path.starts_with(p.prefix);
      });
  const rpc::Method* const method =
      page == content_.written_pages.end() ? nullptr : content_.methods->Find(page->method);
  if (method == nullptr) return std::nullopt;
  const bool posted = request.verb == Verb::kPost;
  if (request.verb == Verb::kOther) return NotAllowed(path, "GET, HEAD, POST");
  if (!IsUtf8(path)) return Text(400, "the address is no text\n");
  if (posted && !request.origin.empty() && !IsOurs(request.origin, request.host)) {
    return Text(403, fmt::format("pages of {} may not send this form\n", request.origin));
  }
  const bool form = IsType(request.content_type, kFormType) ||
                    (page->any_form && IsType(request.content_type, kPartsType));
  if (posted && !form) {
    return Text(415, fmt::format("{} takes {}\n", path, kFormType));
  }
  v1::PageRequest asked;
  asked.set_path(std::string(path.substr(page->prefix.size())));
  asked.set_posted(posted);
  if (IsUtf8(request.accept_language)) {
    asked.set_accept_language(std::string(request.accept_language));
  }
  if (!AddFields(query, *asked.mutable_query())) {
    return Text(400, "the address is not percent-encoded text\n");
  }
  HttpCall call{.method = method};
  call.context.peer = std::move(peer);
  call.type.encoding = Encoding::kProto;
  call.message = asked.SerializeAsString();
  call.written_page = {posted && !page->any_form, request.verb == Verb::kHead};
  const absl::Status admitted = Admit(request, &call);
  if (!admitted.ok()) return AnswerPage(admitted, nullptr);
  return call;
}

std::variant<HttpResponse, HttpCall> HttpRouter::RouteCall(const HttpRequest& request,
                                                           const std::string& method_name,
                                                           std::string_view query,
                                                           std::string peer) const {
  const rpc::Method* method = content_.methods->Find(method_name);
  if (method == nullptr) {
    return Refusal(404, absl::UnimplementedError(fmt::format("{} is not served", method_name)));
  }
  const bool may_be_got = MayBeGot(*method);
  const bool get = request.verb == Verb::kGet && may_be_got;
  if (request.verb != Verb::kPost && !get) {
    return NotAllowed(method_name, may_be_got ? "GET, POST" : "POST");
  }
  if (!request.origin.empty() && !IsOurs(request.origin, request.host)) {
    return Refusal(403, Refuse(absl::StatusCode::kPermissionDenied, "",
                               fmt::format("pages of {} may not call", request.origin),
                               fmt::format("a page of {}", request.host)));
  }
  HttpCall call{.method = method};
  call.context.peer = std::move(peer);
  if (get) {
    auto asked = ParseGetRequest(query);
    if (!asked.ok()) return Answer({}, asked.status(), nullptr);
    call.type.encoding = asked->encoding;
    call.message = std::move(asked->message);
  } else {
    const bool stream = method->descriptor->server_streaming();
    const auto type = ParseContentType(request.content_type);
    if (!type || type->stream != stream) {
      const char* right = stream ? "application/connect+json, application/connect+proto"
                                 : "application/json, application/proto";
      HttpResponse response =
          Refusal(415, RefuseField("",
                                   fmt::format("content type \"{}\" does not fit {}",
                                               request.content_type, method_name),
                                   right));
      response.headers += fmt::format("Accept-Post: {}\r\n", right);
      return response;
    }
    call.type = *type;
  }
  if (call.type.stream && !request.http_1_1) {
    return Refusal(505, absl::UnimplementedError("streams ask for HTTP/1.1"));
  }
  const absl::Status admitted = Admit(request, &call);
  if (!admitted.ok()) return Answer(call.type, admitted, nullptr);
  return call;
}

absl::Status HttpRouter::Admit(const HttpRequest& request, HttpCall* call) const {
  WISSEL_RETURN_IF_ERROR(CheckVersionAndCompression(request, call->type.stream));
  WISSEL_ASSIGN_OR_RETURN(const auto timeout, ParseTimeout(request.connect_timeout_ms));
  if (timeout) {
    call->context.deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout->millis());
  }
  if (!call->type.stream) {
    call->context.browser =
        std::make_shared<rpc::Browser>(rpc::Browser{std::string(request.cookie), {}});
  }
  call->trace = ParseTraceparent(request.traceparent);
  call->context.tenant = request.wissel_tenant;
  call->context.host = HostWithoutPort(request.host);
  absl::StatusOr<rpc::Caller> caller = CallerOf(request, &call->context.token);
  if (caller.ok()) {
    call->context.caller = *std::move(caller);
  } else {
    call->context.token.clear();
    call->context.sign_in = std::move(caller).status();
    if (absl::IsUnauthenticated(call->context.sign_in) && content_.token_refused) {
      content_.token_refused(call->context.peer);
    }
  }
  if (content_.rate_limit != nullptr) {
    const Criticality criticality = CriticalityOf(call->method->descriptor->full_name());
    WISSEL_RETURN_IF_ERROR(
        content_.rate_limit->Admit(criticality, call->context.caller, call->context.peer));
  }
  // A method without sign-in takes a stale token for none.
  if (!call->method->open_to_all) WISSEL_RETURN_IF_ERROR(call->context.sign_in);
  return rpc::MethodTable::Authorize(*call->method, call->context.caller);
}

// A program brings its token itself; a browser keeps it in a cookie, which no page of ours can
// read.
absl::StatusOr<rpc::Caller> HttpRouter::CallerOf(const HttpRequest& request,
                                                 std::string* token) const {
  if (request.authorization.empty()) {
    const auto cookie = CookieNamed(request.cookie, kSessionCookie);
    if (cookie && !cookie->empty()) {
      *token = *cookie;
      return CallerByCookie(request, *cookie);
    }
  }
  WISSEL_ASSIGN_OR_RETURN(const std::string_view bearer, BearerToken(request.authorization));
  *token = bearer;
  return content_.authenticate(bearer);
}

// A cookie comes with whatever a browser was led to ask for. So it counts only where the browser
// says that a page of ours asks (it names the origin of every POST: Fetch standard, 3.2; of a GET,
// Sec-Fetch-Site tells), and for whom that page believes to ask.
absl::StatusOr<rpc::Caller> HttpRouter::CallerByCookie(const HttpRequest& request,
                                                       std::string_view token) const {
  const std::string_view site = request.sec_fetch_site;
  const bool reads = request.verb == Verb::kGet || request.verb == Verb::kHead;
  const bool from_here = site.empty() || site == "same-origin" || (reads && site == "none");
  const bool named = request.origin.empty() ? reads : IsOurs(request.origin, request.host);
  if (!from_here || !named) {
    return Refuse(absl::StatusCode::kPermissionDenied, "",
                  "a cookie signs in pages of this server alone",
                  "the header Origin of this server, or a bearer token");
  }
  WISSEL_ASSIGN_OR_RETURN(rpc::Caller caller, content_.authenticate(token));
  if (!request.wissel_user.empty() && request.wissel_user != caller.user) {
    return Refuse(absl::StatusCode::kUnauthenticated, "",
                  "somebody else has signed in in this browser", "to sign in again");
  }
  return caller;
}

bool HttpRouter::IsOurs(std::string_view origin, std::string_view host) const {
  return content_.public_url.empty() ? SameOrigin(origin, host) : origin == content_.public_url;
}

// A table of some sixty rows: small beside what reading a request costs.
Admission::Verdict HttpRouter::AskAdmission(const HttpCall& call) const {
  if (content_.admission == nullptr) return {};
  return content_.admission->Admit(CriticalityOf(call.method->descriptor->full_name()),
                                   call.context.deadline);
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> HttpRouter::ReadRequest(
    const HttpCall& call, std::string_view body) {
  if (call.type.stream) {
    WISSEL_ASSIGN_OR_RETURN(body, OpenOnlyEnvelope(body));
  }
  if (call.written_page && call.written_page->posted) {
    auto asked = std::make_unique<v1::PageRequest>();
    INVARIANT(asked->ParseFromString(*call.message));
    if (AddFields(body, *asked->mutable_form())) return asked;
    return RefuseField("form", "the form is not percent-encoded text", "a=1&b=2");
  }
  return ReadMessage(*call.method->request_prototype, call.type.encoding,
                     call.message ? std::string_view(*call.message) : body);
}

HttpResponse HttpRouter::Answer(ContentType type, const absl::Status& status,
                                const google::protobuf::Message* message) {
  HttpResponse response{.content_type = ContentTypeName(type), .headers = kNoStore};
  if (type.stream) {
    response.text = Envelope(kEndOfStreamFrame, EndOfStreamJson(status));
    return response;
  }
  if (!status.ok()) return Refusal(HttpStatusOf(status.code()), status);
  auto body = WriteMessage(*message, type.encoding);
  if (!body.ok()) return Refusal(HttpStatusOf(body.status().code()), body.status());
  response.text = *std::move(body);
  response.headers += kNoPage;
  return response;
}

HttpResponse HttpRouter::AnswerDocument(const HttpCall::Document& document,
                                        const absl::Status& status,
                                        const google::protobuf::Message* message) {
  if (!status.ok()) {
    return Text(HttpStatusOf(status.code()), std::string(status.message()) + "\n");
  }
  const auto* const content = message->GetDescriptor()->FindFieldByName("content");
  HttpResponse response{.content_type = document.what->content_type,
                        .text = message->GetReflection()->GetString(*message, content)};
  const std::string etag = EtagOf(response.text);
  // Personal, and asked for again each time: what changed is seen at once.
  response.headers = fmt::format("ETag: {}\r\nCache-Control: private, no-cache\r\n", etag);
  if (ListHolds(document.if_none_match, etag) || ListHolds(document.if_none_match, "W/" + etag)) {
    response.status = 304;
    response.text.clear();
  }
  return response;
}

HttpResponse HttpRouter::AnswerPage(const absl::Status& status,
                                    const google::protobuf::Message* message) {
  HttpResponse response{.content_type = "text/html; charset=utf-8"};
  if (!status.ok()) {
    response = Text(HttpStatusOf(status.code()), std::string(status.message()) + "\n");
    if (auto seconds = RetryAfterSeconds(status)) {
      response.headers += fmt::format("Retry-After: {}\r\n", *seconds);
    }
  } else {
    const auto& page = static_cast<const v1::Page&>(*message);
    const bool elsewhere = !page.location().empty();
    response.status = page.status() != 0 ? page.status() : elsewhere ? 303 : 200;
    response.text = page.content();
    response.headers = kNoStore;
    if (elsewhere) response.headers += fmt::format("Location: {}\r\n", page.location());
  }
  response.headers += PageHeaders("'none'", "same-origin", kNoScripts);
  response.headers += kReferrerToUs;
  return response;
}

HttpResponse HttpRouter::Refusal(int http_status, const absl::Status& status) {
  HttpResponse response{.status = http_status,
                        .content_type = ContentTypeName({}),
                        .headers = kNoStore,
                        .text = ErrorJson(status)};
  if (auto seconds = RetryAfterSeconds(status)) {
    response.headers += fmt::format("Retry-After: {}\r\n", *seconds);
  }
  if (http_status == 401) response.headers += "WWW-Authenticate: Bearer\r\n";
  return response;
}

// A browser keeps to them: the page is shown in a frame of these sites alone. The script is no
// secret, and a tag of another site cannot be told from one of these; what it opens there stays
// empty. Those who load it with CORS, to check its digest, are told by name (Fetch standard, 3.3).
std::string HttpRouter::FileHeaders(const HttpRequest& request, std::string_view path) const {
  const auto& [page, script, origins] = content_.embedding;
  if (origins.empty()) return PageHeaders();
  if (path == page) return PageHeaders(fmt::format("{}", fmt::join(origins, " ")));
  if (path != script) return PageHeaders();
  std::string headers = PageHeaders("'none'", "cross-origin") + "Vary: Origin\r\n";
  if (std::ranges::find(origins, request.origin) != origins.end()) {
    headers += fmt::format("Access-Control-Allow-Origin: {}\r\n", request.origin);
  }
  return headers;
}

HttpResponse HttpRouter::ServePage(const HttpRequest& request, std::string_view path) const {
  const StaticFiles::File* file = content_.pages == nullptr ? nullptr : content_.pages->Find(path);
  if (file == nullptr) {
    HttpResponse response = Text(404, fmt::format("there is nothing at {}\n", path));
    response.headers += PageHeaders();
    response.headers += kNoReferrer;
    return response;
  }
  HttpResponse response{.content_type = file->mime_type, .headers = FileHeaders(request, path)};
  response.headers +=
      fmt::format("{}ETag: {}\r\nVary: Accept-Encoding\r\nCache-Control: {}\r\n", kNoReferrer,
                  file->etag, file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (ListHolds(request.if_none_match, file->etag) ||
      ListHolds(request.if_none_match, "W/" + file->etag) || request.if_none_match == "*") {
    response.status = 304;
    return response;
  }
  const bool packed = !file->gzip.empty() && ListHolds(request.accept_encoding, "gzip");
  if (packed) response.headers += "Content-Encoding: gzip\r\n";
  response.file = packed ? file->gzip : file->content;
  return response;
}

}  // namespace wissel::gateway
