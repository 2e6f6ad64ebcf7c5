#include "tests/gateway_support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/invariant.h"
#include "fmt/format.h"

namespace wissel::gateway {

HttpClient::HttpClient(uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  INVARIANT(socket_ >= 0);
  if (receive_buffer > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  const timeval patience{.tv_sec = 15, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  INVARIANT(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
}

HttpClient::~HttpClient() { Close(); }

void HttpClient::Close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpClient::Fill() {
  char bytes[16384];
  const ssize_t got = ::recv(socket_, bytes, sizeof(bytes), 0);
  if (got <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(got));
  return true;
}

std::optional<std::string> HttpClient::ReadLine() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!Fill()) return std::nullopt;
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::optional<std::string> HttpClient::ReadExactly(size_t size) {
  while (buffer_.size() < size) {
    if (!Fill()) return std::nullopt;
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

HttpReplyText HttpClient::ReadHead() {
  HttpReplyText reply;
  const auto status_line = ReadLine();
  if (!status_line || status_line->size() < 12) return reply;
  for (;;) {
    auto line = ReadLine();
    if (!line) return {};
    if (line->empty()) break;
    const size_t colon = line->find(": ");
    if (colon == std::string::npos) return {};
    std::string name = line->substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(), ::tolower);
    reply.headers[name] = line->substr(colon + 2);
  }
  reply.status = std::atoi(status_line->substr(9, 3).c_str());
  return reply;
}

HttpReplyText HttpClient::Read(bool with_body) {
  HttpReplyText reply = ReadHead();
  while (reply.status == 100) reply = ReadHead();
  if (reply.status == 0 || !with_body) return reply;
  if (reply.headers.contains("content-length")) {
    auto body = ReadExactly(std::strtoul(reply.headers["content-length"].c_str(), nullptr, 10));
    if (!body) return {};
    reply.body = *body;
  } else if (reply.headers["transfer-encoding"] == "chunked") {
    for (auto chunk = ReadChunk(); chunk && !chunk->empty(); chunk = ReadChunk()) {
      reply.body += *chunk;
    }
  }
  return reply;
}

std::optional<std::string> HttpClient::ReadChunk() {
  const auto size = ReadLine();
  if (!size) return std::nullopt;
  auto chunk = ReadExactly(std::strtoul(size->c_str(), nullptr, 16) + 2);
  if (!chunk) return std::nullopt;
  chunk->resize(chunk->size() - 2);
  return chunk;
}

std::optional<char> HttpClient::ReadByte() {
  auto byte = ReadExactly(1);
  return byte ? std::optional<char>((*byte)[0]) : std::nullopt;
}

bool HttpClient::WaitForEnd() {
  char byte = 0;
  for (;;) {
    const ssize_t got = ::recv(socket_, &byte, 1, 0);
    if (got == 0) return true;
    if (got < 0) return errno != EAGAIN && errno != EWOULDBLOCK;
  }
}

std::string PostText(std::string_view path, std::string_view content_type, std::string_view body,
                     std::string_view token, std::string_view more_headers) {
  std::string text =
      fmt::format("POST {} HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n", path, body.size());
  if (!content_type.empty()) text += fmt::format("Content-Type: {}\r\n", content_type);
  if (!token.empty()) text += fmt::format("Authorization: Bearer {}\r\n", token);
  return fmt::format("{}{}\r\n{}", text, more_headers, body);
}

HttpReplyText HttpClient::Post(std::string_view path, std::string_view content_type,
                               std::string_view body, std::string_view token,
                               std::string_view more_headers) {
  Send(PostText(path, content_type, body, token, more_headers));
  return Read();
}

HttpReplyText HttpClient::Get(std::string_view path, std::string_view more_headers) {
  Send(fmt::format("GET {} HTTP/1.1\r\nHost: test\r\n{}\r\n", path, more_headers));
  return Read();
}

}  // namespace wissel::gateway
