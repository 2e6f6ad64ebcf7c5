#include "channels/email/mime/write_mail.h"

#include <algorithm>

#include "base/status.h"
#include "channels/email/mime/gmime_ptr.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

absl::Status CheckLine(std::string_view text, std::string_view field) {
  const bool breaks = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!breaks) return absl::OkStatus();
  return RefuseField(field, "control characters do not go into a header", "one line of text");
}

absl::Status CheckAddress(const Address& address, std::string_view field) {
  WISSEL_RETURN_IF_ERROR(CheckLine(address.name, field));
  if (IsAddress(address.address)) return absl::OkStatus();
  return RefuseField(field, "this is no mail address", "for example mia@example.org");
}

absl::Status CheckAll(const std::vector<Address>& addresses, std::string_view name) {
  for (size_t i = 0; i < addresses.size(); ++i) {
    WISSEL_RETURN_IF_ERROR(CheckAddress(addresses[i], fmt::format("{}[{}]", name, i)));
  }
  return absl::OkStatus();
}

// RFC 5322, section 3.6.4, without its brackets; what a mail from outside says is checked too.
absl::Status CheckMessageId(std::string_view id, std::string_view field) {
  const bool fits = std::all_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f &&
           c != '<' && c != '>';
  });
  if (fits) return absl::OkStatus();
  return RefuseField(field, "this is no Message-ID", "printable characters without brackets");
}

absl::Status Check(const OutgoingMail& mail) {
  WISSEL_RETURN_IF_ERROR(CheckAddress(mail.from, "from"));
  if (mail.reply_to) WISSEL_RETURN_IF_ERROR(CheckAddress(*mail.reply_to, "replyTo"));
  if (mail.to.empty()) return RefuseField("to", "nobody is to get it", "at least one address");
  WISSEL_RETURN_IF_ERROR(CheckAll(mail.to, "to"));
  WISSEL_RETURN_IF_ERROR(CheckAll(mail.cc, "cc"));
  WISSEL_RETURN_IF_ERROR(CheckLine(mail.subject, "subject"));
  WISSEL_RETURN_IF_ERROR(CheckLine(mail.language, "language"));
  WISSEL_RETURN_IF_ERROR(CheckMessageId(mail.unsubscribe, "unsubscribe"));
  if (mail.message_id.empty()) return RefuseField("messageId", "it has no Message-ID", "");
  WISSEL_RETURN_IF_ERROR(CheckMessageId(mail.message_id, "messageId"));
  if (mail.text.find('\0') != std::string::npos) {
    return RefuseField("text", "the text contains NUL", "text without the character NUL");
  }
  return absl::OkStatus();
}

GPtr<GMimePart> TextPart(const std::string& text, const std::string& language) {
  GMimeTextPart* part = g_mime_text_part_new_with_subtype("plain");
  g_mime_text_part_set_charset(part, "utf-8");
  g_mime_text_part_set_text(part, (text.ends_with('\n') ? text : text + "\n").c_str());
  GMimePart* mime_part = GMIME_PART(part);
  g_mime_part_set_content_encoding(mime_part, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
  if (!language.empty()) {
    g_mime_object_set_header(GMIME_OBJECT(part), "Content-Language", language.c_str(), "utf-8");
  }
  return GPtr<GMimePart>(mime_part);
}

// application/octet-stream where the type is none that may be written.
std::pair<std::string, std::string> TypeOf(const std::string& content_type) {
  const size_t slash = content_type.find('/');
  const bool token = std::all_of(content_type.begin(), content_type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("/+-._").find(c) != std::string_view::npos;
  });
  if (!token || slash == std::string::npos || slash == 0 || slash + 1 == content_type.size() ||
      content_type.starts_with("multipart/") || content_type.starts_with("message/")) {
    return {"application", "octet-stream"};
  }
  return {content_type.substr(0, slash), content_type.substr(slash + 1)};
}

GPtr<GMimePart> AttachmentPart(const Attachment& attachment) {
  const auto [type, subtype] = TypeOf(attachment.content_type);
  GPtr<GMimePart> part(g_mime_part_new_with_type(type.c_str(), subtype.c_str()));
  const GPtr<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(attachment.bytes.data(), attachment.bytes.size()));
  const GPtr<GMimeDataWrapper> content(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(part.get(), content.get());
  g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_BASE64);
  g_mime_object_set_disposition(GMIME_OBJECT(part.get()), "attachment");
  g_mime_part_set_filename(part.get(), attachment.name.c_str());
  return part;
}

