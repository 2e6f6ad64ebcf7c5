#include "channels/email/mime/read_mail.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/status.h"
#include "channels/email/core/html_text.h"
#include "channels/email/mime/clean_text.h"
#include "channels/email/mime/gmime_ptr.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

constexpr size_t kLongestFileName = 120;
constexpr size_t kLongestSubject = 500;
constexpr size_t kLongestMessageId = 250;
constexpr size_t kLongestDate = 100;
constexpr size_t kLongestLanguage = 35;
constexpr size_t kMostReferences = 100;
constexpr size_t kMostAddresses = 200;
// A boundary is compared with each line, so that many of them at once cost their product.
constexpr size_t kMostBoundaries = 1'000;

absl::Status Malformed(std::string_view what) { return RefuseField("mail", what, ""); }

absl::Status TooLarge(std::string_view what) {
  return Refuse(absl::StatusCode::kOutOfRange, "mail", what);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Marks of direction, with which "exe.gpj" is made to read as "jpg.exe" backwards.
// Who reads "moc.tset@knab" should not be shown it the other way round.
void DropDirectionMarks(std::string& text) {
  for (const char* mark : {"\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                           "\u2066", "\u2067", "\u2068", "\u2069"}) {
    for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) text.erase(at, 3);
  }
}

// One line to be shown, of at most so many bytes. What is taken away may leave spaces behind.
std::string ShownLine(std::string_view text, size_t bytes) {
  std::string line = CleanLine(text);
  DropDirectionMarks(line);
  return CleanLine(Beginning(line, bytes));
}

// --- Before the parser sees it

size_t CountBoundaries(std::string_view bytes) {
  constexpr std::string_view kWord = "oundary";
  size_t count = 0;
  for (size_t at = 0; (at = bytes.find(kWord, at)) != std::string_view::npos; at += kWord.size()) {
    ++count;
  }
  for (size_t at = 0; (at = bytes.find("OUNDARY", at)) != std::string_view::npos; at += 7) ++count;
  return count;
}

absl::Status CheckBytes(std::string_view bytes, const MailLimits& limits) {
  if (bytes.size() > limits.bytes) {
    return TooLarge(fmt::format("the mail is larger than {} bytes", limits.bytes));
  }
  const size_t end = std::min(bytes.find("\n\r\n"), bytes.find("\n\n"));
  const std::string_view head = bytes.substr(0, end);
  if (head.size() > limits.header_bytes) {
    return Malformed(fmt::format("its headers are longer than {} bytes", limits.header_bytes));
  }
  const auto lines = static_cast<size_t>(std::count(head.begin(), head.end(), '\n'));
  if (lines > limits.header_count * 10) return Malformed("it has too many header lines");
  if (CountBoundaries(bytes) > kMostBoundaries) return Malformed("it has too many parts");
  return absl::OkStatus();
}

// --- Headers

std::string FirstWord(std::string_view value) {
  const std::string line = CleanLine(value);
  return Lower(std::string_view(line).substr(0, line.find_first_of(" ;,(")));
}

std::vector<std::string> MessageIds(const char* value) {
  std::vector<std::string> ids;
  if (value == nullptr) return ids;
  GMimeReferences* references = g_mime_references_parse(nullptr, value);
  if (references == nullptr) return ids;
  for (int i = 0; i < g_mime_references_length(references); ++i) {
    std::string id = CleanLine(TextOr(g_mime_references_get_message_id(references, i)));
    if (!id.empty() && id.size() <= kLongestMessageId) ids.push_back(std::move(id));
  }
  g_mime_references_free(references);
  // The first names the thread's beginning, the last ones what is answered.
  if (ids.size() > kMostReferences) ids.erase(ids.begin() + 1, ids.end() - (kMostReferences - 1));
  return ids;
}

void AddAddresses(InternetAddressList* list, std::vector<Address>& out, int depth = 0) {
  if (list == nullptr || depth > 5) return;
  const int length = internet_address_list_length(list);
  for (int i = 0; i < length && out.size() < kMostAddresses; ++i) {
    InternetAddress* address = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(address)) {
      AddAddresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), out,
                   depth + 1);
      continue;
    }
    const char* text = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
    if (text == nullptr || !IsAddress(text)) continue;
    out.push_back({ShownLine(TextOr(internet_address_get_name(address)), kLongestFileName), text});
  }
}

std::optional<Address> FirstAddress(InternetAddressList* list) {
  std::vector<Address> all;
  AddAddresses(list, all);
  if (all.empty()) return std::nullopt;
  return all.front();
}

