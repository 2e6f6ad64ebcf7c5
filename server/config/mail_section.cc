#include "server/config/mail_section.h"

#include <set>

#include "base/status.h"
#include "channels/email/core/mail.h"
#include "channels/email/core/texts.h"
#include "fmt/format.h"
#include "server/config/yaml_reader.h"

namespace wissel::config {
namespace {

class MailCheck {
 public:
  explicit MailCheck(LoadedConfig& config) : config_(config), mail_(config.file.mail()) {}

  void Check() {
    CheckAddresses();
    CheckTexts();
    CheckNumber(mail_.most_mib(), "mail.mostMib", 50);
    CheckNumber(mail_.acknowledgements_per_address(), "mail.acknowledgementsPerAddress", 100);
    CheckNumber(mail_.acknowledgements_per_thread(), "mail.acknowledgementsPerThread", 100);
    const std::string& url = mail_.public_url();
    const bool web = url.starts_with("https://") || url.starts_with("http://");
    if (!url.empty() && (!web || url.ends_with('/') || url.find_first_of(" \r\n") != url.npos)) {
      Problem("mail.publicUrl", "is no address of a web site",
              "write for example https://wissel.example.org, without a slash at its end");
    }
    if (mail_.has_smtp()) CheckServer(mail_.smtp(), "mail.smtp");
    for (int i = 0; i < mail_.imap_size(); ++i) CheckImap(mail_.imap(i), i);
  }

 private:
  void CheckAddresses() {
    for (int i = 0; i < mail_.addresses_size(); ++i) {
      const MailAddressEntry& entry = mail_.addresses(i);
      const std::string path = fmt::format("mail.addresses[{}]", i);
      if (!email::IsAddress(entry.address()) || entry.address().find('+') != std::string::npos) {
        Problem(path + ".address", "is no mail address of a queue",
                "write for example tax@example.org, without a +");
      } else if (!known_.insert(email::Normalized(entry.address())).second) {
        Problem(path + ".address", "stands twice", "give each address once");
      }
      if (!entry.queue().starts_with("queues/")) {
        Problem(path + ".queue", "names no queue", "write for example queues/mail-general");
      }
      for (int j = 0; j < entry.quick_replies_size(); ++j) {
        CheckText(entry.quick_replies(j).text(), {"name", "reference", "agent"},
                  fmt::format("{}.quickReplies[{}].text", path, j));
      }
    }
  }

  void CheckTexts() {
    for (int i = 0; i < mail_.acknowledgements_size(); ++i) {
      const AcknowledgementEntry& entry = mail_.acknowledgements(i);
      const std::string path = fmt::format("mail.acknowledgements[{}]", i);
      if (entry.language().empty() || entry.subject().empty() || entry.body().empty()) {
        Problem(path, "lacks its language, subject or body", "give all three");
      }
      if (entry.subject().find('\n') != std::string::npos) {
        Problem(path + ".subject", "has more than one line", "write it on one line");
      }
      CheckText(entry.subject(), email::kAcknowledgementPlaceholders, path + ".subject");
      CheckText(entry.body(), email::kAcknowledgementPlaceholders, path + ".body");
    }
  }

  void CheckText(const std::string& text, const std::vector<std::string_view>& placeholders,
                 const std::string& path) {
    const absl::Status checked = email::CheckPlaceholders(text, placeholders, path);
    if (checked.ok()) return;
    config_.problems.push_back(
        {config_.lines.LineOf(path),
         fmt::format("{}: {}", InFileWords(path), std::string(checked.message())),
         "use " + WhatWouldBeRight(checked)});
  }

  void CheckServer(const MailServerEntry& server, const std::string& path) {
    if (server.address().find(':') == std::string::npos) {
      Problem(path + ".address", "is no address", "write HOST:PORT, for example localhost:25");
    }
    if (!server.user().empty() && server.password_file().empty()) {
      Problem(path, "has a user and no password_file", "name the file with the password");
    }
  }

  void CheckImap(const ImapEntry& imap, int i) {
    const std::string path = fmt::format("mail.imap[{}]", i);
    CheckServer(imap.server(), path + ".server");
    if (!known_.contains(email::Normalized(imap.address()))) {
      Problem(path + ".address", "is none of mail.addresses", "name one of them");
    }
    const int64_t s = imap.every().seconds();
    if (imap.has_every() && (s < 1 || s > 3600)) {
      Problem(path + ".every", "is out of range", "from 1 s to 1 h");
    }
  }

  void CheckNumber(int32_t number, const std::string& path, int32_t most) {
    if (number >= 0 && number <= most) return;
    Problem(path, "is out of range", fmt::format("from 1 to {}", most));
  }

  void Problem(const std::string& path, const std::string& what, const std::string& right) {
    config_.problems.push_back(
        {config_.lines.LineOf(path), fmt::format("{} {}", InFileWords(path), what), right});
  }

  LoadedConfig& config_;
  const MailSection& mail_;
  std::set<std::string> known_;
};

}  // namespace

void CheckMail(LoadedConfig& config) { MailCheck(config).Check(); }

}  // namespace wissel::config
