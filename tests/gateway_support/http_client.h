// A plain HTTP/1.1 client for tests: it sends exactly the bytes it is told to, badly timed or
// malformed ones too, and reads answers whole or chunk by chunk. Every wait ends after 15 s.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wissel::gateway {

struct HttpReplyText {
  int status = 0;                              // 0: no answer, the connection ended
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class HttpClient {
 public:
  // `receive_buffer`: bytes the kernel keeps for us; 0: its default.
  explicit HttpClient(uint16_t port, int receive_buffer = 0);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // False when the other side has closed.
  bool Send(std::string_view bytes);
  void Close();

  // Header and body.
  HttpReplyText Read(bool with_body = true);
  // Header only, of a stream.
  HttpReplyText ReadHead();
  // The next chunk of a chunked body; empty at its end, nothing when the connection ended early.
  std::optional<std::string> ReadChunk();
  std::optional<char> ReadByte();
  // Whether the other side closes the connection.
  bool WaitForEnd();

  // A POST with a body, and its answer.
  HttpReplyText Post(std::string_view path, std::string_view content_type, std::string_view body,
                     std::string_view token = "", std::string_view more_headers = "");
  HttpReplyText Get(std::string_view path, std::string_view more_headers = "");

 private:
  bool Fill();
  std::optional<std::string> ReadLine();
  std::optional<std::string> ReadExactly(size_t size);

  int socket_;
  std::string buffer_;
};

std::string PostText(std::string_view path, std::string_view content_type, std::string_view body,
                     std::string_view token = "", std::string_view more_headers = "");

}  // namespace wissel::gateway
