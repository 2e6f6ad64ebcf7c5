#include "gateway/http_session.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

#include "base/runtime/call_scope.h"
#include "base/status.h"
#include "fmt/format.h"
#include "gateway/http_stream.h"
#include "gateway/http_text.h"
#include "gateway/json_transcoder.h"

namespace wissel::gateway {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

using Stream = beast::basic_stream<asio::ip::tcp, Executor>;
using Parser = http::request_parser<http::string_body>;
using boost::system::error_code;

// How long, after an answer to a request that was not read to its end, the rest is read and thrown
// away, so that the answer is not lost to a reset.
constexpr Duration kLinger = Duration::Seconds(2);
// An answer must not wait in the kernel behind a reader who never comes.
constexpr int kSendBuffer = 256 << 10;

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

std::string_view ReasonPhrase(int status) {
  return View(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status))));
}

// The value of the Date header; made once a second.
const std::string& DateNow() {
  thread_local std::time_t made = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == made) return text;
  std::tm utc{};
  gmtime_r(&now, &utc);
  char buffer[64];
  std::strftime(buffer, sizeof(buffer), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  made = now;
  text = buffer;
  return text;
}

Verb VerbOf(http::verb verb) {
  if (verb == http::verb::get) return Verb::kGet;
  if (verb == http::verb::head) return Verb::kHead;
  return verb == http::verb::post ? Verb::kPost : Verb::kOther;
}

HttpRequest HeadOf(const Parser::value_type& request) {
  const auto field = [&](auto name) { return View(request[name]); };
  HttpRequest head;
  head.verb = VerbOf(request.method());
  head.http_1_1 = request.version() == 11;
  head.target = View(request.target());
  head.host = field(http::field::host);
  head.origin = field(http::field::origin);
  head.authorization = field(http::field::authorization);
  head.content_type = field(http::field::content_type);
  head.content_encoding = field(http::field::content_encoding);
  head.connect_content_encoding = field("Connect-Content-Encoding");
  head.connect_protocol_version = field("Connect-Protocol-Version");
  head.connect_timeout_ms = field("Connect-Timeout-Ms");
  head.accept_encoding = field(http::field::accept_encoding);
  head.accept_language = field(http::field::accept_language);
  head.if_none_match = field(http::field::if_none_match);
  head.cookie = field(http::field::cookie);
  head.sec_fetch_site = field("Sec-Fetch-Site");
  head.wissel_user = field("Wissel-User");
  head.wissel_tenant = field("Wissel-Tenant");
  head.traceparent = field("traceparent");
  // A proxy may add a line of its own to those that the client has sent.
  const auto [first, last] = request.equal_range("X-Forwarded-For");
  for (auto line = first; line != last; ++line) {
    if (!head.forwarded_for.empty()) head.forwarded_for += ',';
    head.forwarded_for += View(line->value());
  }
  return head;
}

bool Passed(const std::optional<SteadyTime>& deadline) {
  return deadline && std::chrono::steady_clock::now() >= *deadline;
}

// A request that Beast refused; nothing where no answer would be read.
std::optional<HttpResponse> RefusalOf(const error_code& error, const HttpDoorOptions& options) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return HttpRouter::Refusal(
        431, Refuse(absl::StatusCode::kResourceExhausted, "", "the request's header is too large",
                    fmt::format("at most {} bytes", options.max_header_bytes)));
  }
  if (error == http::error::body_limit) {
    return HttpRouter::Refusal(
        413, Refuse(absl::StatusCode::kResourceExhausted, "", "the request's body is too large",
                    fmt::format("at most {} bytes", options.max_body_bytes)));
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != http::make_error_code(http::error::end_of_stream).category()) {
    return std::nullopt;
  }
  return HttpRouter::Refusal(
      400, RefuseField("", fmt::format("the request is not HTTP/1.1: {}", error.message()), ""));
}

