#include "channels/email/handed_over.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/status.h"
#include "channels/email/core/mail.h"
#include "fmt/format.h"
#include "router/service/names.h"

namespace wissel::email {
namespace {

absl::Status Wrong(std::string_view field, std::string_view what, std::string_view right) {
  return Refuse(absl::StatusCode::kInvalidArgument, field, what, right);
}

const LmtpReply kUnknown{550, "5.1.1", "there is no such address here"};

}  // namespace

absl::StatusOr<LmtpMail> MailOf(const v1::DeliverMailRequest& request) {
  const int most = static_cast<int>(LmtpLimits().recipients);
  const int recipients = request.recipients_size();
  if (recipients == 0 || recipients > most) {
    return Wrong("recipients", fmt::format("{} recipients cannot be delivered to", recipients),
                 fmt::format("1 to {}", most));
  }
  for (int i = 0; i < recipients; ++i) {
    if (IsAddress(request.recipients(i))) continue;
    return Wrong(fmt::format("recipients[{}]", i),
                 fmt::format("{} is no address", Quoted(request.recipients(i))),
                 "an address such as mia@example.org");
  }
  if (!request.return_path().empty() && !IsAddress(request.return_path())) {
    return Wrong("returnPath", fmt::format("{} is no address", Quoted(request.return_path())),
                 "the sender's address, or nothing");
  }
  if (request.content().empty()) return Wrong("content", "there is no mail", "a mail (RFC 5322)");
  return LmtpMail{request.return_path(),
                  {request.recipients().begin(), request.recipients().end()},
                  request.content()};
}

v1::DeliverMailRequest RequestOf(const LmtpMail& mail) {
  v1::DeliverMailRequest request;
  request.set_return_path(mail.return_path);
  for (const std::string& recipient : mail.recipients) request.add_recipients(recipient);
  request.set_content(mail.bytes);
  return request;
}

v1::DeliverMailResponse ResponseOf(const std::vector<std::string>& recipients,
                                   const std::vector<LmtpReply>& replies) {
  v1::DeliverMailResponse response;
  for (size_t i = 0; i < recipients.size(); ++i) {
    auto& reply = *response.add_replies();
    reply.set_recipient(recipients[i]);
    reply.set_code(replies[i].code);
    reply.set_status(replies[i].status);
    reply.set_text(replies[i].text);
  }
  return response;
}

std::vector<LmtpReply> RepliesOf(const v1::DeliverMailResponse& response) {
  std::vector<LmtpReply> replies;
  for (const auto& reply : response.replies()) {
    replies.push_back({reply.code(), reply.status(), reply.text()});
  }
  return replies;
}

void DeliverInParts(LmtpMail mail, const std::function<int(std::string_view address)>& place,
                    const std::function<void(int, LmtpMail, MailReplies)>& part, MailReplies done) {
  struct Delivery {
    std::mutex mutex;
    std::vector<LmtpReply> replies;
    size_t open = 0;
    MailReplies done;
  };
  auto delivery = std::make_shared<Delivery>();
  delivery->done = std::move(done);
  delivery->replies.assign(mail.recipients.size(), kUnknown);
  std::map<int, std::vector<size_t>> parts;
  for (size_t i = 0; i < mail.recipients.size(); ++i) {
    const int where = place(mail.recipients[i]);
    if (where >= 0) parts[where].push_back(i);
  }
  delivery->open = parts.size();
  if (parts.empty()) return delivery->done(delivery->replies);
  for (const auto& [where, members] : parts) {
    LmtpMail piece{mail.return_path, {}, mail.bytes};
    for (size_t i : members) piece.recipients.push_back(mail.recipients[i]);
    part(where, std::move(piece), [delivery, members = members](std::vector<LmtpReply> replies) {
      std::unique_lock lock(delivery->mutex);
      for (size_t i = 0; i < members.size(); ++i) delivery->replies[members[i]] = replies[i];
      if (--delivery->open > 0) return;
      lock.unlock();
      delivery->done(delivery->replies);
    });
  }
}

}  // namespace wissel::email
