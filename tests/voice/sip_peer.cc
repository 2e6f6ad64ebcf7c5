#include "tests/voice/sip_peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "fmt/format.h"

namespace wissel::testing {
namespace {

constexpr int kTenSeconds = 10'000;

sockaddr_in At(const std::string& address, uint16_t port) {
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  return at;
}

// Of a whole message at the start of the stream; 0: there is none yet.
size_t LengthOf(const std::string& stream) {
  const size_t end = stream.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::string length = HeaderOf(stream.substr(0, end + 2), "Content-Length");
  const size_t whole = end + 4 + (length.empty() ? 0 : std::strtoul(length.c_str(), nullptr, 10));
  return stream.size() < whole ? 0 : whole;
}

}  // namespace

std::string Sdp(size_t at_least) {
  std::string sdp =
      "v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
      "m=audio 4000 RTP/AVP 0 8\r\n";
  while (sdp.size() < at_least) sdp += "a=something:" + std::string(100, 'x') + "\r\n";
  return sdp;
}

int StatusOf(std::string_view message) {
  if (!message.starts_with("SIP/2.0 ")) return 0;
  return std::atoi(std::string(message.substr(8, 3)).c_str());
}

std::string HeaderOf(std::string_view message, std::string_view name) {
  const size_t at = message.find(fmt::format("\r\n{}:", name));
  if (at == std::string_view::npos) return "";
  std::string_view value = message.substr(at + name.size() + 3);
  value = value.substr(0, value.find("\r\n"));
  while (value.starts_with(' ')) value.remove_prefix(1);
  return std::string(value);
}

SipPeer::SipPeer(std::string address, uint16_t door, Transport transport)
    : address_(std::move(address)), transport_(transport), door_(door) {
  socket_ = socket(AF_INET, (transport_ == kUdp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
  const sockaddr_in own = At(address_, 0);
  const sockaddr_in to = At("127.0.0.1", door_);
  bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
  EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  sockaddr_in got = {};
  socklen_t size = sizeof got;
  getsockname(socket_, reinterpret_cast<sockaddr*>(&got), &size);
  port_ = ntohs(got.sin_port);
}

SipPeer::~SipPeer() {
  SSL_free(secured_);
  SSL_CTX_free(context_);
  close(socket_);
}

void SipPeer::Secure(const std::string& authority) {
  context_ = SSL_CTX_new(TLS_client_method());
  EXPECT_EQ(SSL_CTX_load_verify_locations(context_, authority.c_str(), nullptr), 1);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  secured_ = SSL_new(context_);
  SSL_set_fd(secured_, socket_);
  EXPECT_EQ(SSL_connect(secured_), 1);
  EXPECT_GE(SSL_version(secured_), TLS1_2_VERSION);
}

void SipPeer::Send(std::string_view bytes) {
  if (secured_ != nullptr) {
    EXPECT_EQ(SSL_write(secured_, bytes.data(), static_cast<int>(bytes.size())),
              static_cast<int>(bytes.size()));
    return;
  }
  // A connection that has been closed for us says so at the next read.
  [[maybe_unused]] const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::optional<std::string> SipPeer::Read(int milliseconds) {
  for (;;) {
    if (const size_t length = transport_ == kTcp ? LengthOf(stream_) : 0) {
      std::string message = stream_.substr(0, length);
      stream_.erase(0, length);
      return message;
    }
    pollfd ready = {socket_, POLLIN, 0};
    const bool waits = secured_ != nullptr && SSL_pending(secured_) > 0;
    if (!waits && poll(&ready, 1, milliseconds) <= 0) return std::nullopt;
    std::string buffer(70'000, '\0');
    const ssize_t got = secured_ != nullptr
                            ? SSL_read(secured_, buffer.data(), static_cast<int>(buffer.size()))
                            : recv(socket_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return std::nullopt;
    buffer.resize(static_cast<size_t>(got));
    if (transport_ == kUdp) return buffer;
    stream_ += buffer;
  }
}

std::string SipPeer::Next() {
  auto message = Read(kTenSeconds);
  EXPECT_TRUE(message) << "nothing came";
  return message.value_or("");
}

std::vector<std::string> SipPeer::Heard() {
  std::vector<std::string> heard;
  while (auto message = Read(0)) heard.push_back(*std::move(message));
  return heard;
}

bool SipPeer::IsClosed() {
  char byte = 0;
  pollfd ready = {socket_, POLLIN, 0};
  if (poll(&ready, 1, kTenSeconds) <= 0) return false;
  return recv(socket_, &byte, 1, 0) <= 0;
}

std::string SipPeer::Via(const std::string& branch) const {
  const char* transport = secured_ != nullptr ? "TLS" : transport_ == kUdp ? "UDP" : "TCP";
  return fmt::format("Via: SIP/2.0/{} {};branch=z9hG4bK-{}\r\n", transport, name(), branch);
}

std::string SipPeer::Write(const Request& request) const {
  const std::string branch =
      request.branch.empty() ? fmt::format("{}-{}", request.call, request.cseq) : request.branch;
  const std::string type = request.body.empty() ? "" : "Content-Type: application/sdp\r\n";
  return fmt::format(
      "{0} sip:{1}@127.0.0.1:{2} SIP/2.0\r\n{3}From: <sip:peer@{4}>;tag=peer\r\n"
      "To: <sip:{1}@127.0.0.1:{2}>{5}\r\nCall-ID: {6}@{4}\r\nCSeq: {7} {0}\r\n"
      "Contact: <sip:peer@{4}>\r\nMax-Forwards: 70\r\n{8}{9}Content-Length: {10}\r\n\r\n{11}",
      request.method, request.user, door_, Via(branch), name(),
      request.to_tag.empty() ? "" : ";tag=" + request.to_tag, request.call, request.cseq,
      request.more, type, request.body.size(), request.body);
}

void SipPeer::Answer(const std::string& request, const std::string& status,
                     const std::string& body) {
  std::string answer = "SIP/2.0 " + status + "\r\n";
  for (const char* name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
    std::string value = HeaderOf(request, name);
    const bool untagged = value.find(";tag=") == std::string::npos;
    if (std::string_view(name) == "To" && untagged) value += ";tag=phone";
    answer += fmt::format("{}: {}\r\n", name, value);
  }
  answer += fmt::format("Contact: <sip:phone@{}>\r\n", name());
  if (!body.empty()) answer += "Content-Type: application/sdp\r\n";
  Send(fmt::format("{}Content-Length: {}\r\n\r\n{}", answer, body.size(), body));
}

std::string SipPeer::NextFinal() {
  for (;;) {
    std::string message = Next();
    if (StatusOf(message) < 100 || StatusOf(message) >= 200) return message;
  }
}

void SipPeer::CallGoesThrough(const std::string& call, const std::string& user) {
  // On a busy machine the end of the call before may be said once more.
  const auto next = [&] {
    for (;;) {
      std::string message = Next();
      const bool of_this = HeaderOf(message, "Call-ID").starts_with(call + "@");
      if (message.empty() || of_this) return message;
    }
  };
  Request request;
  request.call = call;
  request.user = user;
  request.body = Sdp();
  Send(Write(request));
  EXPECT_EQ(StatusOf(next()), 100) << call;
  EXPECT_EQ(StatusOf(next()), 182) << call;
  request.method = "CANCEL";
  request.body = "";
  Send(Write(request));
  // It may hear its place in between.
  std::vector<int> statuses;
  std::string last;
  while (statuses.empty() || statuses.back() != 487) {
    last = next();
    if (last.empty()) return;
    if (StatusOf(last) != 182) statuses.push_back(StatusOf(last));
  }
  EXPECT_EQ(statuses, std::vector<int>({200, 487})) << call;
  const std::string to = HeaderOf(last, "To");
  request.method = "ACK";
  request.to_tag = to.substr(to.find("tag=") + 4);
  Send(Write(request));
}

void SipPeer::Fence() {
  Request options;
  options.method = "OPTIONS";
  options.call = fmt::format("fence-{}", ++fences_);
  Send(Write(options));
  std::string answer = Next();
  while (!answer.empty() && !HeaderOf(answer, "Call-ID").starts_with(options.call)) answer = Next();
  EXPECT_EQ(StatusOf(answer), 200);
}

}  // namespace wissel::testing