// In what follows co_await stands alone in its statement, and what it is given has a name: g++ 12
// evaluates the rest of a && that a co_await has made false.
class Session final : public HttpSession, public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, std::shared_ptr<HttpWorker> worker, const HttpDoorState& door)
      : stream_(std::move(socket)),
        wakeup_(worker->context.get_executor()),
        worker_(std::move(worker)),
        door_(door),
        buffer_(door.options.max_header_bytes + (64 << 10)) {
    worker_->sessions.insert(this);
  }
  ~Session() override { worker_->sessions.erase(this); }

  Awaitable<void> Run();
  Executor executor() { return stream_.get_executor(); }

  void Drain() override {
    draining_ = true;
    if (idle_) stream_.cancel();
    wakeup_.Notify();
  }

  void Abort() override {
    aborted_ = true;
    draining_ = true;
    stream_.close();
    wakeup_.Notify();
  }

 private:
  Awaitable<bool> WaitForRequest();
  Awaitable<bool> ServeRequest();
  Awaitable<bool> ReadBody(Parser* parser, const HttpCall& call);
  Awaitable<bool> DiscardBody(Parser* parser);
  Awaitable<bool> ServeUnary(const HttpCall& call, std::string_view body, Admission::Place place,
                             bool keep_alive);
  Awaitable<bool> SendAnswer(const HttpCall& call, const absl::Status& status,
                             const HttpReply* reply, bool keep_alive);
  Awaitable<bool> ServeStream(const HttpCall& call, std::string_view body, bool keep_alive);
  Awaitable<absl::Status> Pump(const HttpCall& call, HttpStream* stream,
                               std::optional<SteadyTime> deadline);
  Awaitable<bool> Send(const HttpResponse& response, bool keep_alive, bool with_body = true);
  Awaitable<bool> SendText(std::string_view text);
  Awaitable<void> Linger();
  void WatchForClose();
  bool ended() const { return aborted_ || client_gone_; }

  Stream stream_;
  Wakeup wakeup_;
  std::shared_ptr<HttpWorker> worker_;
  const HttpDoorState& door_;
  beast::flat_buffer buffer_;
  std::string peer_;
  bool idle_ = false;      // waits for a request
  bool draining_ = false;  // after this request: end
  bool aborted_ = false;
  bool client_gone_ = false;
  bool unread_ = false;   // the client may still be sending
  uint64_t watched_ = 0;  // the number of the stream that is watched; 0: none
  uint64_t streams_ = 0;
};

Awaitable<void> Session::Run() {
  error_code error;
  const auto peer = stream_.socket().remote_endpoint(error);
  if (!error) peer_ = fmt::format("{}:{}", peer.address().to_string(), peer.port());
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  stream_.socket().set_option(asio::socket_base::send_buffer_size(kSendBuffer), error);
  bool serving = true;
  while (serving && !draining_) {
    serving = co_await WaitForRequest();
    if (serving) serving = co_await ServeRequest();
  }
  if (unread_ && !aborted_) co_await Linger();
  stream_.close();
}

// Until the first byte of a request.
Awaitable<bool> Session::WaitForRequest() {
  if (buffer_.size() > 0) co_return true;  // pipelined
  idle_ = true;
  stream_.expires_after(std::chrono::milliseconds(door_.options.idle_timeout.millis()));
  const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(4096), kAwait);
  idle_ = false;
  if (error) co_return false;
  buffer_.commit(size);
  co_return true;
}

Awaitable<bool> Session::ServeRequest() {
  Parser parser;
  parser.header_limit(static_cast<uint32_t>(door_.options.max_header_bytes));
  parser.body_limit(door_.options.max_body_bytes);
  stream_.expires_after(std::chrono::milliseconds(door_.options.header_timeout.millis()));
  const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
  if (error) {
    const auto refusal = RefusalOf(error, door_.options);
    unread_ = refusal.has_value();
    if (refusal) co_await Send(*refusal, false);
    co_return false;
  }
  const auto& request = parser.get();
  const HttpRequest head = HeadOf(request);
  // RFC 9112, section 6.3: whoever cannot read the coding cannot tell where the request ends.
  if (!parser.chunked() && request.find(http::field::transfer_encoding) != request.end()) {
    const HttpResponse refusal = HttpRouter::Refusal(
        400, RefuseField("", "the header Transfer-Encoding names another coding", "chunked"));
    unread_ = true;
    co_await Send(refusal, false);
    co_return false;
  }
  const bool keep_alive = request.keep_alive() && head.http_1_1;
  auto routed = door_.router.Route(head, peer_);
  if (const auto* response = std::get_if<HttpResponse>(&routed)) {
    const bool sent = co_await Send(*response, keep_alive, head.verb != Verb::kHead);
    if (!sent || !keep_alive) co_return false;
    const bool discarded = co_await DiscardBody(&parser);
    co_return discarded;
  }
  const HttpCall& call = std::get<HttpCall>(routed);
  const bool read = co_await ReadBody(&parser, call);
  if (!read) co_return false;
  Admission::Verdict verdict = door_.router.AskAdmission(call);
  bool served = false;
  if (!verdict.refusal.ok()) {
    while (!draining_ && !Passed(verdict.tell_at)) co_await wakeup_.Wait(verdict.tell_at);
    door_.router.Answered(verdict.refusal);
    served = co_await SendAnswer(call, verdict.refusal, nullptr, keep_alive);
  } else if (call.type.stream) {
    served = co_await ServeStream(call, parser.get().body(), keep_alive);
  } else {
    served = co_await ServeUnary(call, parser.get().body(), std::move(verdict.place), keep_alive);
  }
  if (!served) co_return false;
  co_return keep_alive;
}

