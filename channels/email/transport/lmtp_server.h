// The LMTP door: sockets for LmtpSession. One thread carries all connections.
//
// What is slow is cut: a connection that is silent for `idle`, a mail that takes longer than
// `transaction`, a session that lasts longer than `session`, a peer that does not read its answers.
// Beyond `connections` at once a newcomer is told 421.
//
// `knows` and `deliver` are called on the door's thread and must not block; `done` may be called on
// any thread, once, with a reply for each recipient.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "channels/email/core/lmtp_session.h"

namespace wissel::email {

struct LmtpServerOptions {
  // An IP address, and a port (0: any free one); or, with `path`, a Unix socket instead.
  std::string host = "127.0.0.1";
  uint16_t port = 0;
  std::string path;
  std::string name = "localhost";  // what it calls itself
  LmtpLimits limits;
  LmtpSession::Knows undecided;  // LmtpSession's; none: who is not known is nobody
  size_t connections = 100;
  Duration idle = Duration::Minutes(1);
  Duration transaction = Duration::Minutes(10);
  Duration session = Duration::Hours(1);
};

class LmtpServer {
 public:
  using Done = std::function<void(std::vector<LmtpReply>)>;
  using Deliver = std::function<void(LmtpMail, Done)>;

  // INVALID_ARGUMENT or UNAVAILABLE where the address cannot be had.
  static absl::StatusOr<std::unique_ptr<LmtpServer>> Open(LmtpServerOptions options,
                                                          LmtpSession::Knows knows,
                                                          Deliver deliver);
  ~LmtpServer();

  uint16_t port() const;
  // Takes no more connections; mails under way are answered within `grace`, what is left is told
  // 421.
  void Stop(Duration grace);

 private:
  class Door;
  explicit LmtpServer(std::shared_ptr<Door> door);
  std::shared_ptr<Door> door_;
};

}  // namespace wissel::email