MachineMarks ReadMarks(GMimeObject* message) {
  MachineMarks marks;
  GMimeHeaderList* headers = g_mime_object_get_header_list(message);
  for (int i = 0; i < g_mime_header_list_get_count(headers); ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(headers, i);
    const std::string name = Lower(TextOr(g_mime_header_get_name(header)));
    const std::string value = TextOr(g_mime_header_get_raw_value(header));
    if (name == "auto-submitted") marks.auto_submitted = FirstWord(value);
    if (name == "precedence") marks.precedence = FirstWord(value);
    if (name.starts_with("list-")) marks.list = true;
    if (name == "x-auto-response-suppress") {
      const std::string what = Lower(value);
      for (const char* word : {"all", "oof", "autoreply"}) {
        marks.suppress_replies |= what.find(word) != std::string::npos;
      }
    }
    if (name == "received") ++marks.received;
  }
  return marks;
}

void ReadHeaders(GMimeMessage* message, Mail& mail) {
  GMimeObject* object = GMIME_OBJECT(message);
  const std::vector<std::string> ids = MessageIds(g_mime_object_get_header(object, "Message-Id"));
  if (!ids.empty()) mail.message_id = ids.front();
  mail.in_reply_to = MessageIds(g_mime_object_get_header(object, "In-Reply-To"));
  mail.references = MessageIds(g_mime_object_get_header(object, "References"));
  mail.from = FirstAddress(g_mime_message_get_from(message));
  mail.reply_to = FirstAddress(g_mime_message_get_reply_to(message));
  AddAddresses(g_mime_message_get_to(message), mail.to);
  AddAddresses(g_mime_message_get_cc(message), mail.cc);
  mail.subject = ShownLine(TextOr(g_mime_message_get_subject(message)), kLongestSubject);
  mail.date = CleanLine(TextOr(g_mime_object_get_header(object, "Date"))).substr(0, kLongestDate);
  mail.marks = ReadMarks(object);
}

// --- Bodies

// Decoded as the transfer encoding says.
std::string BytesOf(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return "";
  const GPtr<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

bool LooksUtf8(std::string_view bytes) {
  return g_utf8_validate(bytes.data(), static_cast<gssize>(bytes.size()), nullptr) != 0;
}

// From the charset that the part names, where that is one; else UTF-8 if it is valid, else
// windows-1252, which has a character for nearly every byte.
std::string Utf8Of(std::string_view bytes, const char* charset) {
  const std::string named = Lower(TextOr(charset));
  const bool plain = named.empty() || named == "us-ascii" || named == "utf-8" || named == "utf8";
  if (plain && LooksUtf8(bytes)) return CleanText(bytes);
  const std::string from = plain ? "windows-1252" : TextOr(g_mime_charset_iconv_name(charset));
  for (const char* attempt : {from.c_str(), "windows-1252"}) {
    gsize read = 0;
    gsize written = 0;
    const GText text(g_convert_with_fallback(bytes.data(), static_cast<gssize>(bytes.size()),
                                             "UTF-8", attempt, "?", &read, &written, nullptr));
    if (text != nullptr) return CleanText({text.get(), written});
  }
  return CleanText(bytes);
}

std::string_view AfterHeaders(std::string_view bytes) {
  const size_t crlf = bytes.find("\n\r\n");
  const size_t lf = bytes.find("\n\n");
  if (crlf < lf) return bytes.substr(crlf + 3);
  return lf == std::string_view::npos ? "" : bytes.substr(lf + 2);
}

// The fields of a message/delivery-status part (RFC 3464, section 2): blocks of header lines.
void ReadReport(std::string_view text, DeliveryReport& report) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string line = CleanLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string name = Lower(line.substr(0, colon));
    const std::string value = CleanLine(std::string_view(line).substr(colon + 1));
    // Of several recipients the worst counts.
    if (name == "action" && report.action != "failed") report.action = Lower(value);
    if (name == "status" && !report.status.starts_with('5')) report.status = value.substr(0, 20);
  }
}

// What is read of a part and the parts in it.
struct Body {
  std::string text;
  std::string html;
  bool alternatives = false;  // one of each is enough (RFC 2046, section 5.1.4)
};

// Walks the tree of parts.
class BodyReader {
 public:
  BodyReader(const MailLimits& limits, Mail& mail) : limits_(limits), mail_(mail) {}

  absl::Status ReadAll(GMimeObject* object) {
    Body body;
    WISSEL_RETURN_IF_ERROR(Read(object, 1, body));
    mail_.text = std::move(body.text);
    mail_.html = std::move(body.html);
    return absl::OkStatus();
  }

  absl::Status Finish() {
    if (mail_.text.size() <= limits_.text_bytes) return absl::OkStatus();
    const std::string whole = std::move(mail_.text);
    mail_.text = Beginning(whole, limits_.text_bytes);
    return Attach({"message.txt", "text/plain", "", whole});
  }