Awaitable<bool> Session::ReadBody(Parser* parser, const HttpCall& call) {
  if (parser->is_done()) co_return true;
  unread_ = true;
  error_code error;
  if (call.context.caller.roles.empty()) {
    const size_t limit = door_.options.max_anonymous_body_bytes;
    parser->body_limit(limit);
    if (parser->content_length().value_or(0) > limit) error = http::error::body_limit;
  }
  stream_.expires_after(std::chrono::milliseconds(door_.options.body_timeout.millis()));
  if (!error) {
    if (EqualsIgnoringCase(View(parser->get()[http::field::expect]), "100-continue")) {
      const bool told = co_await SendText("HTTP/1.1 100 Continue\r\n\r\n");
      if (!told) co_return false;
    }
    const auto [failure, size] = co_await http::async_read(stream_, buffer_, *parser, kAwait);
    error = failure;
  }
  unread_ = static_cast<bool>(error);
  if (!unread_) co_return true;
  const auto refusal = RefusalOf(error, door_.options);
  if (refusal) co_await Send(*refusal, false);
  co_return false;
}

// A short body of a request that was refused by its header; a long one, or one that waits for a
// "100 Continue", costs the connection.
Awaitable<bool> Session::DiscardBody(Parser* parser) {
  if (parser->is_done()) co_return true;
  unread_ = true;
  const size_t limit = door_.options.max_anonymous_body_bytes;
  if (parser->content_length().value_or(limit + 1) > limit) co_return false;
  if (parser->get().find(http::field::expect) != parser->get().end()) co_return false;
  stream_.expires_after(std::chrono::milliseconds(door_.options.body_timeout.millis()));
  const auto [error, size] = co_await http::async_read(stream_, buffer_, *parser, kAwait);
  unread_ = static_cast<bool>(error);
  co_return !error;
}

Awaitable<bool> Session::ServeUnary(const HttpCall& call, std::string_view body,
                                    Admission::Place place, bool keep_alive) {
  auto request = HttpRouter::ReadRequest(call, body);
  absl::Status status = request.status();
  auto reply = std::make_shared<HttpReply>(worker_, &wakeup_);
  if (request.ok()) {
    reply->context = call.context;
    reply->request = *std::move(request);
    const std::optional<SteadyTime> deadline = call.context.deadline;
    {
      const CallScope scope({deadline, call.trace});
      call.method->unary(reply->context, *reply->request, reply->ForService());
    }
    while (!reply->answered() && !aborted_ && !Passed(deadline)) {
      co_await wakeup_.Wait(deadline);
    }
    reply->GiveUp();
    if (aborted_) co_return false;
    status = reply->answered() ? reply->status()
                               : absl::DeadlineExceededError("no answer within Connect-Timeout-Ms");
  }
  place.Leave();  // a slow reader keeps nobody out
  door_.router.Answered(status);
  const bool sent = co_await SendAnswer(call, status, reply.get(), keep_alive);
  co_return sent;
}

// `reply`: of a call that was let in.
Awaitable<bool> Session::SendAnswer(const HttpCall& call, const absl::Status& status,
                                    const HttpReply* reply, bool keep_alive) {
  const google::protobuf::Message* const message = reply == nullptr ? nullptr : reply->message();
  HttpResponse response = call.document
                              ? HttpRouter::AnswerDocument(*call.document, status, message)
                          : call.written_page ? HttpRouter::AnswerPage(status, message)
                                              : HttpRouter::Answer(call.type, status, message);
  if (reply != nullptr && reply->answered()) {
    for (const std::string& cookie : reply->context.browser->set_cookies) {
      response.headers += fmt::format("Set-Cookie: {}\r\n", cookie);
    }
  }
  const bool head =
      (call.document && call.document->head) || (call.written_page && call.written_page->head);
  const bool sent = co_await Send(response, keep_alive, !head);
  co_return sent;
}

Awaitable<bool> Session::ServeStream(const HttpCall& call, std::string_view body, bool keep_alive) {
  auto request = HttpRouter::ReadRequest(call, body);
  if (!request.ok()) {
    const HttpResponse response = HttpRouter::Answer(call.type, request.status(), nullptr);
    const bool refused = co_await Send(response, keep_alive);
    co_return refused;
  }
  const std::string head = fmt::format(
      "HTTP/1.1 200 OK\r\nDate: {}\r\nContent-Type: {}\r\nCache-Control: no-store\r\n"
      "{}Transfer-Encoding: chunked\r\n{}\r\n",
      DateNow(), ContentTypeName(call.type), door_.router.common_headers(),
      keep_alive ? "" : "Connection: close\r\n");
  const bool begun = co_await SendText(head);
  if (!begun) co_return false;
  watched_ = ++streams_;
  WatchForClose();
  auto stream = std::make_shared<HttpStream>(worker_, &wakeup_);
  {
    const CallScope scope({call.context.deadline, call.trace});
    call.method->server_streaming(call.context, **request, stream);
  }
  const absl::Status ending = co_await Pump(call, stream.get(), call.context.deadline);
  watched_ = 0;
  bool sent = false;
  if (!ended()) {
    const std::string frame = Envelope(kEndOfStreamFrame, EndOfStreamJson(ending));
    const std::string text = fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", frame.size(), frame);
    sent = co_await SendText(text);
  }
  stream->Close();
  co_return sent;
}

