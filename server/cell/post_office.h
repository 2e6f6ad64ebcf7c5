// Mails that come to this server's LMTP door for whatever center of the cell: which one an address
// is of stands in the centers' configurations, and the mail is led there as any call is
// (switchboard.h), so that any server's door takes the mails of all.
//
// Thread-safe. Invariant: 250 is the word of who serves the center; a mail that cannot be led there
// is 451, and its mail server tries again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rpc/method_table.h"
#include "channels/email/transport/lmtp_server.h"
#include "cluster/registry.h"
#include "server/config/config_file.h"

namespace wissel::server {

class PostOffice {
 public:
  // As who a center is asked to take a mail.
  using Sender = std::function<rpc::Context(const std::string& tenant)>;
  // `methods` lead to every center of the cell, and outlive it.
  PostOffice(const rpc::MethodTable& methods, Sender sender)
      : methods_(methods), sender_(std::move(sender)) {}

  // Those whose configuration is not the one that is known here. Each is told once; say what came
  // of it by Set or Forget.
  std::vector<cluster::TenantRow> ToBeRead(const cluster::Table& table);
  void Set(const cluster::TenantRow& tenant, const config::MailSection& mail);
  // It could not be read, and is to be told again.
  void Forget(const cluster::TenantRow& tenant);

  // An address of some center, with or without a detail ("tax+...@example.org").
  bool Knows(std::string_view address) const { return CenterOf(address).has_value(); }
  // Some center's addresses are not known yet.
  bool MayKnowMore() const;
  void Deliver(email::LmtpMail mail, email::LmtpServer::Done done) const;

 private:
  std::optional<std::string> CenterOf(std::string_view address) const;
  void DeliverTo(const std::string& tenant, email::LmtpMail mail,
                 email::LmtpServer::Done done) const;

  const rpc::MethodTable& methods_;
  const Sender sender_;
  mutable std::mutex mutex_;
  std::map<std::string, int64_t> revisions_;               // by tenant: asked for or known
  std::map<std::string, std::vector<std::string>> known_;  // by tenant: its addresses, normalised
  size_t centers_ = 0;
};

}  // namespace wissel::server
