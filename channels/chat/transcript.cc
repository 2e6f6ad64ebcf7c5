#include "channels/chat/transcript.h"

#include "fmt/format.h"

namespace wissel::chat {
namespace {

using contacts::Author;
using contacts::Contact;
using contacts::Entry;
using contacts::EntryKind;

std::string TextOf(const Entry& entry) {
  std::string text = entry.text;
  for (const contacts::Attachment& file : entry.attachments) {
    text += fmt::format("{}[{}]", text.empty() ? "" : "\n", file.file_name);
  }
  return text;
}

}  // namespace

MailText TranscriptMail(const pages::PageSet& texts, const Contact& contact,
                        const std::string& center, const std::string& zone) {
  const std::string language = texts.ChooseLanguage({contact.language});
  MailText mail;
  mail.subject =
      texts.Say(language, "transcript.subject", {{"time", contact.started}, {"center", center}});
  mail.text = texts.Say(language, "transcript.begin", {{"center", center}, {"zone", zone}}) + "\n";
  const std::string you = texts.Say(language, "transcript.you");
  for (const Entry& entry : contact.entries) {
    if (entry.kind != EntryKind::kMessage) continue;
    const std::string& who = entry.author == Author::kCustomer ? you : entry.author_name;
    const std::string time = texts.Say(language, "transcript.time", {{"time", entry.time}});
    mail.text += fmt::format("\n{}, {}\n{}\n", who, time, TextOf(entry));
  }
  mail.text += fmt::format("\n-- \n{}\n{}\n", center, texts.Say(language, "transcript.end"));
  return mail;
}

MailText QuestionMail(const pages::PageSet& texts, const Contact& contact,
                      const std::string& topic) {
  const std::string language = texts.ChooseLanguage({contact.language});
  MailText mail{texts.Say(language, "transcript.question", {{"topic", topic}}), ""};
  for (const Entry& entry : contact.entries) {
    if (entry.kind != EntryKind::kMessage || entry.author != Author::kCustomer) continue;
    mail.text += (mail.text.empty() ? "" : "\n\n") + TextOf(entry);
  }
  if (mail.text.empty()) mail.text = texts.Say(language, "transcript.nothing");
  return mail;
}

}  // namespace wissel::chat