void AddAddresses(GMimeMessage* message, GMimeAddressType type, const std::vector<Address>& all) {
  for (const Address& address : all) {
    g_mime_message_add_mailbox(message, type, address.name.empty() ? nullptr : address.name.c_str(),
                               address.address.c_str());
  }
}

void SetHeader(GMimeMessage* message, const char* name, const std::string& value) {
  g_mime_object_set_header(GMIME_OBJECT(message), name, value.c_str(), "utf-8");
}

// Those that may be written; a damaged one of the customer's mail is left out.
std::string References(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) {
    if (id.empty() || !CheckMessageId(id, "").ok()) continue;
    text += (text.empty() ? "<" : " <") + id + ">";
  }
  return text;
}

// An address in brackets is never made an encoded word, however long it is (RFC 2369, section 2).
void SetAddressHeader(GMimeMessage* message, const char* name, const std::string& address) {
  SetHeader(message, name, "<>");
  GMimeHeaderList* headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
  GMimeHeader* header = g_mime_header_list_get_header(headers, name);
  g_mime_header_set_raw_value(header, (" <" + address + ">\n").c_str());
}

void WriteUnsubscribe(const OutgoingMail& mail, GMimeMessage* message) {
  if (mail.unsubscribe.empty()) {
    const std::string to = mail.reply_to.value_or(mail.from).address;
    return SetAddressHeader(message, "List-Unsubscribe", "mailto:" + to + "?subject=unsubscribe");
  }
  SetAddressHeader(message, "List-Unsubscribe", mail.unsubscribe);
  // RFC 8058, section 3.1: of an https: address alone.
  if (mail.unsubscribe.starts_with("https://")) {
    SetHeader(message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
}

void WriteHeaders(const OutgoingMail& mail, GMimeMessage* message) {
  AddAddresses(message, GMIME_ADDRESS_TYPE_FROM, {mail.from});
  if (mail.reply_to) AddAddresses(message, GMIME_ADDRESS_TYPE_REPLY_TO, {*mail.reply_to});
  AddAddresses(message, GMIME_ADDRESS_TYPE_TO, mail.to);
  AddAddresses(message, GMIME_ADDRESS_TYPE_CC, mail.cc);
  g_mime_message_set_subject(message, mail.subject.c_str(), "utf-8");
  GDateTime* date = g_date_time_new_from_unix_utc(mail.date.millis() / 1000);
  if (date != nullptr) {
    g_mime_message_set_date(message, date);
    g_date_time_unref(date);
  }
  g_mime_message_set_message_id(message, mail.message_id.c_str());
  if (const std::string id = References({mail.in_reply_to}); !id.empty()) {
    SetHeader(message, "In-Reply-To", id);
  }
  if (const std::string ids = References(mail.references); !ids.empty()) {
    SetHeader(message, "References", ids);
  }
  if (mail.origin == Origin::kAutomaticAnswer || mail.origin == Origin::kGenerated) {
    const bool answer = mail.origin == Origin::kAutomaticAnswer;
    SetHeader(message, "Auto-Submitted", answer ? "auto-replied" : "auto-generated");
    SetHeader(message, "Precedence", "bulk");
    SetHeader(message, "X-Auto-Response-Suppress", "All");
  }
  if (mail.origin == Origin::kNotice) {
    SetHeader(message, "Auto-Submitted", "auto-generated");
    SetHeader(message, "Precedence", "bulk");
    WriteUnsubscribe(mail, message);
  }
}

}  // namespace

absl::StatusOr<std::string> WriteMail(const OutgoingMail& mail) {
  InitGmime();
  WISSEL_RETURN_IF_ERROR(Check(mail));
  const GPtr<GMimeMessage> message(g_mime_message_new(TRUE));
  WriteHeaders(mail, message.get());
  const GPtr<GMimePart> text = TextPart(mail.text, mail.language);
  if (mail.attachments.empty()) {
    g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(text.get()));
  } else {
    const GPtr<GMimeMultipart> mixed(g_mime_multipart_new_with_subtype("mixed"));
    g_mime_multipart_add(mixed.get(), GMIME_OBJECT(text.get()));
    for (const Attachment& attachment : mail.attachments) {
      g_mime_multipart_add(mixed.get(), GMIME_OBJECT(AttachmentPart(attachment).get()));
    }
    g_mime_message_set_mime_part(message.get(), GMIME_OBJECT(mixed.get()));
  }
  GMimeFormatOptions* format = g_mime_format_options_new();
  g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
  const GText bytes(g_mime_object_to_string(GMIME_OBJECT(message.get()), format));
  g_mime_format_options_free(format);
  return TextOr(bytes.get());
}

}  // namespace wissel::email
