// A mail that is handed over by a call instead of by LMTP: what LMTP says, as messages of the
// contract, in both directions. Free functions without state.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "channels/email/core/lmtp_session.h"
#include "wissel/v1/mail.pb.h"

namespace wissel::email {

// INVALID_ARGUMENT naming the field: what no LMTP session would have let through either.
absl::StatusOr<LmtpMail> MailOf(const v1::DeliverMailRequest& request);
v1::DeliverMailRequest RequestOf(const LmtpMail& mail);

v1::DeliverMailResponse ResponseOf(const std::vector<std::string>& recipients,
                                   const std::vector<LmtpReply>& replies);
std::vector<LmtpReply> RepliesOf(const v1::DeliverMailResponse& response);

// Splits a mail for several by who takes it: `place` says which of the parts a recipient belongs
// to; -1: nobody's, who are answered 550. Then `part` is called for each part there is, and `done`
// once all of them have answered, with the replies in the order of the mail's recipients.
using MailReplies = std::function<void(std::vector<LmtpReply>)>;
void DeliverInParts(LmtpMail mail, const std::function<int(std::string_view address)>& place,
                    const std::function<void(int, LmtpMail, MailReplies)>& part, MailReplies done);

}  // namespace wissel::email
