// A peer that says whatever bytes it is told to, from an address of its own (all of 127.0.0.0/8 is
// this machine): for what no phone would send. SIPp plays the phones that behave.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wissel::testing {

class SipPeer {
 public:
  enum Transport { kUdp, kTcp };
  SipPeer(std::string address, uint16_t door, Transport transport = kUdp);
  ~SipPeer();
  SipPeer(const SipPeer&) = delete;
  SipPeer& operator=(const SipPeer&) = delete;
  // Speaks TLS from here on, to who has a certificate of this authority.
  void Secure(const std::string& authority);

  void Send(std::string_view bytes);
  // The next message; fails the test when none comes within ten seconds.
  std::string Next();
  // What has come already.
  std::vector<std::string> Heard();
  // Waits until the other side has closed the connection.
  bool IsClosed();

  // "127.0.0.1:4000", and the Via line that brings answers here.
  std::string name() const { return address_ + ":" + std::to_string(port_); }
  std::string Via(const std::string& branch) const;
  uint16_t port() const { return port_; }

  // A request with all that it needs; `more` are header lines of its own, each with its end.
  struct Request {
    std::string method = "INVITE";
    std::string user = "100";
    std::string call = "1";
    std::string more;
    std::string body;
    std::string to_tag;
    int cseq = 1;
    std::string branch;  // empty: of the call and the method's transaction
  };
  std::string Write(const Request& request) const;
  // As a phone that is called: "200 OK" to what came.
  void Answer(const std::string& request, const std::string& status, const std::string& body = "");
  // The next message that is no provisional answer.
  std::string NextFinal();

  // Whether an ordinary caller would still be served: queued, gives up, and is let go.
  void CallGoesThrough(const std::string& call, const std::string& user = "100");
  // What was sent before this has been read, and answered if it is answered at once: a datagram
  // behind it has been.
  void Fence();

 private:
  std::optional<std::string> Read(int milliseconds);
  const std::string address_;
  const Transport transport_;
  const uint16_t door_;
  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* secured_ = nullptr;
  uint16_t port_ = 0;
  int fences_ = 0;
  std::string stream_;
};

// An ordinary description; as long as asked for by lines that nobody knows.
std::string Sdp(size_t at_least = 0);
// "SIP/2.0 200 OK..." -> 200; a request: 0.
int StatusOf(std::string_view message);
// The value of a header's first line, or nothing.
std::string HeaderOf(std::string_view message, std::string_view name);

}  // namespace wissel::testing