 private:
  absl::Status Read(GMimeObject* object, int depth, Body& body) {
    if (depth > limits_.depth) return Malformed("its parts lie too deep in each other");
    if (++parts_ > limits_.parts) return Malformed("it has too many parts");
    if (mail_.content_language.empty()) {
      mail_.content_language =
          CleanLine(TextOr(g_mime_object_get_header(object, "Content-Language")))
              .substr(0, kLongestLanguage);
    }
    if (GMIME_IS_MULTIPART(object)) return ReadMultipart(GMIME_MULTIPART(object), depth, body);
    if (GMIME_IS_MESSAGE_PART(object)) return ReadMessagePart(GMIME_MESSAGE_PART(object), depth);
    if (GMIME_IS_PART(object)) return ReadPart(GMIME_PART(object), body);
    return absl::OkStatus();
  }

  absl::Status ReadMultipart(GMimeMultipart* multipart, int depth, Body& body) {
    GMimeContentType* type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
    if (g_mime_content_type_is_type(type, "multipart", "report")) reports_ = true;
    if (!g_mime_content_type_is_type(type, "multipart", "alternative")) {
      return ReadParts(multipart, depth, body);
    }
    Body chosen{.alternatives = true};
    WISSEL_RETURN_IF_ERROR(ReadParts(multipart, depth, chosen));
    if (chosen.text.empty()) chosen.text = TextOfHtml(chosen.html);
    Add(std::move(chosen), body);
    return absl::OkStatus();
  }

  absl::Status ReadParts(GMimeMultipart* multipart, int depth, Body& body) {
    const int count = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < count; ++i) {
      WISSEL_RETURN_IF_ERROR(Read(g_mime_multipart_get_part(multipart, i), depth + 1, body));
    }
    return absl::OkStatus();
  }

  // Among alternatives the first of each kind is it; otherwise one follows the other.
  static void Add(Body part, Body& body) {
    const auto add = [&](std::string text, std::string& to, const char* between) {
      if (text.empty() || (body.alternatives && !to.empty())) return;
      to = to.empty() ? std::move(text) : to + between + text;
    };
    add(std::move(part.text), body.text, "\n");
    add(std::move(part.html), body.html, "<hr>");
  }

  // A mail in the mail is an attachment as a whole; of a report, the mail that it is about.
  absl::Status ReadMessagePart(GMimeMessagePart* part, int depth) {
    GMimeMessage* message = g_mime_message_part_get_message(part);
    if (message == nullptr) return absl::OkStatus();
    WISSEL_RETURN_IF_ERROR(CheckDepth(g_mime_message_get_mime_part(message), depth + 1));
    if (reports_) NoteOriginal(GMIME_OBJECT(message));
    const GPtr<GMimeStream> stream(g_mime_stream_mem_new());
    g_mime_object_write_to_stream(GMIME_OBJECT(message), nullptr, stream.get());
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
    const std::string subject = CleanLine(TextOr(g_mime_message_get_subject(message)));
    return Attach({SafeFileName(subject.empty() ? "" : subject + ".eml", "message.eml"),
                   "message/rfc822", "",
                   std::string(reinterpret_cast<const char*>(bytes->data), bytes->len)});
  }

  absl::Status CheckDepth(GMimeObject* object, int depth) {
    if (object == nullptr) return absl::OkStatus();
    if (depth > limits_.depth) return Malformed("its parts lie too deep in each other");
    if (++parts_ > limits_.parts) return Malformed("it has too many parts");
    if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      return message == nullptr ? absl::OkStatus()
                                : CheckDepth(g_mime_message_get_mime_part(message), depth + 1);
    }
    if (!GMIME_IS_MULTIPART(object)) return absl::OkStatus();
    const int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < count; ++i) {
      WISSEL_RETURN_IF_ERROR(
          CheckDepth(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1));
    }
    return absl::OkStatus();
  }

  void NoteOriginal(GMimeObject* headers) {
    const auto ids = MessageIds(g_mime_object_get_header(headers, "Message-Id"));
    if (!ids.empty()) Report().original_message_id = ids.front();
  }
  DeliveryReport& Report() {
    if (!mail_.report) mail_.report.emplace();
    return *mail_.report;
  }

  absl::Status ReadPart(GMimePart* part, Body& body) {
    GMimeObject* object = GMIME_OBJECT(part);
    const GText type_text(
        g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
    const std::string type = Lower(CleanLine(TextOr(type_text.get())));
    std::string bytes = BytesOf(part);
    if (reports_ && type == "message/delivery-status") {
      ReadReport(CleanText(bytes), Report());
      return absl::OkStatus();
    }
    if (reports_ && type == "text/rfc822-headers") ReadOriginalHeaders(bytes);
    const bool attached = g_mime_part_is_attachment(part) != 0;
    const char* charset = g_mime_object_get_content_type_parameter(object, "charset");
    if (!attached && type == "text/plain" && !(body.alternatives && !body.text.empty())) {
      Add({Utf8Of(bytes, charset), ""}, body);
      return absl::OkStatus();
    }
    const bool fits = body.html.size() + bytes.size() <= limits_.html_bytes;
    if (!attached && type == "text/html" && fits && !(body.alternatives && !body.html.empty())) {
      std::string html = Utf8Of(bytes, charset);
      std::string text = body.alternatives ? "" : TextOfHtml(html);
      Add({std::move(text), std::move(html)}, body);
      return absl::OkStatus();
    }
    if (bytes.empty()) return absl::OkStatus();
    const std::string id = CleanLine(TextOr(g_mime_part_get_content_id(part)));
    return Attach({SafeFileName(TextOr(g_mime_part_get_filename(part)), NameFor(type)),
                   type.empty() ? "application/octet-stream" : type,
                   id.substr(0, kLongestMessageId), std::move(bytes)});
  }

  void ReadOriginalHeaders(const std::string& bytes) {
    const GPtr<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
    const GPtr<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    const GPtr<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
    if (message != nullptr) NoteOriginal(GMIME_OBJECT(message.get()));
  }

  static std::string NameFor(const std::string& type) {
    if (type == "text/plain") return "text.txt";
    if (type == "text/html") return "text.html";
    if (type == "text/calendar") return "invitation.ics";
    if (type == "image/png") return "picture.png";
    if (type == "image/jpeg") return "picture.jpg";
    return "attachment";
  }

  absl::Status Attach(Attachment attachment) {
    if (mail_.attachments.size() >= limits_.attachments) {
      return Malformed(fmt::format("it has more than {} attachments", limits_.attachments));
    }
    if (attachment.bytes.size() > limits_.attachment_bytes) {
      return TooLarge(
          fmt::format("an attachment is larger than {} bytes", limits_.attachment_bytes));
    }
    attached_bytes_ += attachment.bytes.size();
    if (attached_bytes_ > limits_.attachments_bytes) {
      return TooLarge(
          fmt::format("its attachments are larger than {} bytes", limits_.attachments_bytes));
    }
    mail_.attachments.push_back(std::move(attachment));
    return absl::OkStatus();
  }

  const MailLimits& limits_;
  Mail& mail_;
  size_t parts_ = 0;
  size_t attached_bytes_ = 0;
  bool reports_ = false;
};

}  // namespace

