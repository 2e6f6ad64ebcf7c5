// Attachments, in pieces so that none is too large for a row, and drafts.
#include <algorithm>

#include "base/status.h"
#include "channels/contacts/contact_tables.h"
#include "channels/contacts/records.h"
#include "channels/contacts/words.h"
#include "fmt/format.h"

namespace wissel::contacts {
namespace {

constexpr int64_t kPiece = 64 << 10;
constexpr size_t kLongestFileName = 255;
constexpr size_t kLongestMediaType = 255;

std::string AttachmentIdentity(const std::string& id, const std::string& contact, int64_t entry) {
  return Identity("attachment").Add(id).Add(contact).Add(entry).text();
}

std::string PieceIdentity(const std::string& attachment, int64_t number) {
  return Identity("piece").Add(attachment).Add(number).text();
}

absl::Status Check(const NewAttachment& attachment) {
  if (attachment.file_name.size() > kLongestFileName || !IsText(attachment.file_name)) {
    return RefuseField("fileName", "this is no name of a file",
                       fmt::format("at most {} bytes of UTF-8", kLongestFileName));
  }
  if (attachment.media_type.size() > kLongestMediaType) {
    return RefuseField("mediaType", "this is no media type",
                       fmt::format("at most {} bytes", kLongestMediaType));
  }
  if (static_cast<int64_t>(attachment.bytes.size()) > ContactStore::kLargestAttachment) {
    return RefuseField("attachments", "an attachment is too large",
                       fmt::format("at most {} MiB", ContactStore::kLargestAttachment >> 20));
  }
  return absl::OkStatus();
}

absl::Status NoSuchAttachment() {
  return Refuse(absl::StatusCode::kNotFound, "attachments",
                "an attachment is not there, or has been sent");
}

}  // namespace

absl::Status ContactTables::WriteAttachment(const Row& row, const Attachment& attachment,
                                            int64_t entry) {
  const std::string& contact = row.contact.name;
  return files_.db.Do(
      "INSERT INTO attachments VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE "
      "SET contact = excluded.contact, entry = excluded.entry, sealed = "
      "excluded.sealed",
      attachment.id, contact, entry,
      Seal(row.key, RecordOf(attachment), AttachmentIdentity(attachment.id, contact, entry)));
}

absl::StatusOr<Attachment> ContactTables::Attach(Row& row, const NewAttachment& added,
                                                 int64_t entry) {
  WISSEL_RETURN_IF_ERROR(Check(added));
  const auto size = static_cast<int64_t>(added.bytes.size());
  if (row.bytes + size > ContactStore::kMostBytesOfContact) {
    return Refuse(absl::StatusCode::kResourceExhausted, "attachments",
                  fmt::format("the contact's attachments would be more than {} MiB",
                              ContactStore::kMostBytesOfContact >> 20));
  }
  row.bytes += size;
  const Attachment attachment{NewToken(), added.file_name, added.media_type, size};
  WISSEL_RETURN_IF_ERROR(WriteAttachment(row, attachment, entry));
  const std::string_view bytes = added.bytes;
  for (int64_t number = 0; number * kPiece < size; ++number) {
    const std::string_view piece = bytes.substr(static_cast<size_t>(number * kPiece), kPiece);
    WISSEL_RETURN_IF_ERROR(
        files_.db.Do("INSERT INTO pieces VALUES (?1, ?2, ?3)", attachment.id, number,
                     Seal(row.key, piece, PieceIdentity(attachment.id, number))));
  }
  return attachment;
}

absl::StatusOr<Attachment> ContactTables::TakeStaged(Row& row, const std::string& id,
                                                     int64_t entry) {
  Attachment attachment;
  {
    WISSEL_ASSIGN_OR_RETURN(
        sql::Query query,
        files_.db.Ask("SELECT sealed FROM attachments WHERE id = ?1 AND contact = ?2 AND entry = 0",
                      id, row.contact.name));
    WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
    if (!found) return NoSuchAttachment();
    WISSEL_ASSIGN_OR_RETURN(
        const std::string record,
        Open(row.key, query.Text(0), AttachmentIdentity(id, row.contact.name, 0)));
    WISSEL_RETURN_IF_ERROR(ReadRecord(record, attachment));
  }
  WISSEL_RETURN_IF_ERROR(WriteAttachment(row, attachment, entry));
  return attachment;
}

absl::StatusOr<std::string> ContactTables::Stage(const std::string& contact,
                                                 const NewAttachment& attachment) {
  WISSEL_ASSIGN_OR_RETURN(Row row, ReadRow(contact));
  WISSEL_ASSIGN_OR_RETURN(const Attachment staged, Attach(row, attachment, 0));
  WISSEL_RETURN_IF_ERROR(WriteRow(row));
  return staged.id;
}

absl::StatusOr<bool> ContactTables::Unstage(const std::string& contact,
                                            const std::string& attachment) {
  WISSEL_ASSIGN_OR_RETURN(Row row, ReadRow(contact));
  const absl::StatusOr<Attachment> staged = TakeStaged(row, attachment, 0);
  if (absl::IsNotFound(staged.status())) return false;
  WISSEL_RETURN_IF_ERROR(staged.status());
  row.bytes -= staged->size;
  WISSEL_RETURN_IF_ERROR(files_.db.Do("DELETE FROM pieces WHERE attachment = ?1", attachment));
  WISSEL_RETURN_IF_ERROR(files_.db.Do("DELETE FROM attachments WHERE id = ?1", attachment));
  WISSEL_RETURN_IF_ERROR(WriteRow(row));
  return true;
}

absl::StatusOr<std::optional<ContactStore::AttachmentPart>> ContactTables::Read(
    const std::string& attachment, int64_t offset) {
  ContactStore::AttachmentPart part;
  int64_t entry = 0;
  std::string sealed;
  {
    WISSEL_ASSIGN_OR_RETURN(
        sql::Query query,
        files_.db.Ask("SELECT contact, entry, sealed FROM attachments WHERE id = ?1", attachment));
    WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
    if (!found) return std::nullopt;
    part.contact = query.Text(0);
    entry = query.Number(1);
    sealed = query.Text(2);
  }
  WISSEL_ASSIGN_OR_RETURN(const std::optional<Row> row, FindRow(part.contact));
  if (!row) return absl::DataLossError("an attachment of the contact store is damaged");
  WISSEL_ASSIGN_OR_RETURN(
      const std::string record,
      Open(row->key, sealed, AttachmentIdentity(attachment, part.contact, entry)));
  WISSEL_RETURN_IF_ERROR(ReadRecord(record, part.attachment));
  const int64_t end = std::min(part.attachment.size, offset + ContactStore::kLargestRead);
  while (offset < end) {
    const int64_t number = offset / kPiece;
    WISSEL_ASSIGN_OR_RETURN(
        sql::Query query,
        files_.db.Ask("SELECT sealed FROM pieces WHERE attachment = ?1 AND number = ?2", attachment,
                      number));
    WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
    if (!found) return absl::DataLossError("an attachment of the contact store is damaged");
    WISSEL_ASSIGN_OR_RETURN(const std::string piece,
                            Open(row->key, query.Text(0), PieceIdentity(attachment, number)));
    const std::string_view wanted = std::string_view(piece).substr(
        static_cast<size_t>(offset % kPiece), static_cast<size_t>(end - offset));
    if (wanted.empty()) return absl::DataLossError("an attachment of the contact store is damaged");
    part.bytes += wanted;
    offset += static_cast<int64_t>(wanted.size());
  }
  return part;
}

absl::StatusOr<bool> ContactTables::SaveDraft(const std::string& contact, const std::string& agent,
                                              const Draft& draft) {
  WISSEL_ASSIGN_OR_RETURN(const Row row, ReadRow(contact));
  if (draft.text.empty() && draft.html.empty()) {
    WISSEL_RETURN_IF_ERROR(
        files_.db.Do("DELETE FROM drafts WHERE contact = ?1 AND agent = ?2", contact, agent));
    return true;
  }
  WISSEL_RETURN_IF_ERROR(files_.db.Do(
      "INSERT INTO drafts VALUES (?1, ?2, ?3) ON CONFLICT (contact, agent) DO UPDATE "
      "SET sealed = excluded.sealed",
      contact, agent,
      Seal(row.key, RecordOf(draft), Identity("draft").Add(contact).Add(agent).text())));
  return true;
}

absl::StatusOr<std::optional<Draft>> ContactTables::LoadDraft(const std::string& contact,
                                                              const std::string& agent) {
  WISSEL_ASSIGN_OR_RETURN(const Row row, ReadRow(contact));
  WISSEL_ASSIGN_OR_RETURN(
      sql::Query query,
      files_.db.Ask("SELECT sealed FROM drafts WHERE contact = ?1 AND agent = ?2", contact, agent));
  WISSEL_ASSIGN_OR_RETURN(const bool found, query.Next());
  if (!found) return std::nullopt;
  WISSEL_ASSIGN_OR_RETURN(
      const std::string record,
      Open(row.key, query.Text(0), Identity("draft").Add(contact).Add(agent).text()));
  Draft draft;
  WISSEL_RETURN_IF_ERROR(ReadRecord(record, draft));
  return draft;
}

}  // namespace wissel::contacts
