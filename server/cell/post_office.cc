#include "server/cell/post_office.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "channels/email/core/mail.h"
#include "channels/email/handed_over.h"
#include "wissel/v1/mail.pb.h"

namespace wissel::server {

using email::LmtpMail;
using email::LmtpReply;

std::vector<cluster::TenantRow> PostOffice::ToBeRead(const cluster::Table& table) {
  std::vector<cluster::TenantRow> rows;
  std::lock_guard lock(mutex_);
  centers_ = table.tenants.size();
  for (const cluster::TenantRow& row : table.tenants) {
    const auto [known, added] = revisions_.try_emplace(row.name, row.revision);
    if (!added && std::exchange(known->second, row.revision) == row.revision) continue;
    rows.push_back(row);
  }
  return rows;
}

void PostOffice::Set(const cluster::TenantRow& tenant, const config::MailSection& mail) {
  std::vector<std::string> addresses;
  for (const auto& entry : mail.addresses()) {
    addresses.push_back(email::Normalized(entry.address()));
  }
  std::lock_guard lock(mutex_);
  if (revisions_[tenant.name] == tenant.revision) known_[tenant.name] = std::move(addresses);
}

void PostOffice::Forget(const cluster::TenantRow& tenant) {
  std::lock_guard lock(mutex_);
  const auto found = revisions_.find(tenant.name);
  if (found != revisions_.end() && found->second == tenant.revision) revisions_.erase(found);
}

bool PostOffice::MayKnowMore() const {
  std::lock_guard lock(mutex_);
  return centers_ == 0 || known_.size() < centers_;
}

std::optional<std::string> PostOffice::CenterOf(std::string_view address) const {
  const std::string base = email::SplitDetail(address).base;
  std::lock_guard lock(mutex_);
  for (const auto& [tenant, addresses] : known_) {
    if (std::find(addresses.begin(), addresses.end(), base) != addresses.end()) return tenant;
  }
  return std::nullopt;
}

// One mail may be for people of several centers.
void PostOffice::Deliver(LmtpMail mail, email::LmtpServer::Done done) const {
  std::vector<std::string> tenants;
  const auto place = [&](std::string_view address) {
    const auto tenant = CenterOf(address);
    if (!tenant) return -1;
    const auto index = std::find(tenants.begin(), tenants.end(), *tenant) - tenants.begin();
    if (index == std::ssize(tenants)) tenants.push_back(*tenant);
    return static_cast<int>(index);
  };
  const auto part = [&](int where, LmtpMail piece, email::MailReplies replied) {
    DeliverTo(tenants[static_cast<size_t>(where)], std::move(piece), std::move(replied));
  };
  email::DeliverInParts(std::move(mail), place, part, std::move(done));
}

void PostOffice::DeliverTo(const std::string& tenant, LmtpMail mail,
                           email::LmtpServer::Done done) const {
  const rpc::Method& method = *methods_.Find("wissel.v1.MailService.DeliverMail");
  const auto request = std::make_shared<v1::DeliverMailRequest>(email::RequestOf(mail));
  const auto answered = [request, recipients = mail.recipients.size(), done = std::move(done)](
                            const absl::Status& status,
                            const std::unique_ptr<google::protobuf::Message>& message) {
    std::vector<LmtpReply> replies;
    if (status.ok()) {
      replies = email::RepliesOf(static_cast<const v1::DeliverMailResponse&>(*message));
    }
    replies.resize(recipients, {451, "4.3.0", "its center cannot take it now; try again"});
    done(std::move(replies));
  };
  method.unary(sender_(tenant), *request, answered);
}

}  // namespace wissel::server