absl::StatusOr<Mail> ReadMail(std::string_view bytes, const MailLimits& limits) {
  InitGmime();
  WISSEL_RETURN_IF_ERROR(CheckBytes(bytes, limits));
  const GPtr<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const GPtr<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const GPtr<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (message == nullptr) return Malformed("it is no mail");
  GMimeHeaderList* headers = g_mime_object_get_header_list(GMIME_OBJECT(message.get()));
  const int count = g_mime_header_list_get_count(headers);
  if (count == 0) return Malformed("it has no headers");
  if (static_cast<size_t>(count) > limits.header_count) {
    return Malformed(fmt::format("it has more than {} headers", limits.header_count));
  }
  Mail mail;
  ReadHeaders(message.get(), mail);
  BodyReader reader(limits, mail);
  GMimeObject* body = g_mime_message_get_mime_part(message.get());
  if (body != nullptr) WISSEL_RETURN_IF_ERROR(reader.ReadAll(body));
  // Parts that cannot be told apart are shown as they came.
  if (mail.text.empty() && mail.html.empty() && mail.attachments.empty() && !mail.report) {
    mail.text = Utf8Of(AfterHeaders(bytes), nullptr);
  }
  WISSEL_RETURN_IF_ERROR(reader.Finish());
  return mail;
}

std::string SafeFileName(std::string_view name, std::string_view otherwise) {
  std::string safe = ShownLine(name.substr(name.find_last_of("/\\") + 1), name.size());
  for (char& c : safe) {
    if (std::string_view(":*?\"<>|").find(c) != std::string_view::npos) c = '_';
  }
  safe.erase(0, safe.find_first_not_of(". "));
  if (safe.size() > kLongestFileName) {
    // The ending says what opens it.
    const size_t dot = safe.rfind('.');
    const std::string ending =
        dot != std::string::npos && safe.size() - dot <= 10 ? safe.substr(dot) : "";
    safe = CleanLine(std::string(Beginning(safe, kLongestFileName - ending.size())) + ending);
  }
  return safe.empty() ? std::string(otherwise) : safe;
}

}  // namespace wissel::email
