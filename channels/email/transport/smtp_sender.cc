#include "channels/email/transport/smtp_sender.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "channels/email/transport/curl_handle.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

constexpr size_t kMostWaiting = 10'000;
constexpr size_t kLongestText = 300;

struct Upload {
  const std::string& bytes;
  size_t read = 0;
};

size_t ReadUpload(char* to, size_t size, size_t count, void* data) {
  Upload& upload = *static_cast<Upload*>(data);
  const size_t length = std::min(size * count, upload.bytes.size() - upload.read);
  std::memcpy(to, upload.bytes.data() + upload.read, length);
  upload.read += length;
  return length;
}

// The server's replies come as headers, one line each; the last one says how it went.
size_t KeepLastLine(char* line, size_t size, size_t count, void* data) {
  std::string& last = *static_cast<std::string*>(data);
  last.assign(line, std::min(size * count, kLongestText));
  while (!last.empty() && (last.back() == '\n' || last.back() == '\r')) last.pop_back();
  return size * count;
}

}  // namespace

class SmtpSender::Connection {
 public:
  Connection(ServerAddress server, std::string name, Duration timeout)
      : server_(std::move(server)), name_(std::move(name)), timeout_(timeout) {
    InitCurl();
    handle_.reset(curl_easy_init());
  }

  SendResult Send(const Envelope& envelope) {
    curl_easy_reset(handle_.get());  // the connection stays open
    SetServer(handle_.get(), server_, timeout_, &stop);
    const char* scheme = server_.tls == Tls::kImplicit ? "smtps" : "smtp";
    const std::string url = fmt::format("{}://{}:{}/{}", scheme, server_.host, server_.port, name_);
    CurlList to;
    for (const std::string& address : envelope.to) {
      to.reset(curl_slist_append(to.release(), fmt::format("<{}>", address).c_str()));
    }
    Upload upload{envelope.bytes};
    std::string last_line;
    curl_easy_setopt(handle_.get(), CURLOPT_URL, url.c_str());
    const std::string from = fmt::format("<{}>", envelope.from);
    // Not set it is MAIL FROM:<>.
    if (!envelope.from.empty()) curl_easy_setopt(handle_.get(), CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(handle_.get(), CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(handle_.get(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle_.get(), CURLOPT_READFUNCTION, ReadUpload);
    curl_easy_setopt(handle_.get(), CURLOPT_READDATA, &upload);
    curl_easy_setopt(handle_.get(), CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(envelope.bytes.size()));
    curl_easy_setopt(handle_.get(), CURLOPT_HEADERFUNCTION, KeepLastLine);
    curl_easy_setopt(handle_.get(), CURLOPT_HEADERDATA, &last_line);
    return ResultOf(curl_easy_perform(handle_.get()), last_line);
  }

  std::atomic<bool> stop = false;

 private:
  SendResult ResultOf(CURLcode code, const std::string& last_line) {
    if (code == CURLE_OK) return {SendResult::Kind::kSent, 250, last_line};
    long reply = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
    // A sign-in that fails is our fault, not that of the mail.
    const bool refused = reply >= 500 && reply < 600 && code != CURLE_LOGIN_DENIED &&
                         code != CURLE_USE_SSL_FAILED && code != CURLE_AUTH_ERROR;
    const bool replied = reply >= 400 && reply < 600;
    return {refused ? SendResult::Kind::kRefused : SendResult::Kind::kLater,
            static_cast<int>(replied ? reply : 0),
            replied ? last_line : std::string(curl_easy_strerror(code))};
  }

  const ServerAddress server_;
  const std::string name_;
  const Duration timeout_;
  CurlHandle handle_;
};

SmtpSender::SmtpSender(ServerAddress server, std::string name, Duration timeout)
    : connection_(std::make_unique<Connection>(std::move(server), std::move(name), timeout)),
      worker_("smtp", kMostWaiting) {}

SmtpSender::~SmtpSender() { Stop(); }

void SmtpSender::Send(Envelope envelope, Done done) {
  auto shared = std::make_shared<Done>(std::move(done));
  const bool taken = worker_.Do([this, envelope = std::move(envelope), shared](bool goes) {
    if (!goes) return (*shared)({SendResult::Kind::kLater, 0, "stopping"});
    (*shared)(connection_->Send(envelope));
  });
  if (!taken) (*shared)({SendResult::Kind::kLater, 0, "too many mails are being sent"});
}

void SmtpSender::Stop() {
  connection_->stop = true;
  worker_.Stop();
}

}  // namespace wissel::email
