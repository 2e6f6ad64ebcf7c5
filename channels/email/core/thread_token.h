// The signed token by which a mail shows that it belongs to a thread of ours: in our Message-IDs,
// in the detail of the address that replies go to, or in the subject as "[ref ...]".
//
// It is the thread's 128-bit id and 80 bits of HMAC-SHA-256 over it with the center's key, in
// base32 of small letters: mail systems fold the case of addresses. Who has the token has had a
// mail of the thread; nobody can make one for a thread of their choice. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "channels/email/core/mail.h"

namespace wissel::email {

class ThreadTokens {
 public:
  // 32 random bytes.
  explicit ThreadTokens(std::string key);

  // `thread` is an id of 22 characters of base64url: 16 bytes.
  std::string TokenOf(std::string_view thread) const;
  // None: not a token, or not one of ours.
  std::optional<std::string> ThreadOf(std::string_view token) const;

  // "{token}.{number}@{domain}": the id of a mail of ours, different for each `unique`.
  std::string MessageId(std::string_view thread, std::string_view unique,
                        std::string_view domain) const;
  std::optional<std::string> ThreadOfMessageId(std::string_view message_id) const;

  // The thread that a mail names by a token: in the detail of one of the addresses that it was
  // delivered to, in In-Reply-To and References, or in its subject, in this order. The last token
  // of the references counts.
  std::optional<std::string> ThreadNamedBy(const Mail& mail,
                                           const std::vector<std::string>& recipients) const;

 private:
  std::string key_;
};

// " [ref abc...]" of a subject, or nothing.
std::optional<std::string_view> SubjectTag(std::string_view subject);
// The subject with the tag at its end, once.
std::string WithSubjectTag(std::string_view subject, std::string_view token);

// What a person reads out on the phone: ten characters of the thread's id without those that are
// mistaken for each other, as "7G4K2-M9QXD". Not secret and not signed: it opens nothing.
std::string ReferenceOf(std::string_view thread);

}  // namespace wissel::email
