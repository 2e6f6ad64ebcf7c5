#include "server/center/mail_setup.h"

#include <filesystem>

#include "base/status.h"
#include "channels/email/core/mail.h"
#include "server/center/address.h"
#include "server/systemd/secret_file.h"

namespace wissel::server {
namespace {

email::Tls TlsOf(config::MailServerEntry::Tls tls) {
  switch (tls) {
    case config::MailServerEntry::PLAIN:
      return email::Tls::kNone;
    case config::MailServerEntry::IMPLICIT:
      return email::Tls::kImplicit;
    default:
      return email::Tls::kStartTls;
  }
}

absl::StatusOr<email::ServerAddress> ServerOf(const config::MailServerEntry& entry,
                                              const std::filesystem::path& folder) {
  WISSEL_ASSIGN_OR_RETURN(const Address address, ParseAddress(entry.address()));
  email::ServerAddress server;
  server.host = address.host;
  server.port = address.port;
  server.tls = TlsOf(entry.tls());
  server.user = entry.user();
  if (!entry.password_file().empty()) {
    WISSEL_ASSIGN_OR_RETURN(server.password,
                            systemd::ReadSecretLine(folder, entry.password_file()));
  }
  if (!entry.ca_file().empty()) server.ca_file = (folder / entry.ca_file()).string();
  return server;
}

email::ThreadMark MarkOf(config::MailAddressEntry::Mark mark) {
  switch (mark) {
    case config::MailAddressEntry::SUBJECT:
      return email::ThreadMark::kSubject;
    case config::MailAddressEntry::NONE:
      return email::ThreadMark::kNone;
    default:
      return email::ThreadMark::kAddress;
  }
}

email::Mailbox MailboxOf(const config::MailAddressEntry& entry) {
  email::Mailbox mailbox;
  mailbox.address = email::Normalized(entry.address());
  mailbox.queue = config::LastPart(entry.queue());
  mailbox.display_name = entry.display_name();
  mailbox.acknowledge = !entry.has_acknowledge() || entry.acknowledge();
  mailbox.mark = MarkOf(entry.mark());
  for (const auto& reply : entry.quick_replies()) {
    mailbox.quick_replies.push_back({reply.display_name(), reply.language(), reply.text()});
  }
  return mailbox;
}

}  // namespace

absl::StatusOr<MailSetup> ReadMailSection(const config::MailSection& section,
                                          const std::string& folder) {
  MailSetup setup;
  email::MailOptions& options = setup.options;
  for (const auto& entry : section.addresses()) options.mailboxes.push_back(MailboxOf(entry));
  options.domain = section.domain();
  if (options.domain.empty() && !options.mailboxes.empty()) {
    const std::string& first = options.mailboxes.front().address;
    options.domain = first.substr(first.find('@') + 1);
  }
  options.language = section.language();
  options.public_url = section.public_url();
  for (const auto& entry : section.acknowledgements()) {
    options.texts.SetAcknowledgement(entry.language(), {entry.subject(), entry.body()});
  }
  if (section.most_mib() > 0) {
    options.limits.bytes = static_cast<size_t>(section.most_mib()) << 20;
  }
  if (section.acknowledgements_per_address() > 0) {
    options.answers.per_address = section.acknowledgements_per_address();
  }
  if (section.acknowledgements_per_thread() > 0) {
    options.answers.per_thread = section.acknowledgements_per_thread();
  }
  if (section.has_smtp()) {
    WISSEL_ASSIGN_OR_RETURN(setup.smtp, ServerOf(section.smtp(), folder));
  }
  for (const auto& entry : section.imap()) {
    email::ImapOptions imap;
    WISSEL_ASSIGN_OR_RETURN(imap.server, ServerOf(entry.server(), folder));
    imap.address = entry.address();
    if (!entry.folder().empty()) imap.folder = entry.folder();
    if (!entry.done_folder().empty()) imap.done_folder = entry.done_folder();
    if (!entry.refused_folder().empty()) imap.refused_folder = entry.refused_folder();
    if (entry.has_every()) imap.every = Duration::Seconds(entry.every().seconds());
    imap.most_bytes = options.limits.bytes;
    setup.imap.push_back(std::move(imap));
  }
  return setup;
}

}  // namespace wissel::server
