// Contacts, what was said in them, their attachments and drafts. Inside a transaction of the
// caller; belongs to the store's thread. What is refused may have been written in part: the caller
// takes it back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "channels/contacts/contact_store.h"
#include "channels/contacts/customer_tables.h"
#include "channels/contacts/files.h"

namespace wissel::contacts {

class ContactTables {
 public:
  ContactTables(Files& files, CustomerTables& customers) : files_(files), customers_(customers) {}

  absl::StatusOr<ContactStore::Started> Start(const NewContact& contact);
  absl::StatusOr<bool> SetItem(const std::string& contact, ItemId item);
  absl::StatusOr<bool> Forget(const std::string& contact);
  // All rows of it, whether they can be opened or not.
  absl::Status Delete(const std::string& contact);
  // Of a customer's own, without those of who was merged into them.
  absl::StatusOr<std::vector<ContactPosition>> PositionsOf(const std::string& customer);
  absl::StatusOr<bool> End(const std::string& contact, Instant at, const std::string& agent);
  absl::StatusOr<ContactStore::Appended> Append(const NewEntry& entry);

  absl::StatusOr<std::optional<Contact>> Load(const std::string& contact);
  absl::StatusOr<std::optional<Contact>> LoadOfItem(ItemId item);
  absl::StatusOr<std::vector<Contact>> LoadLive(Channel channel);
  absl::StatusOr<ContactPage> List(const std::string& customer, int size,
                                   const std::optional<ContactPosition>& from);
  absl::StatusOr<bool> ShareCustomer(const std::vector<std::string>& contacts,
                                     const std::string& subject);
  // `purpose` is one of those of Files::Hash: "key", "token" or "request".
  absl::StatusOr<std::optional<std::string>> LookUp(std::string_view purpose,
                                                    std::string_view text);

  // attachment_tables.cc
  absl::StatusOr<std::string> Stage(const std::string& contact, const NewAttachment& attachment);
  absl::StatusOr<bool> Unstage(const std::string& contact, const std::string& attachment);
  absl::StatusOr<std::optional<ContactStore::AttachmentPart>> Read(const std::string& attachment,
                                                                   int64_t offset);
  absl::StatusOr<bool> SaveDraft(const std::string& contact, const std::string& agent,
                                 const Draft& draft);
  absl::StatusOr<std::optional<Draft>> LoadDraft(const std::string& contact,
                                                 const std::string& agent);

 private:
  // A row, opened.
  struct Row {
    Contact contact;  // without entries; its customer is the one under whose key it is sealed
    int64_t slot = 0;
    int64_t last_number = 0;
    int64_t bytes = 0;  // of its attachments
    std::string fingerprint;
    Key key;
  };
  absl::StatusOr<std::optional<Row>> FindRow(const std::string& contact);
  // NOT_FOUND when there is none.
  absl::StatusOr<Row> ReadRow(const std::string& contact);
  // The root; none: there is no such contact.
  absl::StatusOr<std::optional<std::string>> CustomerOf(const std::string& contact);
  absl::Status WriteRow(const Row& row);
  // As the caller sees it: with the customer whom they were merged into.
  absl::StatusOr<Contact> Shown(const Row& row, bool with_entries);
  absl::Status ReadEntries(const Row& row, std::vector<Entry>& entries);
  absl::StatusOr<std::vector<Contact>> ShowAll(const std::vector<std::string>& names,
                                               bool with_entries);

  absl::StatusOr<ContactStore::Started> Repeated(const Row& row, const NewContact& start);
  absl::StatusOr<std::optional<Entry>> FindRepeated(const Row& row, const NewEntry& entry);
  std::string RequestHash(const NewEntry& added) const;
  // Numbers it, with what comes with it; the row is changed and not written.
  absl::StatusOr<Entry> Insert(Row& row, const NewEntry& entry);
  absl::Status AddKeys(const std::string& contact, const std::vector<std::string>& keys);

  // attachment_tables.cc
  absl::StatusOr<Attachment> Attach(Row& row, const NewAttachment& attachment, int64_t entry);
  absl::StatusOr<Attachment> TakeStaged(Row& row, const std::string& id, int64_t entry);
  absl::Status WriteAttachment(const Row& row, const Attachment& attachment, int64_t entry);

  Files& files_;
  CustomerTables& customers_;
};

}  // namespace wissel::contacts
