// Mails out by SMTP submission (RFC 6409) through libcurl: one server, one thread, one mail after
// the other over a connection that is kept.
//
// Thread-safe. `done` is called on the sender's thread; after Stop, on the thread that stops.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/runtime/worker.h"
#include "base/time.h"
#include "channels/email/core/outgoing.h"

namespace wissel::email {

// How a connection is protected.
enum class Tls : uint8_t {
  kNone = 1,      // for a server on the same machine
  kStartTls = 2,  // RFC 3207; without it nothing is sent
  kImplicit = 3,  // RFC 8314
};

struct ServerAddress {
  std::string host;
  uint16_t port = 0;
  Tls tls = Tls::kStartTls;
  std::string user;  // empty: no sign-in
  std::string password;
  std::string ca_file;  // PEM; empty: the system's
};

struct Envelope {
  std::string from;  // empty: "<>"
  std::vector<std::string> to;
  std::string bytes;  // lines end with CR LF
};

class SmtpSender {
 public:
  // `name` is how we greet.
  SmtpSender(ServerAddress server, std::string name, Duration timeout = Duration::Minutes(2));
  ~SmtpSender();

  using Done = std::function<void(SendResult)>;
  void Send(Envelope envelope, Done done);
  // Cuts what is under way: whether the server has that is not known.
  void Stop();

 private:
  class Connection;
  const std::unique_ptr<Connection> connection_;
  Worker worker_;
};

}  // namespace wissel::email