// Sends what the service writes, one message after the other, until one of the two ends it.
Awaitable<absl::Status> Session::Pump(const HttpCall& call, HttpStream* stream,
                                      std::optional<SteadyTime> deadline) {
  while (!ended()) {
    if (draining_) co_return absl::UnavailableError("the server is stopping");
    if (Passed(deadline)) {
      co_return absl::DeadlineExceededError("the stream is older than Connect-Timeout-Ms");
    }
    if (auto message = stream->Message()) {
      if (call.type.encoding == Encoding::kJson) {
        auto json = WriteJson(*call.method->descriptor->output_type(), *message);
        if (!json.ok()) co_return json.status();
        message = *std::move(json);
      }
      const std::string head = EnvelopeHead(kMessageFrame, message->size());
      const std::string chunk =
          fmt::format("{:x}\r\n{}{}\r\n", head.size() + message->size(), head, *message);
      const bool sent = co_await SendText(chunk);
      if (!sent) {
        client_gone_ = true;
        break;
      }
      stream->Written();
    } else if (auto ending = stream->Ending()) {
      co_return *ending;
    } else {
      co_await wakeup_.Wait(deadline);
    }
  }
  co_return absl::CancelledError("the caller is gone");
}

// While a stream is sent nothing is read, so a read is kept pending that notices the end of the
// connection. A client that sends its next request early stays unread, and from then on is noticed
// by writing only.
void Session::WatchForClose() {
  const uint64_t stream = watched_;
  stream_.socket().async_wait(
      Socket::wait_read, [self = shared_from_this(), stream](const error_code& error) {
        if (self->watched_ != stream) return;
        char byte = 0;
        const ssize_t got = error ? 0
                                  : ::recv(self->stream_.socket().native_handle(), &byte, 1,
                                           MSG_PEEK | MSG_DONTWAIT);
        if (got > 0) return;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return self->WatchForClose();
        self->client_gone_ = true;
        self->stream_.close();  // ends a write under way
        self->wakeup_.Notify();
      });
}

Awaitable<bool> Session::Send(const HttpResponse& response, bool keep_alive, bool with_body) {
  const std::string_view body =
      response.file.empty() ? std::string_view(response.text) : response.file;
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                 ReasonPhrase(response.status), DateNow());
  if (response.status != 304) {
    fmt::format_to(std::back_inserter(head), "Content-Type: {}\r\nContent-Length: {}\r\n",
                   response.content_type, body.size());
  }
  head += door_.router.common_headers();
  head += response.headers;
  if (!keep_alive || draining_) head += "Connection: close\r\n";
  head += "\r\n";
  stream_.expires_after(std::chrono::milliseconds(door_.options.write_timeout.millis()));
  const std::array<asio::const_buffer, 2> buffers = {
      asio::buffer(head), with_body ? asio::buffer(body) : asio::const_buffer()};
  const auto [error, size] = co_await asio::async_write(stream_, buffers, kAwait);
  co_return !error;
}

Awaitable<bool> Session::SendText(std::string_view text) {
  stream_.expires_after(std::chrono::milliseconds(door_.options.write_timeout.millis()));
  const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(text), kAwait);
  co_return !error;
}

Awaitable<void> Session::Linger() {
  error_code ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  stream_.expires_after(std::chrono::milliseconds(kLinger.millis()));
  buffer_.clear();
  for (;;) {
    const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(16384), kAwait);
    if (error) co_return;
  }
}

}  // namespace

void HttpSession::Start(Socket socket, std::shared_ptr<HttpWorker> worker,
                        const HttpDoorState& door, std::function<void()> on_end) {
  auto session = std::make_shared<Session>(std::move(socket), worker, door);
  if (worker->draining) session->Drain();
  asio::co_spawn(session->executor(), session->Run(),
                 [session, on_end = std::move(on_end)](std::exception_ptr failure) mutable {
                   // Ours throw nothing: a bug of ours, or memory is out.
                   if (failure) std::rethrow_exception(failure);
                   session.reset();
                   on_end();
                 });
}

}  // namespace wissel::gateway
