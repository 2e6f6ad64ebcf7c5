// From the section `mail` of the configuration file to the mail channel and what it sends and
// fetches with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "channels/email/mail_options.h"
#include "channels/email/transport/imap_poller.h"
#include "channels/email/transport/smtp_sender.h"
#include "server/config/config_file.h"

namespace wissel::server {

struct MailSetup {
  email::MailOptions options;  // without what the center brings
  std::optional<email::ServerAddress> smtp;
  std::vector<email::ImapOptions> imap;
};

// `folder`: of the configuration file, which its paths are relative to. NOT_FOUND names a password
// file that cannot be read.
absl::StatusOr<MailSetup> ReadMailSection(const config::MailSection& section,
                                          const std::string& folder);

}  // namespace wissel::server
